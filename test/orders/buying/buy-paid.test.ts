import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { agreedPurchase, buyAllPaid, payTopup } from "../../support/paid-purchases.ts";
import { providerError } from "../../support/scripted-provider.ts";
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

const agreed = () => agreedPurchase(shop, database.db);
const pay = (topup: { readonly buyerId: string; readonly topupId: string }) =>
  payTopup(shop, database.db, topup);
const buy = (orders = shop.orders) => buyAllPaid(orders);
const ordersOf = (buyerId: string) =>
  database.db.selectFrom("orders").selectAll().where("buyer_id", "=", buyerId).execute();
const asked = () => shop.messages("purchase_asked");

describe("a purchase whose money has come in", () => {
  it("is made without another tap, at today's price when that is lower", async () => {
    const buyer = await agreed();
    await pay(buyer);
    shop.todayMicros = priceMicros - 10_000n;
    await buy();
    const [order] = await ordersOf(buyer.buyerId);
    expect(order).toMatchObject({
      state: "waiting",
      price_micros: priceMicros - 10_000n,
      card_message_id: null,
    });
    expect(await shop.balance(buyer.buyerId)).toEqual({
      availableMicros: 10_000n,
      heldMicros: priceMicros - 10_000n,
    });
    expect(await asked()).toEqual([]);
    await shop.assertSound();
  });

  it("is made once, however often the top-up is paid and however many replicas look", async () => {
    const buyer = await agreed();
    await pay(buyer);
    await pay(buyer);
    await Promise.all([buy(), buy(shop.replica("two")), buy(shop.replica("three"))]);
    shop.clock.advance(2 * MINUTE_MS);
    await buy();
    expect(await ordersOf(buyer.buyerId)).toHaveLength(1);
    expect(await asked()).toEqual([]);
  });

  it("is neither lost nor made twice when the process stops after it was quoted, or after it was bought", async () => {
    for (const point of ["paid/quoted", "paid/bought"]) {
      const buyer = await agreed();
      await pay(buyer);
      await pay(await agreed());
      const stopped = await createTestShop(database.db, {
        deps: {
          clock: shop.clock,
          checkpoint: (name) => {
            if (name === point) throw new Error("the process stops here");
          },
        },
      });
      await buy(stopped.orders);
      await buy();
      shop.clock.advance(2 * MINUTE_MS);
      await buy();
      expect(await ordersOf(buyer.buyerId), point).toHaveLength(1);
    }
    expect(await asked()).toEqual([]);
  });

  it("is asked for once when the price went up meanwhile, and the money stays available", async () => {
    const buyer = await agreed();
    await pay(buyer);
    shop.todayMicros = priceMicros + 1n;
    await buy();
    shop.clock.advance(2 * MINUTE_MS);
    await buy();
    expect(await ordersOf(buyer.buyerId)).toEqual([]);
    expect((await asked()).map(({ payload }) => payload.code)).toEqual(["price_moved"]);
    expect((await shop.balance(buyer.buyerId)).availableMicros).toBe(priceMicros);
  });

  it("is asked for when the money comes more than an hour after the agreement", async () => {
    const buyer = await agreed();
    shop.clock.advance(61 * MINUTE_MS);
    await pay(buyer);
    await buy();
    expect(await ordersOf(buyer.buyerId)).toEqual([]);
    expect((await asked()).map(({ payload }) => payload.code)).toEqual(["quote_expired"]);
    const [credited] = await shop.messages("topup_credited");
    expect(credited?.payload.resume).toBeNull();
  });

  it.each([
    ["sold out", "out_of_stock"],
    ["the money was spent elsewhere", "insufficient_funds"],
  ])("is asked for when it cannot be made: %s", async (_name, code) => {
    const buyer = await agreed();
    await pay(buyer);
    if (code === "out_of_stock") shop.offers = [];
    else await spend(buyer.buyerId);
    await buy();
    expect((await asked()).map(({ payload }) => payload.code)).toEqual([code]);
  });
});

