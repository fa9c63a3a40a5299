import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CallOptions, Observation } from "../../../src/providers/port/provider.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { deferred } from "../../support/deferred.ts";
import {
  createScriptedProvider,
  providerError,
  received,
  type ScriptedProvider,
  waiting,
} from "../../support/scripted-provider.ts";
import { createTestShop, type TestShop } from "../../support/shop.ts";

const MINUTE_MS = 60_000;
const LIFE_MS = 20 * MINUTE_MS;
let database: TestDatabase;
let shop: TestShop;
let provider: ScriptedProvider;
let priorities: string[];

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
  priorities = [];
  const { check, cancel } = provider;
  const noted = <T>(call: (id: string, options: CallOptions) => Promise<T>) => {
    return (id: string, options: CallOptions): Promise<T> => {
      priorities.push(options.priority);
      return call(id, options);
    };
  };
  Object.assign(provider, { check: noted(check), cancel: noted(cancel) });
}

async function rented(): Promise<{ buyerId: string; orderId: string }> {
  const buyerId = await shop.buyer(1_000_000n);
  return { buyerId, orderId: await shop.buy(buyerId) };
}

async function watchFor(ms: number, stepMs: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    await shop.clock.advance(stepMs);
    await shop.watch();
  }
}

const calls = (name: string): string[] => provider.calls.filter((call) => call.split(" ")[0] === name);

describe("an order past its end", () => {
  it.each(["refused", "too_early", "has_sms"] as const)(
    "whose cancel is always answered with %s is asked less and less often, never before others' codes",
    async (kind) => {
      const outcomes = {
        refused: { kind: "refused" },
        too_early: { kind: "too_early", retryAfterMs: null },
        has_sms: { kind: "has_sms", sms: [] },
      } as const;
      provider.onCancel = () => outcomes[kind];
      const { orderId } = await rented();
      await shop.clock.advance(LIFE_MS);
      provider.calls.length = 0;
      priorities = [];
      await watchFor(10 * MINUTE_MS, 1_000);
      expect((await shop.order(orderId)).state).toBe("waiting");
      expect(calls("cancel").length).toBeGreaterThan(3);
      expect(provider.calls.length).toBeLessThanOrEqual(30);
      expect(new Set(priorities)).toEqual(new Set(["poll"]));
    },
  );

  it("goes on being watched: a code that is shown a minute later is the buyer's", async () => {
    provider.onCancel = () => ({ kind: "refused" });
    const { orderId } = await rented();
    await shop.clock.advance(LIFE_MS);
    await watchFor(MINUTE_MS, 5_000);
    expect((await shop.order(orderId)).state).toBe("waiting");
    provider.onCheck = () => received("4711");
    await watchFor(3 * MINUTE_MS, 5_000);
    expect((await shop.order(orderId)).state).toBe("finished");
    await shop.assertSound();
  });

  it("is not given up because its provider is silent for a minute", async () => {
    const { orderId } = await rented();
    provider.onCheck = () => {
      throw providerError("unavailable", false);
    };
    await shop.clock.advance(LIFE_MS);
    await watchFor(MINUTE_MS, 5_000);
    expect((await shop.order(orderId)).state).toBe("waiting");
  });

  it("that a list calls waiting is asked about by itself before it is cancelled: its code is not lost", async () => {
    await use({ checkMany: true });
    const orders = [await rented(), await rented(), await rented()];
    const [withCode] = orders;
    const code = (await shop.order(withCode?.orderId ?? "")).upstreamId;
    provider.onCheck = (id) => (id === code ? received("4711") : waiting);
    await shop.clock.advance(LIFE_MS);
    await shop.watch();
    expect((await shop.order(withCode?.orderId ?? "")).state).toBe("finished");
    expect(provider.calls).not.toContain(`cancel ${code}`);
    await shop.assertSound();
  });

  it("that ran out while the list was on its way is asked about by itself, too", async () => {
    await use({ checkMany: true });
    const orders = [await rented(), await rented()];
    const codes = new Set(
      (await Promise.all(orders.map(({ orderId }) => shop.order(orderId)))).map(
        ({ upstreamId }) => upstreamId,
      ),
    );
    const list = deferred<ReadonlyMap<string, Observation>>();
    await shop.clock.advance(LIFE_MS - 500);
    provider.onCheckMany = () => list.promise;
    const pass = shop.watch();
    await provider.called("checkMany");
    await shop.clock.advance(1_000);
    provider.onCheck = () => received("4711");
    list.resolve(new Map([...codes].map((id) => [id ?? "", waiting])));
    await pass;
    await watchFor(10_000, 1_000);
    expect(calls("cancel")).toEqual([]);
    for (const { orderId } of orders) expect((await shop.order(orderId)).state).toBe("finished");
  });

  it("ends by the clock although its provider takes no question, for hours", async () => {
    provider.onCheck = () => {
      throw providerError("rate_limited", true, { wasAsked: false });
    };
    const { buyerId, orderId } = await rented();
    await watchFor(LIFE_MS + 60 * MINUTE_MS, MINUTE_MS);
    expect((await shop.order(orderId)).state).toBe("waiting");
    await watchFor(15 * MINUTE_MS, MINUTE_MS);
    expect((await shop.order(orderId)).state).toBe("expired");
    expect((await shop.balance(buyerId)).availableMicros).toBe(1_000_000n);
    await shop.assertSound();
  });

  it("is asked about first after a downtime, however long ago its end was", async () => {
    const { orderId } = await rented();
    await shop.clock.advance(5 * 60 * MINUTE_MS);
    provider.onCheck = () => received("4711");
    await shop.watch();
    expect((await shop.order(orderId)).state).toBe("finished");
  });
});

