import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Observation } from "../../../src/providers/port/provider.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { deferred } from "../../support/deferred.ts";
import {
  createScriptedProvider,
  providerError,
  received,
  rental,
  waiting,
} from "../../support/scripted-provider.ts";
import { createTestShop, priceMicros, type TestShop } from "../../support/shop.ts";

let database: TestDatabase;
let shop: TestShop;
const signal = new AbortController().signal;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("outbox").execute();
  await database.db.deleteFrom("leases").execute();
  await database.db.updateTable("orders").set({ next_check_at: null }).execute();
  shop = await createTestShop(database.db, { providers: [createScriptedProvider(`p${Math.random()}`)] });
});

async function bought() {
  const buyerId = await shop.buyer(1_000_000n);
  const orderId = await shop.buy(buyerId);
  return { buyerId, orderId, provider: shop.providers[0]! };
}

async function watchAfter(ms: number): Promise<void> {
  await shop.clock.advance(ms);
  await shop.watch();
}

describe("cancelling", () => {
  it("queues an early tap, says when, and cancels when the provider's lock opens", async () => {
    const { buyerId, orderId, provider } = await bought();
    const opensAt = new Date(shop.clock.now().getTime() + 120_000);
    expect(await shop.orders.cancel(orderId, buyerId)).toEqual({ kind: "queued", at: opensAt });
    expect(await shop.orders.cancel(orderId, buyerId)).toEqual({ kind: "queued", at: opensAt });
    await watchAfter(3_000);
    expect(provider.calls.some((call) => call.startsWith("cancel"))).toBe(false);
    await watchAfter(118_000);
    expect((await shop.order(orderId)).state).toBe("cancelled");
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: 1_000_000n, heldMicros: 0n });
    // The card says it; nobody is rung for what they asked for.
    expect(await shop.messages("order_released")).toHaveLength(0);
    await shop.assertSound();
  });

  it("survives a restart while queued", async () => {
    const { buyerId, orderId, provider } = await bought();
    await shop.orders.cancel(orderId, buyerId);
    await shop.db.deleteFrom("leases").execute();
    await shop.clock.advance(121_000);
    await shop.replica("after-restart").watch(provider.name, signal);
    expect((await shop.order(orderId)).state).toBe("cancelled");
  });

  it("lets a code that comes before the queued cancel win", async () => {
    const { buyerId, orderId, provider } = await bought();
    await shop.orders.cancel(orderId, buyerId);
    provider.onCheck = () => received("31");
    await watchAfter(3_000);
    expect((await shop.order(orderId)).state).toBe("received");
    await watchAfter(121_000);
    expect(provider.calls.some((call) => call.startsWith("cancel"))).toBe(false);
    await shop.assertSound();
  });

  it("asks again when the provider finds it too early, at the time it names", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCancel = () => ({ kind: "too_early", retryAfterMs: 60_000 });
    await shop.clock.advance(121_000);
    expect(await shop.orders.cancel(orderId, buyerId)).toEqual({ kind: "requested" });
    await shop.watch();
    expect((await shop.order(orderId)).state).toBe("cancelling");
    provider.onCancel = () => ({ kind: "cancelled" });
    await watchAfter(61_000);
    expect((await shop.order(orderId)).state).toBe("cancelled");
  });

  it("asks again after fifteen seconds when the provider finds it too early and names no time", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCancel = () => ({ kind: "too_early", retryAfterMs: null });
    await shop.clock.advance(121_000);
    await shop.orders.cancel(orderId, buyerId);
    await shop.watch();
    const opensAt = new Date(shop.clock.now().getTime() + 15_000);
    expect((await shop.order(orderId)).cancelOpensAt).toEqual(opensAt);
    expect(await shop.orders.cancel(orderId, buyerId)).toEqual({ kind: "queued", at: opensAt });
  });

  it("goes back to waiting and says so when the provider will not cancel", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCancel = () => ({ kind: "refused" });
    await shop.clock.advance(121_000);
    await shop.orders.cancel(orderId, buyerId);
    await shop.watch();
    expect((await shop.order(orderId)).state).toBe("waiting");
    expect(await shop.messages("cancel_refused")).toHaveLength(1);
    expect((await shop.balance(buyerId)).heldMicros).toBe(priceMicros);
  });

  it("keeps the hold while the provider does not answer", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCancel = () => {
      throw providerError("timeout", false);
    };
    await shop.clock.advance(121_000);
    await shop.orders.cancel(orderId, buyerId);
    await shop.watch();
    expect((await shop.order(orderId)).state).toBe("cancelling");
    expect((await shop.balance(buyerId)).heldMicros).toBe(priceMicros);
  });

  it("refuses a stranger, an order that is over, and too many cancels in an hour", async () => {
    const limits = { maxOpenOrders: 9, purchasesPerHour: 99, cancelsPerHour: 1, newBuyerOrdersPerDay: 99 };
    shop = await createTestShop(database.db, { providers: shop.providers, deps: { limits } });
    const { buyerId, orderId } = await bought();
    const stranger = await shop.buyer(0n);
    expect(await shop.orders.cancel(orderId, stranger)).toEqual({ kind: "refused", code: "order_not_found" });
    await shop.orders.cancel(orderId, buyerId);
    await watchAfter(121_000);
    expect(await shop.orders.cancel(orderId, buyerId)).toEqual({ kind: "refused", code: "order_not_active" });
    const second = await shop.buy(buyerId);
    expect(await shop.orders.cancel(second, buyerId)).toEqual({ kind: "refused", code: "too_many_cancels" });
  });
});

