import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  type Agreed,
  agreedPurchase,
  buyAllPaid,
  openInvoice,
  payTopup,
} from "../../support/paid-purchases.ts";
import { createTestShop, priceMicros, type TestShop } from "../../support/shop.ts";

const MINUTE_MS = 60_000;
let database: TestDatabase;
let shop: TestShop;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("outbox").execute();
  shop = await createTestShop(database.db);
});

describe("one agreement", () => {
  const pay = (topup: { readonly buyerId: string; readonly topupId: string }) =>
    payTopup(shop, database.db, topup);
  const buy = (orders = shop.orders) => buyAllPaid(orders);
  const otherTopup = ({ buyerId }: Agreed) => openInvoice(shop, database.db, { buyerId, quoteId: null });
  const ordersOf = (buyerId: string) =>
    database.db.selectFrom("orders").selectAll().where("buyer_id", "=", buyerId).execute();

  /** The tap on the card's own button, to the number. */
  const tap = async ({ buyerId, quoteId }: Agreed, orders = shop.orders) => {
    const input = { buyerId, quoteId, chatId: 5, cardMessageId: 7, acceptsTermsVersion: null };
    const result = await orders.purchase(input);
    await orders.drain();
    return result;
  };

  /** One order, and all the other money is the buyer's to use. */
  async function expectOneOrder(buyer: Agreed, paidMicros: bigint): Promise<void> {
    shop.clock.advance(2 * MINUTE_MS);
    await buy();
    expect(await ordersOf(buyer.buyerId)).toHaveLength(1);
    expect((await shop.balance(buyer.buyerId)).availableMicros).toBe(paidMicros - priceMicros);
    expect(await shop.messages("purchase_asked")).toEqual([]);
    await shop.assertSound();
  }

  it("makes one order when two invoices of a double tap are both paid", async () => {
    const buyer = await agreedPurchase(shop, database.db);
    await pay(buyer);
    await pay({ ...buyer, topupId: await openInvoice(shop, database.db, buyer) });
    await Promise.all([buy(), buy(shop.replica("two"))]);
    await expectOneOrder(buyer, 2n * priceMicros);
  });

  it("makes no second order of an invoice that is paid when the number is there, and says nothing of one", async () => {
    const buyer = await agreedPurchase(shop, database.db);
    const second = await openInvoice(shop, database.db, buyer);
    await pay(buyer);
    await buy();
    await pay({ ...buyer, topupId: second });
    const credits = await shop.messages("topup_credited");
    expect(credits.map(({ payload }) => payload.resume)).toContainEqual(null);
    await expectOneOrder(buyer, 2n * priceMicros);
  });

  it("makes one order when the buyer taps Get with other money before the payment comes in", async () => {
    const buyer = await agreedPurchase(shop, database.db);
    await pay({ ...buyer, topupId: await otherTopup(buyer) });
    expect(await tap(buyer)).toMatchObject({ kind: "placed" });
    await pay(buyer);
    await expectOneOrder(buyer, 2n * priceMicros);
  });

  it("makes one order when the buyer taps Get between the payment and the purchase", async () => {
    const buyer = await agreedPurchase(shop, database.db);
    await pay(buyer);
    await pay({ ...buyer, topupId: await otherTopup(buyer) });
    expect(await tap(buyer)).toMatchObject({ kind: "placed" });
    await expectOneOrder(buyer, 2n * priceMicros);
  });

  it("answers the card's button with the number that was bought for it", async () => {
    const buyer = await agreedPurchase(shop, database.db);
    await pay(buyer);
    await pay({ ...buyer, topupId: await otherTopup(buyer) });
    await buy();
    const [order] = await ordersOf(buyer.buyerId);
    expect(await tap(buyer)).toEqual({ kind: "already", orderId: order?.id });
    await expectOneOrder(buyer, 2n * priceMicros);
  });

  it("makes one order of a tap and a paid purchase at the same moment", async () => {
    for (let round = 0; round < 5; round += 1) {
      const buyer = await agreedPurchase(shop, database.db);
      await pay(buyer);
      await pay({ ...buyer, topupId: await otherTopup(buyer) });
      await Promise.all([buy(), tap(buyer, shop.replica("two"))]);
      await expectOneOrder(buyer, 2n * priceMicros);
    }
  });
});
