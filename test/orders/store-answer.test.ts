import { sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ImpossibleError, ShopError } from "../../src/core/errors.ts";
import type { Tx } from "../../src/db/client.ts";
import { isPermanent } from "../../src/db/transaction.ts";
import { createAnswerStore } from "../../src/orders/store-answer.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";
import { createScriptedProvider, rental } from "../support/scripted-provider.ts";
import { createTestShop } from "../support/shop.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

function databaseError(code: string): Error {
  return Object.assign(new pg.DatabaseError("scripted", 0, "error"), { code });
}

/** What a database that is away, full, too slow, or failing over says. */
const passing: readonly [string, Error][] = [
  ["a read timeout", new Error("Query read timeout")],
  ["a lost connection", new Error("Connection terminated unexpectedly")],
  ["no connection", Object.assign(new Error("connect"), { code: "ECONNREFUSED" })],
  ["a pool that is empty", new Error("timeout exceeded when trying to connect")],
  ...["57014", "57P01", "57P03", "25006", "53300", "53100", "25P03", "08006", "XX000"].map(
    (code): [string, Error] => [code, databaseError(code)],
  ),
];

const permanent: readonly [string, Error][] = [
  ...["23505", "23514", "23502", "42601", "42P01", "22P02"].map((code): [string, Error] => [
    code,
    databaseError(code),
  ]),
  ["a bug", new TypeError("undefined is not a function")],
  ["a broken promise of the code", new ImpossibleError("no order moves there")],
  ["a refusal", new ShopError("insufficient_funds")],
];

function setUp(maxWaiting?: number) {
  const clock = createTestClock();
  const logger = createTestLogger();
  const store = createAnswerStore({ db: database.db, clock, logger, ...(maxWaiting && { maxWaiting }) });
  return { clock, logger, store };
}

/** Fails with `error` for as long as the test says so. */
function work(error: Error) {
  const state = { isDown: true, runs: 0 };
  const run = async (tx: Tx): Promise<string> => {
    state.runs += 1;
    await sql`SELECT 1`.execute(tx);
    if (state.isDown) throw error;
    return "stored";
  };
  return { state, run };
}

/** All `waiting` answers have failed and wait for their next try. */
async function failed(clock: TestClock, waiting = 1): Promise<void> {
  while (clock.sleeping() < waiting) await new Promise((resolve) => setImmediate(resolve));
}

/** The database fails so many times: each time all answers fail, then five seconds pass. */
async function fail(clock: TestClock, times: number, waiting = 1): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    await failed(clock, waiting);
    await clock.advance(5_000);
  }
  await failed(clock, waiting);
}

describe("an answer that is told only once", () => {
  it.each(passing)(
    "is stored although the database fails thirty times in a row with %s",
    async (_, error) => {
      const { clock, store } = setUp();
      const { state, run } = work(error);
      const stored = store.store(run);
      await fail(clock, 30);
      expect(state.runs).toBeGreaterThan(30);
      state.isDown = false;
      await clock.advance(5_000);
      expect(await stored).toBe("stored");
    },
    60_000,
  );

  it.each(permanent)("is not tried again after: %s", async (_, error) => {
    const { store } = setUp();
    const { state, run } = work(error);
    await expect(store.store(run)).rejects.toBe(error);
    expect(state.runs).toBe(1);
    expect(isPermanent(error)).toBe(true);
  });

  it("is given up when the process stops, after one more try", async () => {
    const { clock, store } = setUp();
    const error = databaseError("57P01");
    const { run } = work(error);
    const outcome = expect(store.store(run)).rejects.toBe(error);
    await fail(clock, 3);
    store.stop();
    await outcome;
  });

  it("waits with others up to a bound, and the log tells once a minute how many", async () => {
    const { clock, logger, store } = setUp(3);
    const error = databaseError("53300");
    const all = Array.from({ length: 5 }, () => store.store(work(error).run));
    const outcomes = Promise.allSettled(all);
    await fail(clock, 5, 3);
    expect(clock.sleeping()).toBeLessThanOrEqual(3);
    const refused = await Promise.race(all.map((answer) => answer.catch((reason: unknown) => reason)));
    expect(refused).toBe(error);
    await fail(clock, 20, 3);
    const told = logger.lines.filter(({ message }) => message.includes("tried again"));
    expect(told).toHaveLength(3);
    store.stop();
    await outcomes;
  });
});

describe("a rented number whose COMMIT is not confirmed", () => {
  it("stays the buyer's: it is neither stored twice nor given back", async () => {
    const provider = createScriptedProvider(`p${Math.random()}`);
    const clock = createTestClock();
    const real = createAnswerStore({ db: database.db, clock, logger: createTestLogger() });
    let runs = 0;
    const shop = await createTestShop(database.db, {
      providers: [provider],
      deps: {
        clock,
        answers: {
          stop: real.stop,
          store: async (run) => {
            runs += 1;
            await real.store(run);
            // The confirmation was lost, so it runs again.
            return await real.store(run);
          },
        },
      },
    });
    provider.onBuy = () => rental("confirmed-late", "+447700900321");
    const orderId = await shop.buy(await shop.buyer(1_000_000n));
    expect(runs).toBe(1);
    expect(await shop.order(orderId)).toMatchObject({ state: "waiting", upstreamId: "confirmed-late" });
    await shop.orders.reconcile(provider.name);
    expect(provider.calls.filter((call) => call.startsWith("cancel"))).toEqual([]);
    await shop.assertSound();
  });
});