describe("a paid purchase while the suppliers do not answer", () => {
  const waits = () => shop.messages("purchase_waits");

  it.each(["prices_not_read", "providers_unavailable"] as const)(
    "is tried again every few seconds, with one word about it, and bought when they answer: %s",
    async (code) => {
      const buyer = await agreed();
      await pay(buyer);
      shop.quoteRefusal = code;
      await buy();
      expect(await waits()).toEqual([]);
      for (let round = 0; round < 6; round += 1) {
        shop.clock.advance(6_000);
        await buy();
      }
      expect(await asked()).toEqual([]);
      expect((await waits()).map(({ payload }) => payload.serviceId)).toEqual(["wa"]);
      shop.quoteRefusal = undefined;
      shop.clock.advance(6_000);
      await buy();
      expect(await ordersOf(buyer.buyerId)).toHaveLength(1);
      expect(await asked()).toEqual([]);
    },
  );

  it("is asked for two minutes after the money came, and not tried any more", async () => {
    const buyer = await agreed();
    await pay(buyer);
    shop.quoteRefusal = "providers_unavailable";
    for (let seconds = 0; seconds < 120; seconds += 6) {
      await buy();
      expect(await asked(), `after ${seconds} s`).toEqual([]);
      shop.clock.advance(6_000);
    }
    await buy();
    expect((await asked()).map(({ payload }) => payload.code)).toEqual(["providers_unavailable"]);
    shop.quoteRefusal = undefined;
    shop.clock.advance(6_000);
    await buy();
    expect(await ordersOf(buyer.buyerId)).toEqual([]);
  });

  it("is not tried beyond the hour of its agreement", async () => {
    const buyer = await agreed();
    shop.clock.advance(60 * MINUTE_MS - 8_000);
    await pay(buyer);
    shop.quoteRefusal = "prices_not_read";
    await buy();
    expect(await asked()).toEqual([]);
    shop.clock.advance(6_000);
    await buy();
    expect((await asked()).map(({ payload }) => payload.code)).toEqual(["prices_not_read"]);
  });

  it("is asked for at once when sales are paused: a pause is not over in a moment", async () => {
    await pay(await agreed());
    shop.quoteRefusal = "sales_paused";
    await buy();
    expect((await asked()).map(({ payload }) => payload.code)).toEqual(["sales_paused"]);
  });
});

describe("a paid purchase that no supplier can serve", () => {
  it("is told by a message of its own: it has no card that the buyer could be looking at", async () => {
    const buyer = await agreed();
    await pay(buyer);
    for (const provider of shop.providers) {
      provider.onBuy = () => {
        throw providerError("no_stock", true);
      };
    }
    await buy();
    const [order] = await ordersOf(buyer.buyerId);
    expect(order).toMatchObject({ state: "failed", card_message_id: null });
    expect((await shop.messages("order_failed")).map(({ payload }) => payload.code)).toEqual([
      "out_of_stock",
    ]);
  });
});

/** The buyer uses the money for something else first. */
async function spend(buyerId: string): Promise<void> {
  const quoteId = await shop.quote(buyerId);
  await shop.orders.purchase({ buyerId, quoteId, chatId: 5, cardMessageId: 7, acceptsTermsVersion: null });
  await shop.orders.drain();
}

describe("terms", () => {
  it("that were accepted with a purchase stay accepted although the money was short", async () => {
    const buyerId = await shop.buyer(0n);
    const quoteId = await shop.quote(buyerId);
    const input = { buyerId, quoteId, chatId: 5, cardMessageId: 7, acceptsTermsVersion: 1 };
    expect(await shop.orders.purchase(input)).toMatchObject({ kind: "short", missingMicros: priceMicros });
    const row = await database.db
      .selectFrom("buyers")
      .select("terms_version")
      .where("id", "=", buyerId)
      .executeTakeFirst();
    expect(row?.terms_version).toBe(1);
  });
});
