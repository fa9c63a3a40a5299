import { at } from "../../src/bot/desk/place.ts";
import { findBuyer } from "../../src/db/queries/buyers.ts";
import { selectBalance } from "../../src/db/queries/ledger.ts";
import { createPromotions, type Promotions } from "../../src/promotions/promotions.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestDesk, type Operator, otherOwnerId, ownerId, type TestDesk } from "../support/desk.ts";
import { createTestShop, type TestShop } from "../support/shop.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

/** Buyers, payments, orders and the desk on one database. */
export interface PromoWorld {
  readonly database: TestDatabase;
  readonly shop: TestShop;
  readonly money: TestTopups;
  readonly desk: TestDesk;
  readonly owner: Operator;
  readonly promotions: Promotions;
  /** Types what a new code gives, and confirms it. */
  makeCode(words: string): Promise<void>;
  /** Makes vouchers and reads their file. */
  makeVouchers(words: string): Promise<string[]>;
  redeem(buyerId: string, typed: string): Promise<string>;
  available(buyerId: string): Promise<bigint>;
  /** A Stars payment of $1.30 for each hundred Stars. Returns its charge id. */
  pay(buyerId: string, stars: number): Promise<string>;
  close(): Promise<void>;
}

let charges = 0;

export async function createPromoWorld(): Promise<PromoWorld> {
  const database = await createTestDatabase();
  const { db } = database;
  const shop = await createTestShop(db);
  const money = await createTestTopups(db, { operatorChatIds: [ownerId] });
  const parts = { orders: shop.orders, topups: money.topups };
  const desk = createTestDesk(database, shop.clock, [ownerId, otherOwnerId], parts);
  const owner = desk.operator(ownerId);
  const ownerIds = [ownerId, otherOwnerId];
  const promotions = createPromotions({ db, clock: shop.clock, ownerIds, onMessages: () => undefined });
  const confirm = async (): Promise<void> => {
    const most = /at most: \$([\d.]+)/.exec(owner.card.html)?.[1];
    await owner.press(/Confirm/);
    if (most !== undefined) await owner.type(most);
  };
  const codesOf = async (): Promise<string[]> => {
    const reply = await owner.press("⬇ File with the codes");
    if (reply?.kind !== "file") throw new Error("no file");
    const chunks: string[] = [];
    for await (const bytes of reply.file.read()) chunks.push(new TextDecoder().decode(bytes));
    return chunks
      .join("")
      .split("\r\n")
      .slice(1, -1)
      .map((line) => line.split(",")[0] ?? "");
  };
  return {
    database,
    shop,
    money,
    desk,
    owner,
    promotions,
    async makeCode(words) {
      await owner.open(at("cd"));
      await owner.press("+ Promo code");
      const reply = await owner.type(words);
      if (reply?.kind !== "card") throw new Error(`not understood: ${words}`);
      await confirm();
    },
    async makeVouchers(words) {
      await owner.open(at("cd"));
      await owner.press("+ Vouchers");
      await owner.type(words);
      await owner.press("campaign");
      await confirm();
      await owner.press(/vouchers? of/);
      return await codesOf();
    },
    async redeem(buyerId, typed) {
      const redeemed = await promotions.redeem({ buyerId, typed });
      return redeemed.kind === "refused" ? redeemed.code : redeemed.kind;
    },
    available: async (buyerId) => (await selectBalance(db, buyerId)).availableMicros,
    async pay(buyerId, stars) {
      const telegramId = (await findBuyer(db, buyerId))?.telegramId ?? 0;
      charges += 1;
      const chargeId = `charge-${charges}`;
      await money.pay({ chargeId, payload: "", telegramId, stars, paidAt: money.clock.now() });
      return chargeId;
    },
    close: () => database.close(),
  };
}
