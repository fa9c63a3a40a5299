import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createDatabase, type Executor, ping } from "../../src/db/client.ts";
import { waitForDatabase } from "../../src/db/wait.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { startFreezableProxy } from "../support/freezable-proxy.ts";
import { createTestLogger } from "../support/logger.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});

afterAll(() => database.close());

function connect(
  connectionString: string,
  options: { maxConnections?: number; statementTimeoutMs?: number } = {},
) {
  const logger = createTestLogger();
  const handle = createDatabase({ connectionString, applicationName: "client test", logger, ...options });
  onTestFinished(() => handle.close());
  return { db: handle.db, logger };
}

async function limitsOf(db: Executor): Promise<unknown> {
  const result = await sql`
    SELECT current_setting('idle_in_transaction_session_timeout') AS idle,
           current_setting('statement_timeout') AS statement`.execute(db);
  return result.rows[0];
}

describe("createDatabase", () => {
  it("reads money as bigint, decimals as text and times as Date, without rounding any", async () => {
    const result = await sql`
      SELECT 9007199254740993::bigint AS micros, 0.1::numeric AS rate, 7 AS count,
        '2026-03-01T12:00:00.123Z'::timestamptz AS at, '{"a": [1]}'::jsonb AS payload`.execute(database.db);
    expect(result.rows).toEqual([
      {
        micros: 9_007_199_254_740_993n,
        rate: "0.1",
        count: 7,
        at: new Date("2026-03-01T12:00:00.123Z"),
        payload: { a: [1] },
      },
    ]);
  });

  it("writes bigints, and reads back the largest that the column holds", async () => {
    const largest = 9_223_372_036_854_775_807n;
    const result = await sql<{ n: bigint }>`SELECT ${largest}::bigint AS n`.execute(database.db);
    expect(result.rows).toEqual([{ n: largest }]);
  });

  it("ends a statement that takes too long, and goes on", async () => {
    const { db } = connect(database.connectionString, { maxConnections: 1, statementTimeoutMs: 100 });
    await expect(sql`SELECT pg_sleep(30)`.execute(db)).rejects.toMatchObject({ code: "57014" });
    await ping(db);
  });

  it("does not let a transaction that stands still hold its locks for ever", async () => {
    expect(await limitsOf(database.db)).toEqual({ idle: "10s", statement: "30s" });
  });

  it("keeps a transaction's own time limits when a pooler hands it a connection that others have set", async () => {
    const { db } = connect(database.connectionString, { maxConnections: 1 });
    await sql`SET statement_timeout = 0`.execute(db);
    await sql`SET idle_in_transaction_session_timeout = 0`.execute(db);
    const within = await db.transaction().execute(limitsOf);
    expect(within).toEqual({ idle: "10s", statement: "30s" });
    expect(await limitsOf(db)).toEqual({ idle: "0", statement: "0" });
  });

  it("keeps no connection that could not be prepared: after an outage behind a pooler the whole pool is there", async () => {
    // The server refuses this limit, as a pooler refuses everything while its server is away.
    const { db } = connect(database.connectionString, { maxConnections: 1, statementTimeoutMs: -1 });
    for (let attempt = 0; attempt < 3; attempt += 1)
      await expect(ping(db)).rejects.toThrow("statement_timeout");
  });

  it("gives up on a connection that fell silent, and takes a new one for the next query", async () => {
    const proxy = await startFreezableProxy(database.connectionString);
    onTestFinished(() => proxy.close());
    const { db } = connect(proxy.connectionString, { maxConnections: 1, statementTimeoutMs: 100 });
    await ping(db);

    proxy.freeze();
    await expect(ping(db)).rejects.toThrow("timeout");
    await ping(db);
  });

  it("outlives a server that ends its idle connections", async () => {
    const { db, logger } = connect(database.connectionString);
    await ping(db);
    await sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = 'client test' AND datname = current_database()`.execute(database.db);
    await expect
      .poll(() => logger.lines.map((line) => line.message))
      .toContain("idle database connection lost");
    await ping(db);
  });
});

describe("waitForDatabase", () => {
  const options = () => ({
    clock: createTestClock(),
    logger: createTestLogger(),
    signal: new AbortController().signal,
  });

  it("returns at once when the database answers", async () => {
    const { db } = connect(database.connectionString);
    await waitForDatabase({ ...options(), db });
  });

  it("waits for one that is not there yet, and says that it does", async () => {
    const { db } = connect("postgresql://nobody@127.0.0.1:1/none");
    const given = { ...options(), db };
    const abort = new AbortController();
    const waiting = waitForDatabase({ ...given, signal: abort.signal });
    await expect.poll(() => given.logger.lines.length).toBe(1);
    await given.clock.advance(5_000);
    await expect.poll(() => given.logger.lines.length).toBe(2);
    expect(JSON.stringify(given.logger.lines)).toContain("ECONNREFUSED");

    abort.abort();
    await expect(waiting).rejects.toThrow("aborted");
  });

  it("gives up in the end and names DATABASE_URL", async () => {
    const { db } = connect("postgresql://nobody@127.0.0.1:1/none");
    const impatient = { now: () => new Date(), steadyMs: () => 0, sleep: async () => undefined };
    await expect(waitForDatabase({ ...options(), db, clock: impatient })).rejects.toThrow(
      /DATABASE_URL.*ECONNREFUSED/,
    );
  });

  it("does not wait for a database that does not exist", async () => {
    const url = new URL(database.connectionString);
    url.pathname = "/no_such_database";
    const { db } = connect(url.toString());
    const given = options();
    await expect(waitForDatabase({ ...given, db })).rejects.toThrow(/no_such_database/);
    expect(given.logger.lines).toEqual([]);
  });
});
