import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { matchDoubts } from "../../../src/orders/doubts/match-doubts.ts";
import type { ActiveRental } from "../../../src/providers/port/provider.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  createScriptedProvider,
  providerError,
  received,
  type ScriptedProvider,
  waiting,
} from "../../support/scripted-provider.ts";
import { createTestShop, priceMicros, type TestShop } from "../../support/shop.ts";

let database: TestDatabase;
let shop: TestShop;
let provider: ScriptedProvider;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("outbox").execute();
  provider = createScriptedProvider(`p${Math.random()}`);
  shop = await createTestShop(database.db, { providers: [provider] });
  provider.onBuy = () => {
    throw providerError("timeout", false);
  };
});

async function doubted() {
  const buyerId = await shop.buyer(1_000_000n);
  return { buyerId, orderId: await shop.buy(buyerId) };
}

function listed(upstreamId: string, change: Partial<ActiveRental> = {}): ActiveRental {
  const product = { serviceCode: "wa", countryCode: "16", costMicros: 180_000n, createdAt: null };
  return {
    upstreamId,
    phone: `+4477009${upstreamId.replace(/\D/g, "").padStart(5, "0")}`,
    ...product,
    observation: waiting,
    ...change,
  };
}

async function strayLosses(name: string): Promise<bigint[]> {
  const rows = await shop.db
    .selectFrom("transfers")
    .select("amount_micros")
    .where("kind", "=", "stray_loss")
    .where("idempotency_key", "like", `stray_loss:${name}:%`)
    .execute();
  return rows.map((row) => row.amount_micros);
}

