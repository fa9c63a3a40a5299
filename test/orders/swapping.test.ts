import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { insertPause } from "../../src/db/queries/switches.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  createScriptedProvider,
  providerError,
  received,
  rental,
  waiting,
} from "../support/scripted-provider.ts";
import { createTestShop, priceMicros, type TestShop } from "../support/shop.ts";

let database: TestDatabase;
let shop: TestShop;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("outbox").execute();
  await database.db.deleteFrom("leases").execute();
  await database.db
    .updateTable("pauses")
    .set({ on_at: new Date(), on_by: "test" })
    .where("on_at", "is", null)
    .execute();
  await database.db.updateTable("orders").set({ next_check_at: null, card_due_at: null }).execute();
  shop = await createTestShop(database.db, { providers: [createScriptedProvider(`p${Math.random()}`)] });
});

const product = { serviceCode: "wa", countryCode: "16" };

async function bought(availableMicros = priceMicros) {
  const buyerId = await shop.buyer(availableMicros);
  const orderId = await shop.buy(buyerId);
  const provider = shop.providers[0];
  if (!provider) throw new Error("no provider");
  return { buyerId, orderId, provider };
}

async function watchAfter(ms: number): Promise<void> {
  await shop.clock.advance(ms);
  await shop.watch();
  await shop.orders.drain();
}

async function replacementOf(orderId: string) {
  const row = await database.db
    .selectFrom("orders")
    .select("id")
    .where("replaces", "=", orderId)
    .executeTakeFirst();
  return row && (await shop.order(row.id));
}

async function transfersOf(orderId: string): Promise<string[]> {
  const rows = await database.db
    .selectFrom("transfers")
    .select("kind")
    .where("order_id", "=", orderId)
    .orderBy("id")
    .execute();
  return rows.map(({ kind }) => kind);
}

async function pauseSales(): Promise<void> {
  const pause = { kind: "sales" as const, reason: "test", words: {}, offBy: "test", until: null };
  await insertPause(database.db, { id: newId(), offAt: shop.clock.now(), ...pause });
}

async function countOrders(buyerId: string): Promise<number> {
  const rows = await database.db.selectFrom("orders").select("id").where("buyer_id", "=", buyerId).execute();
  return rows.length;
}

