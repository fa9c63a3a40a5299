import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { acquireLease } from "../../../src/db/queries/leases.ts";
import { takeWatchNews } from "../../../src/db/queries/watched-orders.ts";
import { openSession } from "../../../src/orders/watching/session.ts";
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
const signal = new AbortController().signal;

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

async function bought(): Promise<{ buyerId: string; orderId: string; upstreamId: string }> {
  const buyerId = await shop.buyer(1_000_000n);
  const orderId = await shop.buy(buyerId);
  return { buyerId, orderId, upstreamId: (await shop.order(orderId)).upstreamId ?? "" };
}

async function watchAfter(ms: number): Promise<void> {
  await shop.clock.advance(ms);
  await shop.watch();
}

/** Which version of the row the table holds: it changes with every UPDATE, also one that changes nothing. */
async function rowVersion(orderId: string): Promise<string> {
  const query = sql<{ xmin: string }>`SELECT xmin::text FROM orders WHERE id = ${orderId}`;
  return (await query.execute(database.db)).rows[0]?.xmin ?? "";
}

describe("an answer that shows nothing new", () => {
  it.each([true, false])("writes nothing about its order (from a list: %s)", async (checkMany) => {
    await use({ checkMany });
    const { orderId, upstreamId } = await bought();
    await bought();
    await watchAfter(3_000);
    const before = await rowVersion(orderId);
    provider.calls.length = 0;
    for (let pass = 0; pass < 5; pass += 1) await watchAfter(3_000);
    expect(
      provider.calls.filter((call) => call === `check ${upstreamId}` || call === "checkMany 2"),
    ).toHaveLength(5);
    expect(await rowVersion(orderId)).toBe(before);
  });

  it("also if it shows the codes that are stored already", async () => {
    const { orderId } = await bought();
    provider.onCheck = () => received("1", "2");
    await watchAfter(3_000);
    await watchAfter(1_000);
    const before = await rowVersion(orderId);
    for (let pass = 0; pass < 3; pass += 1) await watchAfter(30_000);
    expect(await rowVersion(orderId)).toBe(before);
    expect(await shop.messages("order_code")).toHaveLength(2);
  });
});

describe("what other replicas do", () => {
  it("reaches the watching one at once: rentals, cancels, another code, webhooks", async () => {
    await bought();
    await watchAfter(3_000);
    const other = shop.replica("other");
    const { buyerId, orderId, upstreamId } = await bought();
    await watchAfter(500);
    provider.onWebhook = () => ({ kind: "check", upstreamId });
    provider.onCheck = (id) => (id === upstreamId ? received("1") : waiting);
    await other.takeWebhook(provider.name, {});
    await watchAfter(250);
    expect((await shop.order(orderId)).state).toBe("received");
    await other.another(orderId, buyerId);
    provider.onCheck = () => waiting;
    await watchAfter(250);
    provider.calls.length = 0;
    await watchAfter(2_750);
    expect(provider.calls).toContain(`check ${upstreamId}`);
    await other.finish(orderId, buyerId);
    await watchAfter(250);
    expect(provider.calls).toContain(`finish ${upstreamId}`);
  });

  it("is seen within a minute also where an order ended without news", async () => {
    await use({ finish: false });
    const { buyerId, orderId, upstreamId } = await bought();
    provider.onCheck = () => received("1");
    await watchAfter(3_000);
    await shop.replica("other").finish(orderId, buyerId);
    await watchAfter(60_000);
    provider.calls.length = 0;
    await watchAfter(60_000);
    expect(provider.calls).not.toContain(`check ${upstreamId}`);
  });

  it("is not taken up by a replica that lost its lease unawares", async () => {
    const { orderId } = await bought();
    const name = `watch:${provider.name}`;
    const late = await acquireLease(database.db, name, "late", 60_000);
    if (!late) throw new Error("no lease");
    await database.db
      .updateTable("leases")
      .set({ expires_at: new Date(0) })
      .where("name", "=", name)
      .execute();
    await shop.watch();
    await shop.db
      .updateTable("orders")
      .set({ next_check_at: shop.clock.now() })
      .where("id", "=", orderId)
      .execute();
    const now = shop.clock.now();
    const take = {
      provider: provider.name,
      lease: late,
      now,
      holdUntil: new Date(now.getTime() + 1),
      limit: 10,
    };
    expect(await takeWatchNews(database.db, take)).toEqual([]);
    expect((await shop.order(orderId)).nextCheckAt).toEqual(now);
  });
});

