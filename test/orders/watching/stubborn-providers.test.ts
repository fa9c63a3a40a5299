import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  createScriptedProvider,
  providerError,
  received,
  rental,
  type ScriptedProvider,
  waiting,
} from "../../support/scripted-provider.ts";
import { createTestShop, type TestShop } from "../../support/shop.ts";

const MINUTE_MS = 60_000;
let database: TestDatabase;
let shop: TestShop;
let provider: ScriptedProvider;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("outbox").execute();
  await use({});
});

async function use(capabilities: Parameters<typeof createScriptedProvider>[1]): Promise<void> {
  provider = createScriptedProvider(`p${Math.random()}`, capabilities);
  shop = await createTestShop(database.db, { providers: [provider] });
}

async function rented(): Promise<{ buyerId: string; orderId: string }> {
  const buyerId = await shop.buyer(1_000_000n);
  const orderId = await shop.buy(buyerId);
  expect((await shop.order(orderId)).state).toBe("waiting");
  return { buyerId, orderId };
}

async function watchFor(ms: number, stepMs: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await shop.clock.advance(stepMs);
    await shop.watch();
  }
}

describe("a provider that never ends a silent number", () => {
  it.each(["refused", "too_early"] as const)(
    "and answers every cancel with %s cannot keep the buyer's money for more than an hour past the end",
    async (kind) => {
      provider.onCancel = () => (kind === "refused" ? { kind } : { kind, retryAfterMs: null });
      const { buyerId, orderId } = await rented();
      await watchFor(81 * MINUTE_MS, MINUTE_MS);
      expect((await shop.order(orderId)).state).toBe("expired");
      expect((await shop.balance(buyerId)).availableMicros).toBe(1_000_000n);
      await shop.assertSound();
    },
  );

  it("and cannot cancel at all cannot keep it either", async () => {
    await use({ cancel: false });
    const { buyerId, orderId } = await rented();
    await watchFor(81 * MINUTE_MS, MINUTE_MS);
    expect((await shop.order(orderId)).state).toBe("expired");
    expect((await shop.balance(buyerId)).heldMicros).toBe(0n);
    await shop.assertSound();
  });

  it("and moves the end on and on cannot keep it for more than a day", async () => {
    provider.onCheck = () => ({ ...waiting, expiresAt: new Date("2099-01-01T00:00:00Z") });
    const { orderId } = await rented();
    await watchFor(26 * 60 * MINUTE_MS, 10 * MINUTE_MS);
    expect((await shop.order(orderId)).state).toBe("expired");
  });

  it("after a cancel was asked for gives the money back an hour past the end, as cancelled", async () => {
    provider.onCancel = () => ({ kind: "too_early", retryAfterMs: null });
    const { buyerId, orderId } = await rented();
    await shop.orders.cancel(orderId, buyerId);
    await watchFor(81 * MINUTE_MS, MINUTE_MS);
    expect((await shop.order(orderId)).state).toBe("cancelled");
    await shop.assertSound();
  });
});

describe("a provider whose clock is wrong", () => {
  it("and that says a number ended before it began is not taken at its word", async () => {
    provider.onBuy = () => ({
      ...rental("past", "+447700900101"),
      expiresAt: new Date("2020-01-01T00:00:00Z"),
    });
    const { orderId } = await rented();
    await watchFor(2 * MINUTE_MS, 10_000);
    expect((await shop.order(orderId)).state).toBe("waiting");
    expect(provider.calls.filter((call) => call.startsWith("cancel"))).toEqual([]);
  });
});

describe("a cancel that the provider refuses as too early", () => {
  it("does not stop the watch: a code that comes meanwhile is told at the usual pace", async () => {
    provider.onCancel = () => ({ kind: "too_early", retryAfterMs: 10 * MINUTE_MS });
    const { buyerId, orderId } = await rented();
    await shop.clock.advance(121_000);
    await shop.orders.cancel(orderId, buyerId);
    await shop.watch();
    provider.onCheck = () => received("424242");
    await watchFor(10_000, 2_000);
    expect((await shop.order(orderId)).state).toBe("received");
    await shop.assertSound();
  });
});