describe("a number that the app refused", () => {
  it("goes back with the reason, and a new one comes for the same price, the same limit of cost and the same money", async () => {
    const { buyerId, orderId, provider } = await bought();
    await shop.clock.advance(121_000);
    expect(await shop.orders.swap(orderId, buyerId)).toEqual({ kind: "requested" });
    await shop.watch();
    await shop.orders.drain();
    const [old, fresh] = [await shop.order(orderId), await replacementOf(orderId)];
    expect(provider.calls.filter((call) => call.startsWith("ban"))).toEqual([`ban ${old.upstreamId}`]);
    expect(provider.calls.some((call) => call.startsWith("cancel"))).toBe(false);
    expect(old).toMatchObject({ state: "cancelled", appRefusedAt: expect.any(Date) });
    expect(fresh).toMatchObject({
      state: "waiting",
      priceMicros,
      costCeilingMicros: old.costCeilingMicros,
      serviceId: old.serviceId,
      countryId: old.countryId,
      cardMessageId: null,
    });
    expect(fresh?.phone).not.toBe(old.phone);
    // The buyer had money for one number only.
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: 0n, heldMicros: priceMicros });
    expect(await transfersOf(orderId)).toEqual(["hold", "release"]);
    expect(await transfersOf(fresh?.id ?? "")).toEqual(["hold"]);
    expect(await shop.messages("order_released")).toEqual([]);
    await shop.assertSound();
  });

  it("is cancelled where the provider cannot be told that the app refused it", async () => {
    const provider = createScriptedProvider(`p${Math.random()}`, { ban: false });
    shop = await createTestShop(database.db, { providers: [provider] });
    const { buyerId, orderId } = await bought();
    await shop.clock.advance(121_000);
    await shop.orders.swap(orderId, buyerId);
    await watchAfter(0);
    expect(provider.calls.filter((call) => /^(ban|cancel)/.test(call))).toEqual([
      `cancel ${(await shop.order(orderId)).upstreamId}`,
    ]);
    expect((await replacementOf(orderId))?.state).toBe("waiting");
  });

  it("cannot be exchanged where the provider takes no number back", async () => {
    const provider = createScriptedProvider(`p${Math.random()}`, { cancel: false, ban: false });
    shop = await createTestShop(database.db, { providers: [provider] });
    const { buyerId, orderId } = await bought();
    expect((await shop.orders.find(orderId, buyerId))?.actions.swap).toBe(false);
    expect(await shop.orders.swap(orderId, buyerId)).toEqual({
      kind: "refused",
      code: "cancel_not_supported",
    });
  });

  it("waits for the provider's lock; further taps change nothing, and one new number comes", async () => {
    const { buyerId, orderId } = await bought();
    const at = new Date(shop.clock.now().getTime() + 120_000);
    for (let tap = 0; tap < 3; tap += 1)
      expect(await shop.orders.swap(orderId, buyerId)).toEqual({ kind: "queued", at });
    await watchAfter(3_000);
    expect(await replacementOf(orderId)).toBeUndefined();
    await watchAfter(118_000);
    expect((await replacementOf(orderId))?.state).toBe("waiting");
    expect(await shop.orders.swap(orderId, buyerId)).toEqual({ kind: "refused", code: "order_not_active" });
    await watchAfter(10_000);
    expect(await countOrders(buyerId)).toBe(2);
    await shop.assertSound();
  });

  it("is charged if its code comes first, and is not exchanged any more", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onBan = () => ({ kind: "has_sms", sms: [{ code: "64", text: null }] });
    await shop.clock.advance(121_000);
    await shop.orders.swap(orderId, buyerId);
    await watchAfter(0);
    expect(await shop.order(orderId)).toMatchObject({ state: "received", swapDue: false });
    expect(await shop.messages("order_code")).toHaveLength(1);
    expect(await transfersOf(orderId)).toEqual(["hold", "capture", "provider_cost"]);
    expect(await replacementOf(orderId)).toBeUndefined();
    await shop.assertSound();
  });

  it("stays when the provider refuses, and a later cancel brings no new number", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onBan = () => ({ kind: "refused" });
    await shop.clock.advance(121_000);
    await shop.orders.swap(orderId, buyerId);
    await watchAfter(0);
    expect(await shop.order(orderId)).toMatchObject({ state: "waiting", swapDue: false });
    expect(await shop.messages("cancel_refused")).toHaveLength(1);
    await shop.orders.cancel(orderId, buyerId);
    await watchAfter(0);
    expect((await shop.order(orderId)).state).toBe("cancelled");
    expect(await countOrders(buyerId)).toBe(1);
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: priceMicros, heldMicros: 0n });
  });

  it("is not sold to the same buyer again", async () => {
    const { buyerId, orderId, provider } = await bought();
    const other = createScriptedProvider(`q${Math.random()}`);
    const { clock } = shop;
    shop = await createTestShop(database.db, { providers: [provider, other], deps: { clock } });
    shop = Object.assign(shop, { clock });
    const { phone } = await shop.order(orderId);
    other.onBuy = () => rental(`other-${orderId}`, "+447700123456");
    provider.onBuy = () => rental(`again-${orderId}`, phone ?? "");
    await shop.clock.advance(121_000);
    await shop.orders.swap(orderId, buyerId);
    await watchAfter(0);
    const fresh = await replacementOf(orderId);
    expect(fresh).toMatchObject({ state: "waiting", provider: other.name });
    const strays = await database.db
      .selectFrom("orphans")
      .select("upstream_id")
      .where("upstream_id", "=", `again-${orderId}`)
      .execute();
    expect(strays).toHaveLength(1);
  });

  it("does not come back by a purchase whose answer was lost: it is given back, and the buyer gets the money", async () => {
    const { buyerId, orderId, provider } = await bought();
    const { phone } = await shop.order(orderId);
    provider.onBuy = () => {
      throw providerError("timeout", false);
    };
    await shop.clock.advance(121_000);
    await shop.orders.swap(orderId, buyerId);
    await watchAfter(0);
    const fresh = await replacementOf(orderId);
    expect(fresh?.state).toBe("in_doubt");
    const again = { upstreamId: `again-${orderId}`, phone: phone ?? "", ...product };
    provider.onActive = () => [{ ...again, costMicros: 1n, createdAt: null, observation: waiting }];
    for (const ms of [61_000, 10_000]) {
      await shop.clock.advance(ms);
      await shop.orders.reconcile(provider.name);
    }
    expect(await replacementOf(orderId)).toMatchObject({ state: "failed", phone: null });
    expect(provider.calls).toContain(`cancel ${again.upstreamId}`);
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: priceMicros, heldMicros: 0n });
    await shop.assertSound();
  });

  it("gives the money back, with a word, when no other number can be had", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onBuy = () => {
      throw providerError("no_stock", true);
    };
    await shop.clock.advance(121_000);
    await shop.orders.swap(orderId, buyerId);
    await watchAfter(0);
    expect(await replacementOf(orderId)).toMatchObject({ state: "failed", failure: "out_of_stock" });
    expect(await shop.messages("order_failed")).toHaveLength(1);
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: priceMicros, heldMicros: 0n });
    await shop.assertSound();
  });

  it("brings no new number to a buyer who was banned meanwhile; the money comes back", async () => {
    const { buyerId, orderId } = await bought();
    await shop.orders.swap(orderId, buyerId);
    await database.db
      .updateTable("buyers")
      .set({ banned_at: shop.clock.now(), ban_reason: "test" })
      .where("id", "=", buyerId)
      .execute();
    await watchAfter(121_000);
    expect(await countOrders(buyerId)).toBe(1);
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: priceMicros, heldMicros: 0n });
    expect(await shop.messages("order_released")).toHaveLength(1);
    // Its card says that it was cancelled, and speaks of no other number.
    expect(await shop.orders.find(orderId, buyerId)).toMatchObject({ state: "cancelled", isSwap: false });
  });

  it("is not said to be replaced when it runs out at the provider instead of going back", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onBan = () => {
      throw providerError("timeout", false);
    };
    await shop.clock.advance(121_000);
    await shop.orders.swap(orderId, buyerId);
    await watchAfter(0);
    provider.onCheck = () => ({ status: "expired", sms: [] });
    await watchAfter(1_300_000);
    expect(await shop.orders.find(orderId, buyerId)).toMatchObject({ state: "cancelled", isSwap: false });
    expect(await replacementOf(orderId)).toBeUndefined();
    expect(await shop.messages("order_released")).toHaveLength(1);
  });

  it("brings no new number when it is cancelled after all, and its card says so", async () => {
    const { buyerId, orderId } = await bought();
    await shop.orders.swap(orderId, buyerId);
    expect((await shop.orders.find(orderId, buyerId))?.actions.cancel).toBe(true);
    const { version } = await shop.order(orderId);
    expect(await shop.orders.cancel(orderId, buyerId)).toMatchObject({ kind: "queued" });
    expect(await shop.orders.find(orderId, buyerId)).toMatchObject({ isSwap: false, version: version + 1 });
    expect(await shop.orders.cancel(orderId, buyerId)).toMatchObject({ kind: "queued" });
    await watchAfter(121_000);
    expect(await shop.orders.find(orderId, buyerId)).toMatchObject({ state: "cancelled", isSwap: false });
    expect(await countOrders(buyerId)).toBe(1);
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: priceMicros, heldMicros: 0n });
  });

  it.each([
    ["its service was taken off sale", () => void shop.blocked.add("wa")],
    ["sales were paused", pauseSales],
  ])("brings no new number when %s meanwhile; the money comes back with a word", async (_name, stop) => {
    const { buyerId, orderId } = await bought();
    await shop.orders.swap(orderId, buyerId);
    await stop();
    await watchAfter(121_000);
    expect(await countOrders(buyerId)).toBe(1);
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: priceMicros, heldMicros: 0n });
    expect(await shop.messages("order_released")).toHaveLength(1);
    expect(await shop.orders.find(orderId, buyerId)).toMatchObject({ state: "cancelled", isSwap: false });
  });

  it("keeps waiting when its service is off sale at the tap: the buyer is told why, and can cancel", async () => {
    const { buyerId, orderId } = await bought();
    shop.blocked.add("wa");
    expect(await shop.orders.swap(orderId, buyerId)).toEqual({ kind: "refused", code: "service_blocked" });
    expect((await shop.order(orderId)).state).toBe("waiting");
    expect(await shop.orders.cancel(orderId, buyerId)).toMatchObject({ kind: "queued" });
  });

  it("gets its new number after a restart, too", async () => {
    const { buyerId, orderId, provider } = await bought();
    await shop.orders.swap(orderId, buyerId);
    await database.db.deleteFrom("leases").execute();
    await shop.clock.advance(121_000);
    const replica = shop.replica("after-restart");
    await replica.watch(provider.name, new AbortController().signal);
    await replica.drain();
    expect((await replacementOf(orderId))?.state).toBe("waiting");
  });

  it("keeps an SMS that comes after the swap back until the buyer pays for it", async () => {
    const { buyerId, orderId, provider } = await bought(2n * priceMicros);
    await shop.clock.advance(121_000);
    await shop.orders.swap(orderId, buyerId);
    await watchAfter(0);
    const { phone } = await shop.order(orderId);
    provider.onWebhook = () => ({ kind: "sms", phone: phone ?? "", sms: { code: "777", text: null } });
    await shop.orders.takeWebhook(provider.name, {});
    expect(await shop.messages("order_code")).toEqual([]);
    expect(await shop.messages("late_sms")).toHaveLength(1);
    expect((await shop.balance(buyerId)).heldMicros).toBe(priceMicros);
    await shop.assertSound();
  });

  it("belongs to its buyer, and can be exchanged five times an hour", async () => {
    const { buyerId, orderId } = await bought();
    const stranger = await shop.buyer(0n);
    expect(await shop.orders.swap(orderId, stranger)).toEqual({ kind: "refused", code: "order_not_found" });
    let current = orderId;
    for (let round = 0; round < 5; round += 1) {
      await shop.clock.advance(121_000);
      expect(await shop.orders.swap(current, buyerId)).toEqual({ kind: "requested" });
      await watchAfter(0);
      current = (await replacementOf(current))?.id ?? "";
    }
    expect(await shop.orders.swap(current, buyerId)).toEqual({ kind: "refused", code: "too_many_swaps" });
    expect(await shop.balance(buyerId)).toEqual({ availableMicros: 0n, heldMicros: priceMicros });
  });

  it("counts as a cancel: who has cancelled as often as an hour allows cannot exchange a number either", async () => {
    const limits = { maxOpenOrders: 9, purchasesPerHour: 9, cancelsPerHour: 2, newBuyerOrdersPerDay: 9 };
    shop = await createTestShop(database.db, { providers: shop.providers, deps: { limits } });
    const { buyerId, orderId } = await bought();
    await shop.orders.cancel(orderId, buyerId);
    await watchAfter(121_000);
    const second = await shop.buy(buyerId);
    await shop.clock.advance(121_000);
    expect(await shop.orders.swap(second, buyerId)).toEqual({ kind: "requested" });
    await watchAfter(0);
    const third = (await replacementOf(second))?.id ?? "";
    expect(await shop.orders.swap(third, buyerId)).toEqual({ kind: "refused", code: "too_many_cancels" });
    expect((await shop.order(third)).state).toBe("waiting");
  });
});

