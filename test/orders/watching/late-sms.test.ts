import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createScriptedProvider, type ScriptedProvider } from "../../support/scripted-provider.ts";
import { createTestShop, priceMicros, type TestShop } from "../../support/shop.ts";

const LIFE_MS = 1_200_000;
let database: TestDatabase;
let shop: TestShop;
let gateway: ScriptedProvider;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("outbox").execute();
  await use({});
});

/** A gateway that pushes SMS by number, and nothing else. */
async function use(capabilities: Parameters<typeof createScriptedProvider>[1]): Promise<void> {
  const push = { poll: false, cancel: false, activeList: false };
  gateway = createScriptedProvider(`push${Math.random()}`, { ...push, ...capabilities });
  shop = await createTestShop(database.db, { providers: [gateway] });
}

async function expired(money = 1_000_000n): Promise<{ buyerId: string; orderId: string }> {
  const buyerId = await shop.buyer(money);
  const orderId = await shop.buy(buyerId);
  await shop.clock.advance(LIFE_MS);
  await shop.watch();
  expect((await shop.order(orderId)).state).toBe("expired");
  return { buyerId, orderId };
}

async function push(orderId: string, code: string): Promise<void> {
  const { phone } = await shop.order(orderId);
  gateway.onWebhook = () => ({ kind: "sms", phone: phone ?? "", sms: { code, text: `code ${code}` } });
  await shop.orders.takeWebhook(gateway.name, {});
}

async function transfers(orderId: string, kind: string): Promise<bigint[]> {
  const rows = await shop.db
    .selectFrom("transfers")
    .select("amount_micros")
    .where("order_id", "=", orderId)
    .where("kind", "=", kind)
    .execute();
  return rows.map((row) => row.amount_micros);
}

describe("an SMS that comes after the release", () => {
  it("is not shown and charges nobody; its buyer is offered it, and the loss is booked", async () => {
    const { buyerId, orderId } = await expired();
    await push(orderId, "9");
    expect((await shop.orders.find(orderId, buyerId))?.sms).toEqual([]);
    expect(await shop.messages("order_code")).toEqual([]);
    expect((await shop.messages("late_sms")).map(({ payload }) => payload)).toEqual([
      { kind: "late_sms", orderId, availableMicros: "1000000" },
    ]);
    expect((await shop.balance(buyerId)).availableMicros).toBe(1_000_000n);
    expect(await transfers(orderId, "provider_loss")).toEqual([180_000n]);
    expect((await shop.order(orderId)).state).toBe("expired");
    await shop.assertSound();
  });

  it("is shown for the order's price, taken once however often the button is tapped", async () => {
    const { buyerId, orderId } = await expired();
    await push(orderId, "9");
    const taps = await Promise.all(Array.from({ length: 5 }, () => shop.orders.payLate(orderId, buyerId)));
    expect(taps).toEqual(Array.from({ length: 5 }, () => ({ kind: "done" })));
    expect((await shop.orders.find(orderId, buyerId))?.sms.map(({ code }) => code)).toEqual(["9"]);
    expect(await shop.balance(buyerId)).toEqual({
      availableMicros: 1_000_000n - priceMicros,
      heldMicros: 0n,
    });
    expect((await shop.messages("order_code")).map(({ payload }) => payload)).toMatchObject([
      { orderId, chargedMicros: "480000", availableMicros: "520000" },
    ]);
    expect(await transfers(orderId, "late_charge")).toEqual([priceMicros]);
    await shop.assertSound();
  });

  it("is followed for free by further ones once it was paid for", async () => {
    const { buyerId, orderId } = await expired();
    await push(orderId, "9");
    await push(orderId, "10");
    await shop.orders.payLate(orderId, buyerId);
    await push(orderId, "11");
    const view = await shop.orders.find(orderId, buyerId);
    expect(view?.sms.map(({ code }) => code)).toEqual(["9", "10", "11"]);
    expect(await shop.messages("late_sms")).toHaveLength(1);
    expect(await transfers(orderId, "late_charge")).toEqual([priceMicros]);
    await shop.assertSound();
  });

  it("is kept back without a word where the balance does not allow it, and cannot be had by a forged tap", async () => {
    const { buyerId, orderId } = await expired(500_000n);
    await shop.buy(buyerId);
    await push(orderId, "9");
    expect(await shop.messages("late_sms")).toEqual([]);
    expect(await shop.orders.payLate(orderId, buyerId)).toEqual({
      kind: "refused",
      code: "order_not_active",
    });
    expect((await shop.orders.find(orderId, buyerId))?.sms).toEqual([]);
    const kept = await shop.db
      .selectFrom("order_sms")
      .select("id")
      .where("order_id", "=", orderId)
      .where("withheld_at", "is not", null)
      .execute();
    expect(kept).toHaveLength(1);
  });

  it("is refused when the money has gone since, and to everybody else", async () => {
    const { buyerId, orderId } = await expired(500_000n);
    await push(orderId, "9");
    await shop.buy(buyerId);
    expect(await shop.orders.payLate(orderId, buyerId)).toEqual({
      kind: "refused",
      code: "insufficient_funds",
    });
    const stranger = await shop.buyer(1_000_000n);
    expect(await shop.orders.payLate(orderId, stranger)).toEqual({
      kind: "refused",
      code: "order_not_found",
    });
    expect((await shop.orders.find(orderId, buyerId))?.sms).toEqual([]);
    await shop.assertSound();
  });

  it("is not sold any more once its text was purged", async () => {
    const { buyerId, orderId } = await expired();
    await push(orderId, "9");
    await shop.db
      .updateTable("order_sms")
      .set({ code: null, text: null, purged_at: shop.clock.now() })
      .where("order_id", "=", orderId)
      .execute();
    expect(await shop.orders.payLate(orderId, buyerId)).toMatchObject({ kind: "refused" });
    expect((await shop.balance(buyerId)).availableMicros).toBe(1_000_000n);
  });

  it("is offered to one buyer three times an hour at most", async () => {
    const buyerId = await shop.buyer(10_000_000n);
    const orders: string[] = [];
    for (let count = 0; count < 5; count += 1) orders.push(await shop.buy(buyerId));
    await shop.clock.advance(LIFE_MS);
    await shop.watch();
    for (const orderId of orders) await push(orderId, "9");
    expect(await shop.messages("late_sms")).toHaveLength(3);
    await shop.assertSound();
  });

  it("is told as always while the order is open or was paid for", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    const orderId = await shop.buy(buyerId);
    await push(orderId, "1");
    await shop.orders.finish(orderId, buyerId);
    await push(orderId, "2");
    expect((await shop.order(orderId)).state).toBe("finished");
    expect((await shop.orders.find(orderId, buyerId))?.sms.map(({ code }) => code)).toEqual(["1", "2"]);
    expect(await shop.messages("late_sms")).toEqual([]);
  });

  it("of a renter before, more than an hour ago, is nobody's", async () => {
    const { buyerId, orderId } = await expired();
    await shop.clock.advance(41 * 60_000);
    await push(orderId, "9");
    expect(await shop.messages("late_sms")).toEqual([]);
    expect((await shop.orders.find(orderId, buyerId))?.sms).toEqual([]);
    expect(await transfers(orderId, "late_charge")).toEqual([]);
  });
});

