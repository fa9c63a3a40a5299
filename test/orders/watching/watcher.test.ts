import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  createScriptedProvider,
  providerError,
  received,
  type ScriptedProvider,
  waiting,
} from "../../support/scripted-provider.ts";
import { createTestShop, type TestShop } from "../../support/shop.ts";

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
});

async function bought(): Promise<{ buyerId: string; orderId: string }> {
  const buyerId = await shop.buyer(1_000_000n);
  return { buyerId, orderId: await shop.buy(buyerId) };
}

async function watchAfter(ms: number): Promise<void> {
  await shop.clock.advance(ms);
  await shop.watch();
}

/** An order whose buyer has its code and is done with it. */
async function finished(): Promise<string> {
  const { buyerId, orderId } = await bought();
  provider.onCheck = () => received("4711");
  await watchAfter(3_000);
  await shop.orders.finish(orderId, buyerId);
  provider.calls.length = 0;
  return orderId;
}

/** The seconds after which the provider was told, of the next `seconds`. */
async function toldAfter(seconds: number): Promise<number[]> {
  const told: number[] = [];
  for (let second = 0; second <= seconds; second += 1) {
    const before = provider.calls.length;
    await watchAfter(second === 0 ? 0 : 1_000);
    if (provider.calls.slice(before).some((call) => call.startsWith("finish"))) told.push(second);
  }
  return told;
}

describe("a provider that expects to be told that an order is done", () => {
  it("is told at once, and once if it answers", async () => {
    const orderId = await finished();
    expect(await toldAfter(60)).toEqual([0]);
    expect(await shop.order(orderId)).toMatchObject({ nextCheckAt: null, finishDue: false });
  });

  it("is told five times, after longer and longer waits, if it does not answer", async () => {
    const orderId = await finished();
    provider.onFinish = () => {
      throw providerError("timeout", false);
    };
    expect(await toldAfter(80)).toEqual([0, 5, 15, 30, 50]);
    expect(await shop.order(orderId)).toMatchObject({ nextCheckAt: null, finishDue: false });
  });

  it.each(["unknown_order", "unsupported"] as const)("is told no more once it answers %s", async (kind) => {
    await finished();
    provider.onFinish = () => {
      throw providerError(kind, true);
    };
    expect(await toldAfter(30)).toEqual([0]);
  });
});

describe("a look that fails by a fault of ours", () => {
  it("comes again ten seconds later, and other orders are looked at meanwhile", async () => {
    const broken = await bought();
    const other = await bought();
    const brokenId = (await shop.order(broken.orderId)).upstreamId;
    provider.onCheck = (id) => {
      if (id === brokenId) throw new Error("a bug");
      return waiting;
    };
    await watchAfter(3_000);
    provider.calls.length = 0;
    for (let second = 3; second < 13; second += 1) await watchAfter(second === 3 ? 0 : 1_000);
    const otherId = (await shop.order(other.orderId)).upstreamId;
    expect(provider.calls).toEqual([`check ${otherId}`, `check ${otherId}`, `check ${otherId}`]);
    provider.onCheck = () => received("4711");
    await watchAfter(1_000);
    expect((await shop.order(broken.orderId)).state).toBe("received");
  });
});

describe("looks at a provider that does not answer", () => {
  it("come after longer and longer waits, and every fifteen seconds at least", async () => {
    await bought();
    provider.calls.length = 0;
    provider.onCheck = () => {
      throw providerError("timeout", false);
    };
    await watchAfter(3_000);
    for (const longestMs of [3_000, 6_000, 12_000, 15_000, 15_000]) {
      const waitMs = await untilNextLook(500);
      expect(waitMs).toBeGreaterThanOrEqual(longestMs / 2);
      expect(waitMs).toBeLessThanOrEqual(longestMs + 500);
    }
  });

  async function untilNextLook(stepMs: number): Promise<number> {
    const before = provider.calls.length;
    let passedMs = 0;
    while (provider.calls.length === before) {
      await watchAfter(stepMs);
      passedMs += stepMs;
    }
    return passedMs;
  }
});

describe("many due orders of one provider", () => {
  it("are asked about at the same time, as many as the budget grants", async () => {
    for (let index = 0; index < 30; index += 1) await bought();
    let running = 0;
    let most = 0;
    provider.onCheck = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      return waiting;
    };
    provider.calls.length = 0;
    await watchAfter(3_000);
    expect(provider.calls).toHaveLength(30);
    expect(most).toBeGreaterThan(8);
  });

  it("are asked about as far as the request budget has turns, and the others a moment later", async () => {
    for (let index = 0; index < 10; index += 1) await bought();
    let turns = 4;
    Object.assign(provider, {
      reserve: async (_priority: string, count: number) => {
        const granted = Math.min(count, turns);
        turns -= granted;
        return { count: granted, nextInMs: 500, requestsPerSecond: 2 };
      },
    });
    provider.calls.length = 0;
    await watchAfter(3_000);
    expect(provider.calls).toHaveLength(4);
    turns = 6;
    await watchAfter(500);
    expect(new Set(provider.calls).size).toBe(10);
  });
});