describe("a replica that takes over", () => {
  it("sees all open orders, and what an earlier one had taken up and not looked at", async () => {
    const orders = [await bought(), await bought(), await bought()];
    await shop.watch();
    await shop.db
      .updateTable("leases")
      .set({ expires_at: new Date(0) })
      .execute();
    await shop.clock.advance(4_000);
    provider.onCheck = () => received("1");
    await shop.replica("next").watch(provider.name, signal);
    for (const { orderId } of orders) expect((await shop.order(orderId)).state).toBe("received");
  });

  it("learns at once from the numbers that still wait how seldom old ones get a code", async () => {
    for (let count = 0; count < 3; count += 1) await bought();
    await shop.clock.advance(600_000);
    await shop.db
      .updateTable("orders")
      .set({ next_check_at: shop.clock.now() })
      .where("provider", "=", provider.name)
      .execute();
    const lease = await acquireLease(database.db, `watch:${provider.name}`, "next", 60_000);
    if (!lease) throw new Error("no lease");
    const { db, clock } = shop;
    const session = await openSession({ db, clock }, provider, { lease, isHeld: () => true });
    const { serviceId } = [...session.book.orders.values()][0] ?? {};
    const chance = () => session.waits.of(serviceId ?? "").chance(90_000, 120_000);
    const before = chance();
    await session.takeNews(true);
    expect(chance()).toBeLessThan(before * 0.9);
  });

  it("holds the lease for four seconds at most after its last step", async () => {
    await bought();
    await shop.watch();
    const query = sql<{ seconds: string }>`
      SELECT extract(epoch FROM expires_at - now()) AS seconds FROM leases WHERE name = ${`watch:${provider.name}`}`;
    expect(Number((await query.execute(database.db)).rows[0]?.seconds)).toBeLessThanOrEqual(4);
  });
});

describe("orders that have their code", () => {
  it("ride along in lists: a further SMS is told without a single check", async () => {
    await use({ checkMany: true });
    const delivered = await bought();
    await bought();
    await bought();
    const shown = (...codes: string[]) => {
      provider.onCheckMany = (ids) =>
        new Map(ids.map((id) => [id, id === delivered.upstreamId ? received(...codes) : waiting]));
    };
    shown("1");
    await watchAfter(3_000);
    shown("1", "2");
    await watchAfter(1_500);
    expect(await shop.messages("order_code")).toHaveLength(2);
    expect(provider.calls.filter((call) => call.startsWith("check "))).toEqual([]);
  });
});

describe("the text of an SMS that came as a code alone", () => {
  beforeEach(() => use({ text: true }));

  it("is asked for after the code was told, and shown in the card", async () => {
    const { buyerId, orderId, upstreamId } = await bought();
    provider.onCheck = () => received("1234");
    provider.onText = () => "Your code is 1234";
    await watchAfter(3_000);
    expect(provider.calls.slice(-2)).toEqual([`check ${upstreamId}`, `text ${upstreamId}`]);
    const view = await shop.orders.find(orderId, buyerId);
    expect(view?.sms.map(({ text }) => text)).toEqual(["Your code is 1234"]);
    expect(await shop.messages("order_code")).toHaveLength(1);
    provider.calls.length = 0;
    for (let pass = 0; pass < 3; pass += 1) await watchAfter(31_000);
    expect(provider.calls.filter((call) => call.startsWith("text"))).toEqual([]);
    await shop.assertSound();
  });

  it("is asked for once where the provider does not have it, and twice where it does not answer", async () => {
    provider.onCheck = () => received("1234");
    await bought();
    for (let pass = 0; pass < 5; pass += 1) await watchAfter(31_000);
    const texts = (): number => provider.calls.filter((call) => call.startsWith("text")).length;
    expect(texts()).toBe(1);
    provider.onText = () => {
      throw providerError("timeout", false);
    };
    await bought();
    for (let pass = 0; pass < 10; pass += 1) await watchAfter(31_000);
    expect(texts()).toBe(3);
  });
});

describe("webhooks that have told of every code lately", () => {
  it("make polling a confirmation, until a code comes without one", async () => {
    for (let code = 0; code < 6; code += 1) {
      const { upstreamId } = await bought();
      await watchAfter(500);
      provider.onWebhook = () => ({ kind: "check", upstreamId });
      provider.onCheck = (id) => (id === upstreamId ? received("1") : waiting);
      await shop.orders.takeWebhook(provider.name, {});
      await watchAfter(250);
    }
    const { upstreamId } = await bought();
    provider.onCheck = () => waiting;
    provider.calls.length = 0;
    for (let second = 0; second < 29; second += 1) await watchAfter(1_000);
    expect(provider.calls).not.toContain(`check ${upstreamId}`);
    await watchAfter(2_000);
    expect(provider.calls).toContain(`check ${upstreamId}`);
  });
});
