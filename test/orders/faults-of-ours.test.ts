import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { insertOrphan } from "../../src/db/queries/orphans.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";
import {
  createScriptedProvider,
  providerError,
  received,
  type ScriptedProvider,
} from "../support/scripted-provider.ts";
import { createTestShop, priceMicros, type TestShop } from "../support/shop.ts";

let database: TestDatabase;
let shop: TestShop;
let provider: ScriptedProvider;
let logger: ReturnType<typeof createTestLogger>;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const fault = (): never => {
  throw new TypeError("a fault of ours");
};

async function use(activeList: boolean): Promise<void> {
  provider = createScriptedProvider(`p${Math.random()}`, { activeList, text: true });
  logger = createTestLogger();
  const deps = activeList ? { logger } : { logger, missingAt: async () => fault() };
  shop = await createTestShop(database.db, { providers: [provider], deps });
}

async function watchAfter(ms: number): Promise<void> {
  await shop.clock.advance(ms);
  await shop.watch();
}

const toldFaults = () =>
  logger.lines.filter(({ level, message }) => level === "error" && message === "order step failed");

/** A purchase without an answer, so old that a provider which stays silent would not be waited for any more. */
async function oldDoubt() {
  provider.onBuy = () => {
    throw providerError("timeout", false);
  };
  const buyerId = await shop.buyer(priceMicros);
  const orderId = await shop.buy(buyerId);
  await shop.clock.advance(46 * 60_000);
  return { buyerId, orderId };
}

async function expectUndecided({ buyerId, orderId }: { buyerId: string; orderId: string }): Promise<void> {
  expect((await shop.order(orderId)).state).toBe("in_doubt");
  expect((await shop.balance(buyerId)).heldMicros).toBe(priceMicros);
}

describe("a fault of ours is told as one, and not taken for a silent provider,", () => {
  beforeEach(() => use(true));

  it("when the list of our numbers is read: nobody gets money back for it", async () => {
    const doubt = await oldDoubt();
    provider.onActive = fault;
    await expect(shop.orders.reconcile(provider.name)).rejects.toThrow("a fault of ours");
    await expectUndecided(doubt);
  });

  it("when the balance is compared: no loss is booked for it", async () => {
    await use(false);
    const doubt = await oldDoubt();
    await expect(shop.orders.reconcile(provider.name)).rejects.toThrow("a fault of ours");
    await expectUndecided(doubt);
  });

  it("when a stray number is given back: it is not given up for it", async () => {
    const upstreamId = `stray of ${provider.name}`;
    const product = { serviceCode: "wa", countryCode: "16", costMicros: 1n };
    const seenAt = new Date(shop.clock.now().getTime() - 10 * 60 * 60_000);
    await insertOrphan(database.db, { provider: provider.name, upstreamId, seenAt, ...product });
    provider.onCancel = fault;
    await expect(shop.orders.reconcile(provider.name)).rejects.toThrow("a fault of ours");
    const stray = await database.db
      .selectFrom("orphans")
      .select("settled_at")
      .where("upstream_id", "=", upstreamId)
      .executeTakeFirst();
    expect(stray).toEqual({ settled_at: null });
  });

  it("when another code is asked for: the order stays as it was", async () => {
    const buyerId = await shop.buyer(priceMicros);
    const orderId = await shop.buy(buyerId);
    provider.onCheck = () => received("1234");
    await shop.clock.advance(5_000);
    await shop.watch();
    provider.onAnother = fault;
    await expect(shop.orders.another(orderId, buyerId)).rejects.toThrow("a fault of ours");
    expect((await shop.order(orderId)).state).toBe("received");
  });

  it("when a number's status is asked for: the order waits on", async () => {
    const orderId = await shop.buy(await shop.buyer(priceMicros));
    provider.onCheck = fault;
    await watchAfter(5_000);
    expect(toldFaults()).toHaveLength(1);
    expect((await shop.order(orderId)).state).toBe("waiting");
  });

  it("when the provider is told that an order is done: it is told again", async () => {
    const buyerId = await shop.buyer(priceMicros);
    const orderId = await shop.buy(buyerId);
    provider.onCheck = () => received("1234");
    await watchAfter(5_000);
    await shop.orders.finish(orderId, buyerId);
    provider.onFinish = fault;
    await watchAfter(31_000);
    expect(toldFaults()).toHaveLength(1);
    provider.onFinish = () => undefined;
    await watchAfter(31_000);
    expect(provider.calls.filter((call) => call.startsWith("finish"))).toHaveLength(2);
  });

  it("when the text of an SMS is asked for: it is asked for again", async () => {
    const buyerId = await shop.buyer(priceMicros);
    const orderId = await shop.buy(buyerId);
    provider.onCheck = () => received("1234");
    provider.onText = fault;
    await watchAfter(3_000);
    expect(toldFaults()).toHaveLength(1);
    provider.onText = () => "Your code is 1234";
    await watchAfter(31_000);
    const view = await shop.orders.find(orderId, buyerId);
    expect(view?.sms.map(({ text }) => text)).toEqual(["Your code is 1234"]);
  });
});
