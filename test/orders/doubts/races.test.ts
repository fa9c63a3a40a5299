import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ActiveRental } from "../../../src/providers/port/provider.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { deferred } from "../../support/deferred.ts";
import {
  createScriptedProvider,
  providerError,
  rental,
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

async function doubted(): Promise<string> {
  const sells = provider.onBuy;
  provider.onBuy = () => {
    throw providerError("timeout", false);
  };
  const orderId = await shop.buy(await shop.buyer(1_000_000n));
  provider.onBuy = sells;
  return orderId;
}

/** A purchase whose call has begun and has no answer yet. */
async function begun(): Promise<string> {
  const buyerId = await shop.buyer(1_000_000n);
  const quoteId = await shop.quote(buyerId);
  const placed = await shop.orders.purchase({
    buyerId,
    quoteId,
    chatId: 5,
    cardMessageId: null,
    acceptsTermsVersion: 1,
  });
  if (placed.kind !== "placed") throw new Error("not placed");
  return placed.orderId;
}

function listed(upstreamId: string, phone: string): ActiveRental {
  const product = { serviceCode: "wa", countryCode: "16", costMicros: 180_000n, createdAt: null };
  return { upstreamId, phone, ...product, observation: waiting };
}

const cancels = (): string[] => provider.calls.filter((call) => call.startsWith("cancel"));

describe("a number whose purchase is under way", () => {
  it("is neither given to an older doubt nor counted as missing from the list", async () => {
    const doubt = await doubted();
    await shop.clock.advance(61_000);
    const answer = deferred<void>();
    provider.onBuy = async () => {
      await answer.promise;
      return rental("under-way", "+447700900001");
    };
    const order = await begun();
    await provider.called("buy", 2);
    provider.onActive = () => [listed("under-way", "+447700900001")];
    for (let pass = 0; pass < 3; pass += 1) await shop.orders.reconcile(provider.name);
    expect((await shop.order(doubt)).state).toBe("in_doubt");
    answer.resolve();
    await shop.orders.drain();
    expect(await shop.order(order)).toMatchObject({ state: "waiting", upstreamId: "under-way" });
    for (let pass = 0; pass < 2; pass += 1) await shop.orders.reconcile(provider.name);
    expect((await shop.order(doubt)).state).toBe("failed");
    await shop.assertSound();
  });

  it("is not cancelled as surplus", async () => {
    await doubted();
    await shop.clock.advance(61_000);
    const answer = deferred<void>();
    provider.onBuy = async () => {
      await answer.promise;
      return rental("mine", "+447700900002");
    };
    const order = await begun();
    await provider.called("buy", 2);
    provider.onActive = () => [listed("lost-one", "+447700900003"), listed("mine", "+447700900002")];
    await shop.orders.reconcile(provider.name);
    answer.resolve();
    await shop.orders.drain();
    await shop.orders.reconcile(provider.name);
    expect(cancels()).toEqual([]);
    expect(await shop.order(order)).toMatchObject({ state: "waiting", upstreamId: "mine" });
    await shop.assertSound();
  });
});

describe("an answer to a purchase that comes after the sweep gave the call up", () => {
  it.each(["no_stock", "unreachable"] as const)(
    "a refusal (%s) does not hold the money for ever",
    async (kind) => {
      const answer = deferred<void>();
      provider.onBuy = async () => {
        await answer.promise;
        throw providerError(kind, true);
      };
      const orderId = await begun();
      await provider.called("buy");
      // This process slept (a suspended machine); another replica took the order up.
      await shop.clock.advance(61_000);
      await shop.replica("other").sweep();
      expect((await shop.order(orderId)).state).toBe("in_doubt");
      answer.resolve();
      await shop.orders.drain();
      for (let pass = 0; pass < 2; pass += 1) await shop.orders.reconcile(provider.name);
      expect((await shop.order(orderId)).state).toBe("failed");
      await shop.assertSound();
    },
  );

  it("a number that is too dear does not hold the money for ever", async () => {
    const answer = deferred<void>();
    provider.onBuy = async () => {
      await answer.promise;
      return rental("dear", "+447700900004", 9_000_000n);
    };
    const orderId = await begun();
    await provider.called("buy");
    await shop.clock.advance(61_000);
    await shop.replica("other").sweep();
    answer.resolve();
    await shop.orders.drain();
    for (let pass = 0; pass < 2; pass += 1) await shop.orders.reconcile(provider.name);
    expect((await shop.order(orderId)).state).toBe("failed");
    await shop.assertSound();
  });

  it("an unknown outcome of an order that ended meanwhile leaves no attempt open", async () => {
    const answer = deferred<void>();
    provider.onBuy = async () => {
      await answer.promise;
      throw providerError("timeout", false);
    };
    const orderId = await begun();
    await provider.called("buy");
    await shop.clock.advance(61_000);
    const other = shop.replica("other");
    await other.sweep();
    for (let pass = 0; pass < 2; pass += 1) await other.reconcile(provider.name);
    expect((await shop.order(orderId)).state).toBe("failed");
    answer.resolve();
    await shop.orders.drain();
    const open = await database.db
      .selectFrom("order_attempts")
      .select("id")
      .where("order_id", "=", orderId)
      .where("outcome", "is", null)
      .execute();
    expect(open).toEqual([]);
  });
});

describe("a database that restarts while a purchase is under way", () => {
  it("does not lose the number that was bought, even where the provider has no list", async () => {
    provider = createScriptedProvider(`listless${Math.random()}`, { activeList: false });
    shop = await createTestShop(database.db, { providers: [provider] });
    provider.onBuy = async () => {
      await throwOut();
      return rental("bought", "+447700900005");
    };
    const orderId = await begun();
    await provider.called("buy");
    const drained = shop.orders.drain();
    let isDrained = false;
    void drained.then(() => {
      isDrained = true;
    });
    while (!isDrained) {
      await shop.clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await shop.order(orderId)).toMatchObject({ state: "waiting", upstreamId: "bought" });
    await shop.assertSound();
  });
});

describe("a purchase that was about to be made when its process stood still", () => {
  it("is not made when the process wakes up: another replica has decided without it, and the money is free", async () => {
    // The process stands still between the committed attempt and the call, and wakes up a minute later.
    let hasSlept = false;
    const checkpoint = (name: string): void => {
      if (name !== "place/attempt-committed" || hasSlept) return;
      hasSlept = true;
      void shop.clock.advance(61_000);
    };
    shop = await createTestShop(database.db, { providers: [provider], deps: { checkpoint } });
    const orderId = await shop.buy(await shop.buyer(1_000_000n));
    await shop.replica("other").sweep();
    expect(provider.calls.filter((call) => call.startsWith("buy"))).toEqual([]);
    expect((await shop.order(orderId)).state).toBe("failed");
    await shop.assertSound();
  });
});

/** Ends every connection of the shop's pool, in use or idle, as a restart of the server does. */
async function throwOut(): Promise<void> {
  const client = new pg.Client({ connectionString: database.connectionString });
  await client.connect();
  await client.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()`,
  );
  await client.end();
}