describe("races, forced", () => {
  it("code against cancel: the SMS in the cancel's refusal is delivered and charged", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCancel = () => ({ kind: "has_sms", sms: [{ code: "64", text: null }] });
    await shop.clock.advance(121_000);
    await shop.orders.cancel(orderId, buyerId);
    await shop.watch();
    expect((await shop.order(orderId)).state).toBe("received");
    expect(await shop.messages("order_released")).toHaveLength(0);
    await shop.assertSound();
  });

  it("code against cancel: a check's code that is applied while the cancel is under way wins", async () => {
    const { buyerId, orderId, provider } = await bought();
    const cancelAnswer = deferred<{ kind: "cancelled" }>();
    provider.onCancel = () => cancelAnswer.promise;
    await shop.clock.advance(121_000);
    await shop.orders.cancel(orderId, buyerId);
    const cancelling = shop.watch();
    await provider.called("cancel");
    provider.onWebhook = () => ({ kind: "sms", phone: phoneOf(row), sms: { code: "8", text: null } });
    const row = await shop.order(orderId);
    await shop.orders.takeWebhook(provider.name, {});
    cancelAnswer.resolve({ kind: "cancelled" });
    await cancelling;
    // The money was captured first; the upstream's late "cancelled" only ends the order.
    expect((await shop.order(orderId)).state).toBe("finished");
    expect((await shop.balance(buyerId)).availableMicros).toBe(520_000n);
    await shop.assertSound();
  });

  it("code against expiry: whichever commits first decides, and the other changes no money", async () => {
    for (const codeFirst of [true, false]) {
      const { buyerId, orderId, provider } = await bought();
      const row = await shop.order(orderId);
      provider.onWebhook = () => ({ kind: "sms", phone: phoneOf(row), sms: { code: "5", text: null } });
      provider.onCheck = () => ({ status: "expired", sms: [] });
      const code = () => shop.orders.takeWebhook(provider.name, {});
      const expiry = () => watchAfter(3_000);
      for (const step of codeFirst ? [code, expiry] : [expiry, code]) await step();
      const { availableMicros } = await shop.balance(buyerId);
      expect(availableMicros).toBe(codeFirst ? 520_000n : 1_000_000n);
      await shop.assertSound();
    }
  });

  it("poll answer older than a webhook: the stale answer changes nothing", async () => {
    const { orderId, provider } = await bought();
    const row = await shop.order(orderId);
    const stale = deferred<Observation>();
    provider.onCheck = () => stale.promise;
    await shop.clock.advance(3_000);
    const polling = shop.watch();
    await provider.called("check");
    provider.onWebhook = () => ({ kind: "sms", phone: phoneOf(row), sms: { code: "77", text: null } });
    await shop.orders.takeWebhook(provider.name, {});
    stale.resolve(waiting);
    await polling;
    expect((await shop.order(orderId)).state).toBe("received");
    expect(await shop.messages("order_code")).toHaveLength(1);
  });

  it("poll answer of an earlier round: the old code is not taken for the new one", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCheck = () => received("1");
    await watchAfter(3_000);
    const stale = deferred<Observation>();
    provider.onCheck = () => stale.promise;
    await shop.clock.advance(31_000);
    const polling = shop.watch();
    await provider.called("check", 2);
    await shop.orders.another(orderId, buyerId);
    stale.resolve(received("1"));
    await polling;
    expect((await shop.order(orderId)).state).toBe("waiting_again");
    expect(await shop.messages("order_code")).toHaveLength(1);
  });

  it("double webhook at the same moment: one SMS, one charge", async () => {
    const { buyerId, orderId, provider } = await bought();
    const row = await shop.order(orderId);
    provider.onWebhook = () => ({ kind: "sms", phone: phoneOf(row), sms: { code: "3", text: "3" } });
    await Promise.all(Array.from({ length: 10 }, () => shop.orders.takeWebhook(provider.name, {})));
    expect(await shop.messages("order_code")).toHaveLength(1);
    expect((await shop.balance(buyerId)).availableMicros).toBe(520_000n);
    await shop.assertSound();
  });

  it("two replicas placing one order: one call", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    const quoteId = await shop.quote(buyerId);
    const provider = shop.providers[0]!;
    const answer = deferred<ReturnType<typeof rental>>();
    provider.onBuy = () => answer.promise;
    const input = { buyerId, quoteId, chatId: 5, cardMessageId: 7, acceptsTermsVersion: 1 };
    const placed = await shop.orders.purchase(input);
    await provider.called("buy");
    await shop.clock.advance(5_000);
    await Promise.all([shop.replica("b").sweep(), shop.replica("c").sweep()]);
    answer.resolve(rental("once", "+447700900777"));
    await shop.orders.drain();
    expect(placed.kind).toBe("placed");
    expect(provider.calls).toEqual(["buy"]);
    await shop.assertSound();
  });

  it("two replicas seeing one code: one charge, one message", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCheck = () => received("42");
    await shop.clock.advance(3_000);
    const row = await shop.order(orderId);
    const { actOn } = await import("../../../src/orders/watching/check.ts");
    const seen = { observation: received("42"), askedAt: shop.clock.now() };
    await Promise.all(Array.from({ length: 8 }, () => actOn(shop.deps, provider, row, seen)));
    expect(await shop.messages("order_code")).toHaveLength(1);
    expect((await shop.balance(buyerId)).availableMicros).toBe(520_000n);
    await shop.assertSound();
  });

  it("cancel against a code at the same moment, many times: money moves once", async () => {
    for (let round = 0; round < 20; round += 1) {
      const { buyerId, orderId, provider } = await bought();
      const row = await shop.order(orderId);
      provider.onWebhook = () => ({ kind: "sms", phone: phoneOf(row), sms: { code: "1", text: null } });
      await shop.clock.advance(121_000);
      await Promise.all([
        shop.orders.cancel(orderId, buyerId),
        shop.orders.takeWebhook(provider.name, {}),
        shop.watch(),
      ]);
      await shop.assertSound();
    }
  });

  it("a code that comes while Done is tapped is stored, and the order ends once", async () => {
    const { buyerId, orderId, provider } = await bought();
    const row = await shop.order(orderId);
    provider.onCheck = () => received("1");
    await watchAfter(3_000);
    provider.onWebhook = () => ({ kind: "sms", phone: phoneOf(row), sms: { code: "2", text: null } });
    await Promise.all([shop.orders.finish(orderId, buyerId), shop.orders.takeWebhook(provider.name, {})]);
    const view = await shop.orders.find(orderId, buyerId);
    expect(view?.state).toBe("finished");
    expect(view?.sms.map((sms) => sms.code)).toEqual(["1", "2"]);
    await watchAfter(1_000);
    expect(provider.calls.filter((call) => call.startsWith("finish"))).toHaveLength(1);
    await shop.assertSound();
  });
});

function phoneOf(row: { phone: string | null }): string {
  if (row.phone === null) throw new Error("no phone");
  return row.phone;
}
