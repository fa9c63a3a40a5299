import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
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
    const at = shop.clock.now().getTime();
    expect((await shop.order(broken.orderId)).nextCheckAt?.getTime()).toBe(at + 10_000);
    expect((await shop.order(other.orderId)).nextCheckAt?.getTime()).toBe(at + 3_000);
    provider.onCheck = () => received("4711");
    await watchAfter(10_000);
    expect((await shop.order(broken.orderId)).state).toBe("received");
  });
});

describe("looks at a provider that does not answer", () => {
  it("come after longer and longer waits, and every fifteen seconds at least", async () => {
    const { orderId } = await bought();
    provider.onCheck = () => {
      throw providerError("timeout", false);
    };
    await watchAfter(3_000);
    const longest = [3_000, 6_000, 12_000, 15_000, 15_000];
    for (const longestMs of longest) {
      const waitMs = Number((await shop.order(orderId)).nextCheckAt) - shop.clock.now().getTime();
      expect(waitMs).toBeGreaterThanOrEqual(longestMs / 2);
      expect(waitMs).toBeLessThanOrEqual(longestMs);
      await watchAfter(waitMs);
    }
  });
});

describe("many due orders of one provider", () => {
  it("are asked about eight at a time", async () => {
    for (let index = 0; index < 10; index += 1) await bought();
    const answers = deferred<void>();
    provider.onCheck = async () => {
      await answers.promise;
      return waiting;
    };
    provider.calls.length = 0;
    await shop.clock.advance(3_000);
    const step = shop.watch();
    await provider.called("check", 8);
    await new Promise((resolve) => setImmediate(resolve));
    expect(provider.calls).toHaveLength(8);
    answers.resolve();
    await step;
    expect(provider.calls).toHaveLength(10);
  });
});