describe("stray numbers that the provider does not know any more", () => {
  it("are settled once they have run out, and do not stand in the way of later ones", async () => {
    provider.onCancel = () => {
      throw providerError("unknown_order", true);
    };
    const seenAt = shop.clock.now();
    const strays = Array.from({ length: 25 }, (_, index) => ({
      provider: provider.name,
      upstream_id: `stray-${index}`,
      service_code: "wa",
      country_code: "16",
      cost_micros: 180_000n,
      seen_at: seenAt,
    }));
    await database.db.insertInto("orphans").values(strays).execute();
    for (let pass = 0; pass < 3; pass += 1) {
      await shop.clock.advance(21 * MINUTE_MS);
      await shop.orders.reconcile(provider.name);
    }
    const open = await database.db
      .selectFrom("orphans")
      .select("upstream_id")
      .where("provider", "=", provider.name)
      .where("settled_at", "is", null)
      .execute();
    expect(open).toEqual([]);
  });
});

describe("a stray number whose provider is silent", () => {
  it("is tried until an hour after it ran out, and then given up", async () => {
    provider.onCancel = () => {
      throw providerError("timeout", false);
    };
    const stray = { provider: provider.name, upstream_id: "silent", service_code: "wa", country_code: "16" };
    const row = { ...stray, cost_micros: 180_000n, seen_at: shop.clock.now() };
    await database.db.insertInto("orphans").values(row).execute();
    const settledAt = async (): Promise<Date | null> => {
      await shop.orders.reconcile(provider.name);
      const query = database.db
        .selectFrom("orphans")
        .select("settled_at")
        .where("upstream_id", "=", "silent");
      return (await query.executeTakeFirstOrThrow()).settled_at;
    };
    await shop.clock.advance(80 * MINUTE_MS - 1);
    expect(await settledAt()).toBeNull();
    await shop.clock.advance(1);
    expect(await settledAt()).toEqual(shop.clock.now());
  });
});

describe("a gateway that names numbers only", () => {
  it("and hands one number to two buyers gives no buyer the other's code", async () => {
    await use({ poll: false, cancel: false, activeList: false });
    let sold = 0;
    provider.onBuy = () => {
      sold += 1;
      return rental(`sale-${sold}`, "+447700900102");
    };
    provider.onWebhook = () => ({
      kind: "sms",
      phone: "+447700900102",
      sms: { code: "111222", text: null },
    });
    const first = await rented();
    const secondBuyer = await shop.buyer(1_000_000n);
    const second = await shop.buy(secondBuyer);
    expect((await shop.order(second)).state).toBe("failed");
    expect((await shop.balance(secondBuyer)).availableMicros).toBe(1_000_000n);
    await shop.orders.takeWebhook(provider.name, {});
    expect((await shop.order(first.orderId)).state).toBe("received");
    await shop.assertSound();
  });

  it("and hands one number to many buyers at the same moment rents it to one", async () => {
    await use({ poll: false, cancel: false, activeList: false });
    let sold = 0;
    provider.onBuy = () => {
      sold += 1;
      return rental(`twin-${sold}`, "+447700900103");
    };
    const buyers = await Promise.all(Array.from({ length: 6 }, () => shop.buyer(1_000_000n)));
    const orders = await Promise.all(buyers.map((buyerId) => shop.buy(buyerId)));
    const states = await Promise.all(orders.map(async (orderId) => (await shop.order(orderId)).state));
    expect(states.filter((state) => state === "waiting")).toHaveLength(1);
    expect(states.filter((state) => state === "failed")).toHaveLength(5);
    await shop.assertSound();
  });
});

describe("an SMS with characters that PostgreSQL cannot hold", () => {
  it("is told all the same", async () => {
    const { orderId } = await rented();
    provider.onCheck = () => ({
      status: "received",
      sms: [{ code: "12\u000034", text: "a\u0000b \ud83d" }],
    });
    await watchFor(10_000, 5_000);
    expect((await shop.order(orderId)).state).toBe("received");
    expect(await shop.messages("order_code")).toHaveLength(1);
  });
});
