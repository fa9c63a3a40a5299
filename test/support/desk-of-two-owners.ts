import { expect } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { createTestDatabase } from "./database.ts";
import { createTestDesk, otherOwnerId, ownerId } from "./desk.ts";
import { createScriptedProvider, received, waiting } from "./scripted-provider.ts";
import { createTestShop } from "./shop.ts";
import { createTestTopups } from "./topups.ts";

/** A desk of two owners over a shop with one provider and payments by hand. */
export async function openDeskOfTwoOwners() {
  const database = await createTestDatabase();
  const provider = createScriptedProvider();
  const shop = await createTestShop(database.db, { providers: [provider] });
  const money = await createTestTopups(database.db, { operatorChatIds: [ownerId, otherOwnerId] });
  const parts = { orders: shop.orders, topups: money.topups };
  const desk = createTestDesk(database, shop.clock, [ownerId, otherOwnerId], parts);
  const owner = desk.operator(ownerId);

  const audits = (action: string) =>
    database.db.selectFrom("audit_log").selectAll().where("action", "=", action).orderBy("at").execute();
  const available = async (buyerId: string) => (await shop.balance(buyerId)).availableMicros;

  async function delivered(buyerId: string): Promise<string> {
    const orderId = await shop.buy(buyerId);
    await database.db
      .updateTable("orders")
      .set({ phone: `+4477009${String(Math.random()).slice(2, 7)}` })
      .where("id", "=", orderId)
      .execute();
    provider.onCheck = async () => received("123456");
    await shop.clock.advance(60_000);
    await shop.watch();
    provider.onCheck = async () => waiting;
    expect((await shop.order(orderId)).state).toBe("received");
    return orderId;
  }

  async function receipt(): Promise<{ claimId: string; buyerId: string; telegramId: number }> {
    const person = await money.buyer();
    const { buyerId } = person;
    const begun = await money.topups.beginManual({
      buyerId,
      chatId: person.telegramId,
      amountMicros: 5_000_000n,
      resume: null,
    });
    if (begun.kind !== "begun") throw new Error("not begun");
    const { topupId } = begun.invoice;
    const note = `transfer ${newId()}`;
    const claimed = await money.topups.claimManual({
      topupId,
      buyerId,
      note,
      fileId: null,
      fileUniqueId: null,
    });
    if (claimed.kind !== "begun") throw new Error("not claimed");
    return { ...person, claimId: claimed.invoice.claimId };
  }

  return { database, shop, provider, money, desk, owner, audits, available, delivered, receipt };
}