describe("a number without an SMS", () => {
  it("that only our clock ended is booked as lost where the provider charges at the purchase", async () => {
    const { orderId } = await expired();
    expect(await transfers(orderId, "provider_loss")).toEqual([180_000n]);
    await push(orderId, "9");
    expect(await transfers(orderId, "provider_loss")).toEqual([180_000n]);
    await shop.assertSound();
  });

  it("costs nothing where the provider charges for an SMS", async () => {
    await use({ chargedAt: "sms" });
    const { orderId } = await expired();
    expect(await transfers(orderId, "provider_loss")).toEqual([]);
    await shop.assertSound();
  });

  it("costs nothing where the provider says that it has run out", async () => {
    await use({ poll: true });
    gateway.onCheck = () => ({ status: "expired", sms: [] });
    const { orderId } = await expired();
    expect(await transfers(orderId, "provider_loss")).toEqual([]);
  });
});

describe("an SMS for a number that is being bought", () => {
  it("is the buyer's if it came after the call began, and somebody else's if it came before", async () => {
    gateway.onBuy = async () => {
      await shop.clock.advance(20_000);
      gateway.onWebhook = () => ({ kind: "sms", phone: "+447700900777", sms: { code: "mine", text: null } });
      await shop.orders.takeWebhook(gateway.name, {});
      const unsaid = { costMicros: null, expiresAt: null, cancelOpensAt: null, canAnother: null };
      return { upstreamId: `u${Math.random()}`, phone: "+447700900777", ...unsaid };
    };
    gateway.onWebhook = () => ({ kind: "sms", phone: "+447700900777", sms: { code: "theirs", text: null } });
    await shop.orders.takeWebhook(gateway.name, {});
    await shop.clock.advance(1_000);
    const buyerId = await shop.buyer(1_000_000n);
    const orderId = await shop.buy(buyerId);
    expect((await shop.orders.find(orderId, buyerId))?.sms.map(({ code }) => code)).toEqual(["mine"]);
    await shop.assertSound();
  });

  it("charges nothing if all that came was before the call", async () => {
    const unsaid = { costMicros: null, expiresAt: null, cancelOpensAt: null, canAnother: null };
    gateway.onBuy = () => ({ upstreamId: `u${Math.random()}`, phone: "+447700900778", ...unsaid });
    gateway.onWebhook = () => ({ kind: "sms", phone: "+447700900778", sms: { code: "theirs", text: null } });
    await shop.orders.takeWebhook(gateway.name, {});
    await shop.clock.advance(60_000);
    const buyerId = await shop.buyer(1_000_000n);
    const orderId = await shop.buy(buyerId);
    expect((await shop.order(orderId)).state).toBe("waiting");
    expect((await shop.orders.find(orderId, buyerId))?.sms).toEqual([]);
    expect((await shop.balance(buyerId)).heldMicros).toBe(priceMicros);
  });
});