describe("an order before its end", () => {
  it("is not ended by an upstream that does not know it for a moment", async () => {
    const { orderId } = await rented();
    provider.onCheck = () => {
      throw providerError("unknown_order", true);
    };
    await watchFor(MINUTE_MS, 3_000);
    expect((await shop.order(orderId)).state).toBe("waiting");
    provider.onCheck = () => received("4711");
    await watchFor(MINUTE_MS, 3_000);
    expect((await shop.order(orderId)).state).toBe("received");
  });

  it("sends a queued cancel in the moment in which it opens", async () => {
    await use({ pollIntervalMs: 60_000 });
    const { buyerId, orderId } = await rented();
    await shop.clock.advance(100_000);
    await shop.orders.cancel(orderId, buyerId);
    await shop.watch();
    await shop.clock.advance(19_999);
    await shop.watch();
    expect((await shop.order(orderId)).state).toBe("cancelling");
    await shop.clock.advance(1);
    await shop.watch();
    expect((await shop.order(orderId)).state).toBe("cancelled");
  });

  it("whose cancel is answered with an SMS that nobody shows is asked at a poll's pace and priority", async () => {
    provider.onCancel = () => ({ kind: "has_sms", sms: [] });
    const { buyerId, orderId } = await rented();
    await shop.clock.advance(121_000);
    await shop.orders.cancel(orderId, buyerId);
    await shop.watch();
    expect(priorities.at(-1)).toBe("tap");
    await watchFor(MINUTE_MS, 500);
    provider.calls.length = 0;
    priorities = [];
    await watchFor(MINUTE_MS, 500);
    expect(provider.calls.length).toBeLessThanOrEqual(26);
    expect(new Set(priorities)).toEqual(new Set(["poll"]));
    provider.onCheck = () => received("4711");
    await watchFor(10_000, 500);
    expect((await shop.order(orderId)).state).toBe("received");
  });
});

describe("a look that fails after its order has ended", () => {
  it("makes the order due no more", async () => {
    const { buyerId, orderId } = await rented();
    await receiveFirst(orderId);
    const answer = deferred<Observation>();
    provider.onCheck = () => answer.promise;
    await shop.clock.advance(31_000);
    const pass = shop.watch();
    await provider.called("check", 2);
    await shop.orders.finish(orderId, buyerId);
    answer.reject(providerError("unavailable", false));
    await pass;
    expect(await shop.order(orderId)).toMatchObject({ state: "finished", nextCheckAt: null });
  });

  async function receiveFirst(orderId: string): Promise<void> {
    Object.assign(provider.capabilities, { finish: false });
    provider.onCheck = () => received("1");
    await watchFor(3_000, 3_000);
    expect((await shop.order(orderId)).state).toBe("received");
  }
});
