import { newId } from "../../src/core/ids.ts";
import type { Database } from "../../src/db/client.ts";
import { selectTopup } from "../../src/db/queries/topups.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { credit } from "../../src/topups/credit.ts";
import { priceMicros, type TestShop } from "./shop.ts";

const MINUTE_MS = 60_000;

export interface Agreed {
  readonly buyerId: string;
  readonly quoteId: string;
  readonly topupId: string;
}

/** A buyer without money who agreed to the price and got an invoice. */
export async function agreedPurchase(shop: TestShop, db: Database): Promise<Agreed> {
  const buyerId = await shop.buyer(0n);
  await db.updateTable("buyers").set({ terms_version: 1 }).where("id", "=", buyerId).execute();
  const quoteId = await shop.quote(buyerId);
  return { buyerId, quoteId, topupId: await openInvoice(shop, db, { buyerId, quoteId }) };
}

/** An invoice over the price. Without a quote no purchase waits for it. */
export async function openInvoice(
  shop: TestShop,
  db: Database,
  { buyerId, quoteId }: { readonly buyerId: string; readonly quoteId: string | null },
): Promise<string> {
  const topupId = newId();
  const createdAt = shop.clock.now();
  const product = { resume_service_id: "wa", resume_country_id: "GB", resume_price_micros: priceMicros };
  await db
    .insertInto("topups")
    .values({
      id: topupId,
      buyer_id: buyerId,
      gateway: "stars",
      state: "pending",
      amount_micros: priceMicros,
      ...(quoteId !== null && { ...product, resume_quote_id: quoteId }),
      chat_id: 5n,
      created_at: createdAt,
      expires_at: new Date(createdAt.getTime() + 24 * 60 * MINUTE_MS),
    })
    .execute();
  return topupId;
}

/** The payment comes in. */
export async function payTopup(
  shop: TestShop,
  db: Database,
  { buyerId, topupId }: { readonly buyerId: string; readonly topupId: string },
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const topup = await selectTopup(tx, topupId);
    const at = shop.clock.now();
    const charge = { gateway: "stars", chargeId: newId(), stars: null, feeMicros: 0n, actor: "system" };
    const money = { amountMicros: priceMicros, paidAt: at, at };
    await credit(tx, { ...charge, ...money, topup: topup ?? null, buyerId, chatId: 5 });
  });
}

/** Makes the paid purchases that are due, to the number. */
export async function buyAllPaid(orders: TestShop["orders"]): Promise<void> {
  await orders.buyPaid();
  await orders.drain();
}
