import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { endAttempt, selectAttempts } from "../../../src/db/queries/order-attempts.ts";
import { lockOrder } from "../../../src/db/queries/orders.ts";
import { findUnwatchedOrders } from "../../../src/operations/unwatched-orders.ts";
import type { Rental } from "../../../src/providers/port/provider.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { deferred } from "../../support/deferred.ts";
import {
  createScriptedProvider,
  providerError,
  rental,
  type ScriptedProvider,
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
  provider = createScriptedProvider(`p${Math.random()}`);
  shop = await createTestShop(database.db, { providers: [provider] });
});

/** A purchase whose call has begun; the test answers it. */
async function begun() {
  const answer = deferred<Rental>();
  provider.onBuy = () => answer.promise;
  const buyerId = await shop.buyer(1_000_000n);
  const quoteId = await shop.quote(buyerId);
  const input = { buyerId, quoteId, chatId: 5, cardMessageId: 7, acceptsTermsVersion: 1 };
  const placed = await shop.orders.purchase(input);
  if (placed.kind !== "placed") throw new Error("not placed");
  await provider.called("buy");
  return { buyerId, orderId: placed.orderId, answer };
}

/** The shop on the same database after the operator has taken the provider out of PROVIDERS. */
async function withoutProvider(): Promise<TestShop> {
  const other = createScriptedProvider(`other${Math.random()}`);
  return await createTestShop(database.db, { providers: [other], deps: { clock: shop.clock } });
}

describe("an answer that is stored while the sweep looks", () => {
  it("does not become a doubt for ever", async () => {
    const { buyerId, orderId } = await begun();
    await shop.clock.advance(61_000);
    const isLocked = deferred<void>();
    const isSweeping = deferred<void>();
    // A process that slept stores its refusal; the sweep has read the open attempt and waits for the order's lock.
    const refusal = database.db.transaction().execute(async (tx) => {
      await lockOrder(tx, orderId);
      isLocked.resolve();
      await isSweeping.promise;
      const [attempt] = await selectAttempts(tx, orderId);
      if (!attempt) throw new Error("no attempt");
      const at = shop.clock.now();
      await endAttempt(tx, attempt.id, { outcome: "refused", errorKind: "no_stock", at });
    });
    await isLocked.promise;
    const sweep = shop.replica("other").sweep();
    await waitForLock();
    isSweeping.resolve();
    await Promise.all([refusal, sweep]);
    expect((await shop.order(orderId)).state).toBe("placing");
    await shop.clock.advance(3 * MINUTE_MS);
    await shop.replica("other").sweep();
    expect((await shop.order(orderId)).state).toBe("failed");
    expect((await shop.balance(buyerId)).heldMicros).toBe(0n);
    await shop.assertSound();
  });

  it("stays what it was: a number that was rented is not counted as a doubt", async () => {
    const { orderId, answer } = await begun();
    await shop.clock.advance(61_000);
    const sweeping = shop.replica("other").sweep();
    answer.resolve(rental(`late-${orderId}`, "+447700900001"));
    await Promise.all([sweeping, shop.orders.drain()]);
    expect((await shop.order(orderId)).state).toBe("waiting");
    const outcomes = (await selectAttempts(database.db, orderId)).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(["rented"]);
  });

  async function waitForLock(): Promise<void> {
    await expect
      .poll(async () => {
        const rows = await database.db
          .selectFrom("pg_locks" as never)
          .selectAll()
          .where("granted" as never, "=", false as never)
          .execute();
        return rows.length;
      })
      .toBeGreaterThan(0);
  }
});

describe("an order of a provider that is not configured any more", () => {
  it("in doubt ends after 45 minutes: the money goes back, and the possible loss is booked and told", async () => {
    provider.onBuy = () => {
      throw providerError("timeout", false);
    };
    const buyerId = await shop.buyer(1_000_000n);
    const orderId = await shop.buy(buyerId);
    const later = await withoutProvider();
    await shop.clock.advance(44 * MINUTE_MS);
    await later.orders.sweep();
    expect((await shop.order(orderId)).state).toBe("in_doubt");
    await shop.clock.advance(2 * MINUTE_MS);
    await later.orders.sweep();
    expect((await shop.order(orderId)).state).toBe("failed");
    expect((await shop.balance(buyerId)).availableMicros).toBe(1_000_000n);
    const [notice] = await shop.messages("operator_notice");
    expect(notice?.payload).toMatchObject({ notice: "possible_loss", params: { orderId } });
    await shop.assertSound();
  });

  it("is found by the self-check, with how many there are", async () => {
    const names = (await database.db.selectFrom("orders").select("provider").distinct().execute()).flatMap(
      ({ provider: name }) => (name === null ? [] : [name]),
    );
    const orderId = await shop.buy(await shop.buyer(1_000_000n));
    expect((await shop.order(orderId)).state).toBe("waiting");
    const subjects = async (configured: readonly string[]) =>
      (await findUnwatchedOrders(database.db, configured)).map(({ subject, detail }) => [
        subject,
        detail.split(" ")[0],
      ]);
    expect(await subjects([...names, provider.name])).toEqual([]);
    expect(await subjects(names)).toEqual([[provider.name, "1"]]);
  });

  it("in doubt without its attempt is found by the self-check", async () => {
    provider.onBuy = () => {
      throw providerError("timeout", false);
    };
    const orderId = await shop.buy(await shop.buyer(1_000_000n));
    const found = async () =>
      (await findUnwatchedOrders(database.db, [provider.name])).map(({ subject }) => subject);
    expect(await found()).not.toContain(orderId);
    const [attempt] = await selectAttempts(database.db, orderId);
    const end = { outcome: "refused", errorKind: null, at: shop.clock.now() } as const;
    await endAttempt(database.db, attempt?.id ?? "", end);
    expect(await found()).toContain(orderId);
    await database.db
      .updateTable("order_attempts")
      .set({ outcome: "in_doubt" })
      .where("order_id", "=", orderId)
      .execute();
  });
});

describe("an order of a provider that is configured", () => {
  it("is not ended by the sweep's clock: only its provider's word gives the money back", async () => {
    const orderId = await shop.buy(await shop.buyer(1_000_000n));
    await shop.clock.advance(31 * MINUTE_MS);
    await shop.orders.sweep();
    expect((await shop.order(orderId)).state).toBe("waiting");
  });
});