describe("keep waiting", () => {
  it("takes a queued cancel back: no cancel is sent when the lock opens", async () => {
    const { buyerId, orderId, provider } = await bought();
    await shop.orders.cancel(orderId, buyerId);
    expect((await shop.orders.find(orderId, buyerId))?.actions.keepWaiting).toBe(true);
    expect(await shop.orders.keepWaiting(orderId, buyerId)).toEqual({ kind: "done" });
    expect(await shop.orders.keepWaiting(orderId, buyerId)).toEqual({ kind: "done" });
    await watchAfter(121_000);
    expect(provider.calls.some((call) => call.startsWith("cancel"))).toBe(false);
    expect(await shop.order(orderId)).toMatchObject({ state: "waiting", cancelRequestedAt: null });
    expect((await shop.balance(buyerId)).heldMicros).toBe(priceMicros);
  });

  it("takes a queued swap back, and a later cancel brings no new number", async () => {
    const { buyerId, orderId } = await bought();
    await shop.orders.swap(orderId, buyerId);
    await shop.orders.keepWaiting(orderId, buyerId);
    await shop.orders.cancel(orderId, buyerId);
    await watchAfter(121_000);
    expect((await shop.order(orderId)).state).toBe("cancelled");
    expect(await countOrders(buyerId)).toBe(1);
  });

  it("comes too late once the lock is open or the order over, and is nobody else's", async () => {
    const { buyerId, orderId, provider } = await bought();
    const stranger = await shop.buyer(0n);
    await shop.orders.cancel(orderId, buyerId);
    expect(await shop.orders.keepWaiting(orderId, stranger)).toEqual({
      kind: "refused",
      code: "order_not_found",
    });
    provider.onCancel = () => {
      throw providerError("timeout", false);
    };
    await watchAfter(121_000);
    expect(await shop.orders.keepWaiting(orderId, buyerId)).toEqual({
      kind: "refused",
      code: "cancel_begun",
    });
    provider.onCancel = () => ({ kind: "cancelled" });
    await watchAfter(10_000);
    expect(await shop.orders.keepWaiting(orderId, buyerId)).toEqual({
      kind: "refused",
      code: "order_not_active",
    });
  });
});

