import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { claimUpdates, completeUpdates, inboxBacklog } from "../../src/db/queries/inbox.ts";
import { storeRaw } from "../../src/workers/store-updates.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";

let clock: TestClock;
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  clock = createTestClock();
  await sql`TRUNCATE inbox, outbox`.execute(database.db);
});

const from = { id: 7 };
const tap = (id: number, person = from) => ({ update_id: id, callback_query: { from: person, data: "x" } });
const taps = (first: number, count: number) => Array.from({ length: count }, (_, i) => tap(first + i));

function store(raw: readonly unknown[]): Promise<number> {
  return storeRaw({ db: database.db, clock, logger: createTestLogger(), onStored: () => undefined }, raw);
}

function claim(limit = 10) {
  return claimUpdates(database.db, { limit, leaseMs: 60_000, leaseToken: newId() });
}

async function owed(): Promise<unknown[]> {
  return await database.db.selectFrom("outbox").select(["chat_id", "kind"]).orderBy("id").execute();
}

describe("a person who sends more than the shop can answer", () => {
  it("has fifty updates waiting at most, and the rest is left out", async () => {
    expect(await store(taps(1, 100))).toBe(50);
    expect(await store(taps(101, 100))).toBe(0);
    expect(await inboxBacklog(database.db)).toMatchObject({ open: 50 });
    const [oldest] = await claim();
    expect(oldest?.updateId).toBe(1);
  });

  it("is asked to slow down, once a minute at most", async () => {
    await store(taps(1, 100));
    await store(taps(101, 100));
    await clock.advance(59_000);
    await store(taps(201, 100));
    const message = { chat_id: 7n, kind: "slow_down" };
    expect(await owed()).toEqual([message]);
    await clock.advance(1_000);
    await store(taps(301, 100));
    await clock.advance(59_000);
    await store(taps(401, 100));
    expect(await owed()).toEqual([message, message]);
  });

  it("is heard again as soon as there is room", async () => {
    await store(taps(1, 60));
    const [first] = await claim();
    if (first) await completeUpdates(database.db, [first], clock.now());
    expect(await store([tap(100)])).toBe(1);
    expect(await store([tap(101)])).toBe(0);
  });

  it("loses no payment", async () => {
    await store(taps(1, 60));
    const payments = [
      { update_id: 500, message: { from, successful_payment: {} } },
      { update_id: 501, message: { from, refunded_payment: {} } },
      { update_id: 502, pre_checkout_query: { id: "q", from } },
    ];
    expect(await store(payments)).toBe(3);
    const claimed = await claim();
    expect(claimed.map((update) => update.updateId)).toEqual([500, 501, 502, 1]);
    expect(claimed[0]?.payload).toEqual(payments[0]);
  });

  it("takes nothing from anybody else", async () => {
    await store(taps(1, 100));
    expect(await store([tap(900, { id: 8 })])).toBe(1);
    expect(await owed()).toHaveLength(1);
  });

  it("is bound in inline queries too, which wait for no button of theirs", async () => {
    await store(taps(1, 100));
    const queries = Array.from({ length: 100 }, (_, i) => ({ update_id: 1000 + i, inline_query: { from } }));
    expect(await store(queries)).toBe(50);
    expect((await claim()).map((update) => update.updateId)).toEqual([1, 1000]);
  });

  it("gets no second chance for what was left out: Telegram's repetition is known", async () => {
    await store(taps(1, 51));
    const [first] = await claim();
    if (first) await completeUpdates(database.db, [first], clock.now());
    expect(await store([tap(51)])).toBe(0);
  });
});

describe("claiming", () => {
  it("reads a few rows, although 100,000 updates of one person wait", async () => {
    const at = clock.now();
    await sql`
      INSERT INTO inbox (update_id, lane, payload, received_at)
      SELECT n, 'u:7', '{}', ${at} FROM generate_series(1, 100000) AS n`.execute(database.db);
    await sql`
      INSERT INTO inbox (update_id, lane, payload, received_at)
      SELECT 200000 + n, 'u:' || 100 + n, '{}', ${at} FROM generate_series(1, 20) AS n`.execute(database.db);
    await sql`ANALYZE inbox`.execute(database.db);
    const before = await rowsRead();
    expect(await claim(64)).toHaveLength(21);
    expect((await rowsRead()) - before).toBeLessThan(1_000);
  });
});

/** Rows that were read of the inbox so far, by index or not. */
async function rowsRead(): Promise<number> {
  await sql`SELECT pg_stat_force_next_flush()`.execute(database.db);
  const { rows } = await sql<{ read: string }>`
    SELECT seq_tup_read + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = 'inbox') AS read
    FROM pg_stat_user_tables WHERE relname = 'inbox'`.execute(database.db);
  return Number(rows[0]?.read);
}
