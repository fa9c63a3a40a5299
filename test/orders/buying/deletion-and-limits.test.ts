import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createBuyers } from "../../../src/buyers/buyers.ts";
import type { OrderDeps } from "../../../src/orders/order-deps.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  createScriptedProvider,
  providerError,
  type ScriptedProvider,
} from "../../support/scripted-provider.ts";
import { createTestShop, type TestShop } from "../../support/shop.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let database: TestDatabase;
let provider: ScriptedProvider;
let shop: TestShop;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("outbox").execute();
});

async function open(capabilities = {}, deps: Partial<OrderDeps> = {}): Promise<void> {
  provider = createScriptedProvider(`p${Math.random()}`, capabilities);
  shop = await createTestShop(database.db, { providers: [provider], deps });
}

const forget = (buyerId: string) => createBuyers({ db: database.db, clock: shop.clock }).forget(buyerId);

describe("somebody who has their data deleted", () => {
  it("cannot leave while an order is open or in doubt", async () => {
    await open();
    const waiting = await shop.buyer(1_000_000n);
    await shop.buy(waiting);
    provider.onBuy = () => {
      throw providerError("timeout", false);
    };
    const doubting = await shop.buyer(1_000_000n);
    await shop.buy(doubting);
    expect([await forget(waiting), await forget(doubting)]).toEqual(["open_orders", "open_orders"]);
  });

  it("buys nothing any more, and does not leave while they buy: of two taps at once one wins", async () => {
    await open();
    for (let round = 0; round < 10; round += 1) {
      const buyerId = await shop.buyer(1_000_000n);
      const quoteId = await shop.quote(buyerId);
      const input = { buyerId, quoteId, chatId: 5, cardMessageId: null, acceptsTermsVersion: 1 };
      const first = round % 2 === 0 ? forget(buyerId) : undefined;
      const [bought, left] = await Promise.all([shop.orders.purchase(input), first ?? forget(buyerId)]);
      await shop.orders.drain();
      const outcome = [left, bought.kind];
      expect([
        ["forgotten", "refused"],
        ["open_orders", "placed"],
      ]).toContainEqual(outcome);
    }
    await shop.assertSound();
  });

  it("is told nothing by an SMS that comes late, which is not written down and costs the operator", async () => {
    await open({ poll: false, cancel: false });
    const buyerId = await shop.buyer(1_000_000n);
    const orderId = await shop.buy(buyerId);
    const { phone } = await shop.order(orderId);
    await shop.clock.advance(20 * MINUTE_MS);
    await shop.watch();
    expect((await shop.order(orderId)).state).toBe("expired");
    expect(await forget(buyerId)).toBe("forgotten");
    const sms = { code: "731905", text: "Your code is 731905" };
    provider.onWebhook = () => ({ kind: "sms", phone: phone ?? "", sms });
    await shop.orders.takeWebhook(provider.name, {});
    await shop.orders.takeWebhook(provider.name, {});
    expect(
      await shop.db.selectFrom("order_sms").selectAll().where("order_id", "=", orderId).execute(),
    ).toEqual([]);
    expect(await shop.messages()).toEqual([]);
    const losses = await shop.db
      .selectFrom("transfers")
      .select("amount_micros")
      .where("order_id", "=", orderId)
      .where("kind", "=", "provider_loss")
      .execute();
    expect(losses.map((row) => row.amount_micros)).toEqual([180_000n]);
    await shop.assertSound();
  });
});

describe("limits", () => {
  const limits = { maxOpenOrders: 9, purchasesPerHour: 9, cancelsPerHour: 9, newBuyerOrdersPerDay: 9 };

  async function tap(buyerId: string): Promise<string> {
    const quoteId = await shop.quote(buyerId);
    const input = { buyerId, quoteId, chatId: 5, cardMessageId: null, acceptsTermsVersion: 1 };
    const result = await shop.orders.purchase(input);
    await shop.orders.drain();
    return result.kind === "refused" ? result.code : result.kind;
  }

  it("count the last sixty minutes, not the clock's hour", async () => {
    await open({}, { limits: { ...limits, purchasesPerHour: 1 } });
    // 12:59:59, then 13:00:01.
    await shop.clock.advance(HOUR_MS - 1_000);
    const buyerId = await shop.buyer(10_000_000n);
    expect(await tap(buyerId)).toBe("placed");
    await shop.clock.advance(2_000);
    expect(await tap(buyerId)).toBe("too_many_purchases");
    await shop.clock.advance(HOUR_MS - 2_001);
    expect(await tap(buyerId)).toBe("too_many_purchases");
    await shop.clock.advance(1);
    expect(await tap(buyerId)).toBe("placed");
  });

  it("count a new buyer's orders over midnight, and end a day after the first hello", async () => {
    await open({}, { limits: { ...limits, newBuyerOrdersPerDay: 1 } });
    const buyerId = await shop.buyer(10_000_000n);
    await shop.clock.advance(11 * HOUR_MS + 59 * MINUTE_MS);
    expect(await tap(buyerId)).toBe("placed");
    await shop.clock.advance(2 * MINUTE_MS);
    expect(await tap(buyerId)).toBe("new_buyer_limit");
    await shop.clock.advance(12 * HOUR_MS - MINUTE_MS);
    expect(await tap(buyerId)).toBe("placed");
  });

  it("count orders that failed and were cancelled, so that a sold-out shop cannot be hammered", async () => {
    await open({}, { limits: { ...limits, purchasesPerHour: 2 } });
    provider.onBuy = () => {
      throw providerError("no_stock", true);
    };
    const buyerId = await shop.buyer(10_000_000n);
    const results = [await tap(buyerId), await tap(buyerId), await tap(buyerId)];
    expect(results).toEqual(["placed", "placed", "too_many_purchases"]);
    await shop.assertSound();
  });
});