describe("a purchase in doubt", () => {
  it("is left alone until no call can be under way", async () => {
    const { orderId } = await doubted();
    await shop.clock.advance(30_000);
    await shop.orders.reconcile(provider.name);
    expect(provider.calls).toEqual(["buy"]);
    expect((await shop.order(orderId)).state).toBe("in_doubt");
  });

  it("gets the number that was bought for it, within three minutes", async () => {
    const { buyerId, orderId } = await doubted();
    provider.onActive = () => [listed("11"), listed("12", { serviceCode: "tg" })];
    await shop.clock.advance(61_000);
    await shop.orders.reconcile(provider.name);
    const order = await shop.order(orderId);
    expect(order).toMatchObject({ state: "waiting", upstreamId: "11" });
    expect((await shop.balance(buyerId)).heldMicros).toBe(priceMicros);
    expect(provider.calls.filter((call) => call.startsWith("cancel"))).toEqual([]);
    await shop.assertSound();
  });

  it("is released after the list was empty twice", async () => {
    const { buyerId, orderId } = await doubted();
    await shop.clock.advance(61_000);
    await shop.orders.reconcile(provider.name);
    expect((await shop.order(orderId)).state).toBe("in_doubt");
    await shop.clock.advance(10_000);
    await shop.orders.reconcile(provider.name);
    expect(await shop.order(orderId)).toMatchObject({ state: "failed", failure: "providers_unavailable" });
    expect((await shop.balance(buyerId)).availableMicros).toBe(1_000_000n);
    expect(await shop.messages("operator_notice")).toHaveLength(0);
    await shop.assertSound();
  });

  it("never takes a number of another order, nor one that has received an SMS", async () => {
    const { orderId } = await doubted();
    provider.onActive = () => [listed("31", { observation: received("1") })];
    await shop.clock.advance(61_000);
    await shop.orders.reconcile(provider.name);
    expect((await shop.order(orderId)).state).toBe("in_doubt");
  });

  it("gives two numbers to three doubts and the third its money", async () => {
    const doubts = [await doubted(), await doubted(), await doubted()];
    provider.onActive = () => [listed("51"), listed("52")];
    await shop.clock.advance(61_000);
    await shop.orders.reconcile(provider.name);
    await shop.orders.reconcile(provider.name);
    const states = await Promise.all(doubts.map(async ({ orderId }) => (await shop.order(orderId)).state));
    expect(states.sort()).toEqual(["failed", "waiting", "waiting"]);
    await shop.assertSound();
  });

  it("cancels a surplus number", async () => {
    await doubted();
    provider.onActive = () => [listed("61"), listed("62")];
    await shop.clock.advance(61_000);
    await shop.orders.reconcile(provider.name);
    expect(provider.calls.filter((call) => call.startsWith("cancel"))).toEqual(["cancel 62"]);
  });

  it("keeps the hold while the provider is silent, and settles when it answers again", async () => {
    const { buyerId, orderId } = await doubted();
    provider.onActive = () => {
      throw providerError("unavailable", false);
    };
    await shop.clock.advance(20 * 60_000);
    await shop.orders.reconcile(provider.name);
    expect((await shop.order(orderId)).state).toBe("in_doubt");
    expect((await shop.balance(buyerId)).heldMicros).toBe(priceMicros);
    provider.onActive = () => [listed("71")];
    await shop.orders.reconcile(provider.name);
    expect((await shop.order(orderId)).state).toBe("waiting");
  });

  it("is released with the possible loss booked where the provider has no list", async () => {
    provider = createScriptedProvider("listless", { activeList: false });
    shop = await createTestShop(database.db, { providers: [provider] });
    provider.onBuy = () => {
      throw providerError("garbage", false);
    };
    const { buyerId, orderId } = await doubted();
    await shop.clock.advance(61_000);
    await shop.orders.reconcile("listless");
    expect((await shop.order(orderId)).state).toBe("failed");
    expect((await shop.balance(buyerId)).availableMicros).toBe(1_000_000n);
    const loss = await shop.db
      .selectFrom("transfers")
      .select("amount_micros")
      .where("order_id", "=", orderId)
      .where("kind", "=", "provider_loss")
      .execute();
    expect(loss.map((row) => row.amount_micros)).toEqual([180_000n]);
    expect((await shop.messages("operator_notice"))[0]?.payload).toMatchObject({ notice: "possible_loss" });
    await shop.assertSound();
  });

  it("is released without a loss where the provider's balance shows that nothing was bought", async () => {
    provider = createScriptedProvider("telling", { activeList: false });
    const asked: number[] = [];
    const missingAt = async (_: unknown, doubts: number) => {
      asked.push(doubts);
      return 180_000n;
    };
    shop = await createTestShop(database.db, { providers: [provider], deps: { missingAt } });
    provider.onBuy = () => {
      throw providerError("timeout", false);
    };
    const [first, second] = [await doubted(), await doubted()];
    await shop.clock.advance(61_000);
    await shop.orders.reconcile("telling");
    expect(asked).toEqual([2]);
    const losses = await shop.db
      .selectFrom("transfers")
      .select("order_id")
      .where("kind", "=", "provider_loss")
      .where("order_id", "in", [first.orderId, second.orderId])
      .execute();
    expect(losses.map((row) => row.order_id)).toEqual([first.orderId]);
    expect((await shop.balance(second.buyerId)).availableMicros).toBe(1_000_000n);
    await shop.assertSound();
  });

  it.each([
    ["had an SMS", received("1")],
    ["was finished by the provider", { status: "finished" as const, sms: [] }],
  ])(
    "books a number that %s before anybody had it as lost, once, and tells the operators",
    async (_name, observation) => {
      shop = await createTestShop(database.db, { providers: [provider], deps: { operatorChatIds: [77] } });
      const { buyerId, orderId } = await doubted();
      provider.onActive = () => [listed("81", { observation })];
      await shop.clock.advance(61_000);
      for (let round = 0; round < 3; round += 1) await shop.orders.reconcile(provider.name);
      expect((await shop.order(orderId)).state).toBe("failed");
      expect((await shop.balance(buyerId)).availableMicros).toBe(1_000_000n);
      expect(await strayLosses(provider.name)).toEqual([180_000n]);
      const notices = await shop.messages("operator_notice");
      expect(notices.map(({ payload }) => payload)).toEqual([
        {
          kind: "operator_notice",
          notice: "stray_lost",
          params: { provider: provider.name, amountMicros: "180000" },
        },
      ]);
      expect(provider.calls.filter((call) => call.startsWith("cancel"))).toEqual([]);
      await shop.assertSound();
    },
  );

  it("is left to the balance when the list is read after any number has run out", async () => {
    const missingAt = async () => 180_000n;
    shop = await createTestShop(database.db, { providers: [provider], deps: { missingAt } });
    const { buyerId, orderId } = await doubted();
    await shop.clock.advance(21 * 60_000);
    await shop.orders.reconcile(provider.name);
    expect((await shop.order(orderId)).state).toBe("failed");
    expect((await shop.balance(buyerId)).availableMicros).toBe(1_000_000n);
    const losses = await shop.db
      .selectFrom("transfers")
      .select(["amount_micros", "reason"])
      .where("kind", "=", "provider_loss")
      .where("order_id", "=", orderId)
      .execute();
    expect(losses.map((row) => row.amount_micros)).toEqual([180_000n]);
    await shop.assertSound();
  });

  it("costs the operator one number, not two, when the list is read late and shows that it had an SMS", async () => {
    const { orderId } = await doubted();
    await shop.clock.advance(21 * 60_000);
    provider.onActive = () => [listed("95", { observation: received("1") })];
    await shop.orders.reconcile(provider.name);
    expect((await shop.order(orderId)).state).toBe("failed");
    expect(await strayLosses(provider.name)).toEqual([180_000n]);
    expect((await shop.messages("operator_notice")).map(({ payload }) => payload.notice)).toEqual([
      "stray_lost",
    ]);
    await shop.assertSound();
  });

  it.each([
    ["has had an SMS", received("1"), [180_000n]],
    ["is finished there", { status: "finished" as const, sms: [] }, [180_000n]],
    ["was never used", { status: "expired" as const, sms: [] }, []],
  ])("leaves a surplus number that cannot be cancelled until it %s", async (_, end, losses) => {
    await doubted();
    provider.onActive = () => [listed("91"), listed("92")];
    provider.onCancel = () => ({ kind: "refused" });
    provider.onCheck = () => end;
    await shop.clock.advance(61_000);
    await shop.orders.reconcile(provider.name);
    expect(await strayLosses(provider.name)).toEqual([]);
    await shop.clock.advance(21 * 60_000);
    await shop.orders.reconcile(provider.name);
    expect(await strayLosses(provider.name)).toEqual(losses);
    await shop.assertSound();
  });

  it("is found by the sweep when the process died during the call", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    const quoteId = await shop.quote(buyerId);
    provider.onBuy = () => new Promise(() => undefined);
    const input = { buyerId, quoteId, chatId: 5, cardMessageId: null, acceptsTermsVersion: 1 };
    const placed = await shop.orders.purchase(input);
    if (placed.kind !== "placed") throw new Error("not placed");
    await provider.called("buy");
    const restarted = shop.replica("restarted");
    await shop.clock.advance(30_000);
    await restarted.sweep();
    expect((await shop.order(placed.orderId)).state).toBe("placing");
    await shop.clock.advance(31_000);
    await restarted.sweep();
    expect((await shop.order(placed.orderId)).state).toBe("in_doubt");
    expect(provider.calls.filter((call) => call === "buy")).toHaveLength(1);
    await shop.assertSound();
  });
});