describe("a card that changes although nothing happens", () => {
  const cards = async (): Promise<number> => (await shop.messages("order_card")).length;

  it("is owed once when the cancel opens", async () => {
    const { orderId } = await bought();
    const before = await cards();
    await shop.clock.advance(119_000);
    await shop.orders.sweep();
    expect(await cards()).toBe(before);
    await shop.clock.advance(2_000);
    await Promise.all([shop.orders.sweep(), shop.replica("other").sweep()]);
    await shop.orders.sweep();
    expect(await cards()).toBe(before + 1);
    expect((await shop.order(orderId)).state).toBe("waiting");
  });

  it("says that the wait is slow at twice the usual one, once", async () => {
    shop.offers = shop.offers.map((offer) => ({ ...offer, usualWaitMs: 40_000 }));
    const { buyerId, orderId } = await bought();
    const before = await cards();
    await shop.clock.advance(79_000);
    await shop.orders.sweep();
    expect((await shop.orders.find(orderId, buyerId))?.isSlow).toBe(false);
    await shop.clock.advance(2_000);
    await shop.orders.sweep();
    await shop.orders.sweep();
    expect((await shop.orders.find(orderId, buyerId))?.isSlow).toBe(true);
    expect(await cards()).toBe(before + 1);
  });

  it("is not owed when the order has gone on meanwhile", async () => {
    const { provider } = await bought();
    provider.onCheck = () => received("31");
    await watchAfter(3_000);
    const before = await cards();
    await shop.clock.advance(121_000);
    await shop.orders.sweep();
    expect(await cards()).toBe(before);
  });
});

describe("another code that does not come", () => {
  it("is told once, when the number ends", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCheck = () => received("31");
    await watchAfter(3_000);
    await shop.orders.another(orderId, buyerId);
    provider.onCheck = () => ({ status: "waiting", sms: [] });
    await watchAfter(1_300_000);
    await watchAfter(10_000);
    expect((await shop.order(orderId)).state).toBe("finished");
    expect(await shop.messages("no_other_code")).toHaveLength(1);
  });

  it("is not told to a buyer who closes the number", async () => {
    const { buyerId, orderId, provider } = await bought();
    provider.onCheck = () => received("31");
    await watchAfter(3_000);
    await shop.orders.another(orderId, buyerId);
    await shop.orders.finish(orderId, buyerId);
    await watchAfter(1_300_000);
    expect(await shop.messages("no_other_code")).toEqual([]);
  });
});
