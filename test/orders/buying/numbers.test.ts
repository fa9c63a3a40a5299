import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { endOpenAttempt, selectAttempts } from "../../../src/db/queries/order-attempts.ts";
import { selectKnownUpstreamIds } from "../../../src/db/queries/order-lists.ts";
import { selectOrderByUpstream } from "../../../src/db/queries/orders.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  createScriptedProvider,
  providerError,
  received,
  rental,
  type ScriptedProvider,
} from "../../support/scripted-provider.ts";
import { ceilingMicros, createTestShop, type TestShop } from "../../support/shop.ts";

const MINUTE_MS = 60_000;
let database: TestDatabase;
let shop: TestShop;
let provider: ScriptedProvider;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  provider = createScriptedProvider(`p${Math.random()}`);
  shop = await createTestShop(database.db, { providers: [provider] });
});

async function buy(): Promise<{ buyerId: string; orderId: string }> {
  const buyerId = await shop.buyer(1_000_000n);
  return { buyerId, orderId: await shop.buy(buyerId) };
}

describe("an upstream id that a provider uses again", () => {
  beforeEach(() => {
    provider.onBuy = () => rental("number-7", "+447700900007");
  });

  it("names the new order once the old one was released: watching, webhooks and money are the new one's", async () => {
    const first = await buy();
    provider.onCheck = () => ({ status: "expired", sms: [] });
    await shop.clock.advance(3_000);
    await shop.watch();
    expect((await shop.order(first.orderId)).state).toBe("expired");
    const second = await buy();
    expect((await shop.order(second.orderId)).state).toBe("waiting");
    expect((await selectOrderByUpstream(database.db, provider.name, "number-7"))?.id).toBe(second.orderId);
    provider.onWebhook = () => ({ kind: "check", upstreamId: "number-7" });
    await shop.orders.takeWebhook(provider.name, {});
    expect((await shop.order(second.orderId)).nextCheckAt).toEqual(shop.clock.now());
    provider.onCheck = () => received("4711");
    await shop.watch();
    expect((await shop.order(second.orderId)).state).toBe("received");
    expect((await shop.orders.find(first.orderId, first.buyerId))?.sms).toEqual([]);
    await shop.assertSound();
  });

  it("of an open order does not tell what was bought for another", async () => {
    const first = await buy();
    const second = await buy();
    expect((await shop.order(first.orderId)).state).toBe("waiting");
    expect((await shop.order(second.orderId)).state).toBe("in_doubt");
  });

  it("of a finished order does not tell it either while that number lives, and does afterwards", async () => {
    const first = await buy();
    provider.onCheck = () => received("4711");
    await shop.clock.advance(3_000);
    await shop.watch();
    await shop.orders.finish(first.orderId, first.buyerId);
    const second = await buy();
    expect((await shop.order(second.orderId)).state).toBe("in_doubt");
    await shop.clock.advance(20 * MINUTE_MS);
    const third = await buy();
    expect((await shop.order(third.orderId)).state).toBe("waiting");
  });

  it("in a list that is behind is given to no doubt while the order that had it ended less than an hour ago", async () => {
    await buy();
    provider.onCheck = () => ({ status: "expired", sms: [] });
    await shop.clock.advance(3_000);
    await shop.watch();
    await shop.clock.advance(55 * MINUTE_MS);
    provider.onBuy = () => {
      throw providerError("timeout", false);
    };
    const second = await buy();
    const product = { serviceCode: "wa", countryCode: "16", costMicros: 180_000n, createdAt: null };
    const observation = { status: "waiting" as const, sms: [] };
    const row = { upstreamId: "number-7", phone: "+447700900007", ...product, observation };
    provider.onActive = () => [row];
    await shop.clock.advance(61_000);
    await shop.orders.reconcile(provider.name);
    expect(await shop.order(second.orderId)).toMatchObject({ state: "in_doubt", upstreamId: null });
    expect(provider.calls.filter((call) => call.startsWith("cancel"))).toEqual([]);
  });

  it("is found in a list by a doubt when the order that had it ended hours ago", async () => {
    const first = await buy();
    provider.onCheck = () => ({ status: "expired", sms: [] });
    await shop.clock.advance(3_000);
    await shop.watch();
    const endedAfter = new Date(shop.clock.now().getTime() - 60 * MINUTE_MS);
    expect(await selectKnownUpstreamIds(database.db, provider.name, ["number-7"], endedAfter)).toEqual(
      new Set(["number-7"]),
    );
    await shop.clock.advance(3 * 60 * MINUTE_MS);
    provider.onBuy = () => {
      throw providerError("timeout", false);
    };
    const second = await buy();
    provider.onActive = () => [
      {
        upstreamId: "number-7",
        phone: "+447700900007",
        serviceCode: "wa",
        countryCode: "16",
        costMicros: 180_000n,
        createdAt: null,
        observation: { status: "waiting", sms: [] },
      },
    ];
    await shop.clock.advance(61_000);
    await shop.orders.reconcile(provider.name);
    expect(await shop.order(second.orderId)).toMatchObject({ state: "waiting", upstreamId: "number-7" });
    expect((await shop.order(first.orderId)).state).toBe("expired");
  });
});

describe("a rented number", () => {
  it("is booked at what it cost, not at what the offer said", async () => {
    provider.onBuy = () => rental("dearer", "+447700900008", 195_500n);
    const { orderId } = await buy();
    provider.onCheck = () => received("4711");
    await shop.clock.advance(3_000);
    await shop.watch();
    const [cost] = await database.db
      .selectFrom("transfers")
      .select("amount_micros")
      .where("order_id", "=", orderId)
      .where("kind", "=", "provider_cost")
      .execute();
    expect(cost?.amount_micros).toBe(195_500n);
  });

  it("that costs exactly what the quote allows is kept", async () => {
    provider.onBuy = () => rental("at-the-ceiling", "+447700900009", ceilingMicros);
    const { orderId } = await buy();
    const { state, costMicros } = await shop.order(orderId);
    expect({ state, costMicros }).toEqual({ state: "waiting", costMicros: ceilingMicros });
  });

  it("keeps its attempt's outcome when somebody calls that attempt a doubt later", async () => {
    const { orderId } = await buy();
    const [attempt] = await selectAttempts(database.db, orderId);
    const end = { outcome: "in_doubt", errorKind: "timeout", at: shop.clock.now() } as const;
    expect(await endOpenAttempt(database.db, attempt?.id ?? "", end)).toBe(false);
    expect((await selectAttempts(database.db, orderId))[0]?.outcome).toBe("rented");
  });
});

describe("a purchase that is refused for want of funds", () => {
  it("is told to the catalogue with its offer, and the next offer is tried", async () => {
    const other = createScriptedProvider(`q${Math.random()}`);
    shop = await createTestShop(database.db, { providers: [provider, other] });
    provider.onBuy = () => {
      throw providerError("no_funds", true);
    };
    const { orderId } = await buy();
    expect(await shop.order(orderId)).toMatchObject({ state: "waiting", provider: other.name });
    expect(shop.refusals).toEqual([`${provider.name} no_funds`]);
  });
});