describe("an order that was held but never placed", () => {
  it("is placed by the next process when it is young, released when it is old", async () => {
    const hold = async (): Promise<{ buyerId: string; orderId: string }> => {
      const buyerId = await shop.buyer(1_000_000n);
      const { purchase } = await import("../../../src/orders/buying/purchase.ts");
      const quoteId = await shop.quote(buyerId);
      const result = await purchase(shop.deps, {
        buyerId,
        quoteId,
        chatId: 5,
        cardMessageId: null,
        acceptsTermsVersion: 1,
      });
      if (result.kind !== "placed") throw new Error("not placed");
      return { buyerId, orderId: result.orderId };
    };
    provider.onBuy = () => ({
      upstreamId: "late",
      phone: "+447700900990",
      costMicros: null,
      expiresAt: null,
      cancelOpensAt: null,
      canAnother: null,
    });
    const young = await hold();
    await shop.clock.advance(10_000);
    await shop.orders.sweep();
    expect((await shop.order(young.orderId)).state).toBe("waiting");
    const old = await hold();
    await shop.clock.advance(200_000);
    await shop.orders.sweep();
    expect((await shop.order(old.orderId)).state).toBe("failed");
    expect((await shop.balance(old.buyerId)).heldMicros).toBe(0n);
    await shop.assertSound();
  });
});

describe("matchDoubts", () => {
  const doubt = (orderId: string, seconds: number) => ({
    orderId,
    attemptId: orderId,
    serviceCode: "wa",
    countryCode: "16",
    startedAt: new Date(seconds * 1000),
  });

  it("serves the oldest doubt first and leaves other products alone", () => {
    const result = matchDoubts(
      [doubt("b", 2), doubt("a", 1)],
      [listed("1"), listed("2", { countryCode: "6" })],
    );
    expect(result.adopted.map(({ doubt: { orderId } }) => orderId)).toEqual(["a"]);
    expect(result.unmatched.map(({ orderId }) => orderId)).toEqual(["b"]);
    expect(result.surplus).toEqual([]);
  });

  it("takes a list that names no product to match", () => {
    const result = matchDoubts([doubt("a", 1)], [listed("1", { serviceCode: null, countryCode: null })]);
    expect(result.adopted).toHaveLength(1);
  });
});
