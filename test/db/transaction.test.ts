import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createDatabase, type Tx } from "../../src/db/client.ts";
import { inTransaction, isCheckViolation, isUniqueViolation } from "../../src/db/transaction.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestLogger } from "../support/logger.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ isEmpty: true });
  await sql`
    CREATE TABLE jars (
      id integer PRIMARY KEY,
      marbles integer NOT NULL,
      CONSTRAINT jars_hold_marbles CHECK (marbles >= 0)
    )`.execute(database.db);
});

afterAll(() => database.close());

beforeEach(async () => {
  await sql`TRUNCATE jars`.execute(database.db);
  await sql`INSERT INTO jars VALUES (1, 10), (2, 10)`.execute(database.db);
});

const take = (tx: Tx, id: number, count: number) =>
  sql`UPDATE jars SET marbles = marbles - ${count} WHERE id = ${id}`.execute(tx);

const marbles = async () => {
  const result = await sql<{ marbles: number }>`SELECT marbles FROM jars ORDER BY id`.execute(database.db);
  return result.rows.map((row) => row.marbles);
};

/** Resolves for everybody once `count` have arrived. */
function meetingOf(count: number): () => Promise<void> {
  let arrived = 0;
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    arrived += 1;
    if (arrived === count) open();
    return opened;
  };
}

describe("inTransaction", () => {
  it("commits what the work returns", async () => {
    const result = await inTransaction(database.db, async (tx) => {
      await take(tx, 1, 3);
      return "done";
    });
    expect(result).toBe("done");
    expect(await marbles()).toEqual([7, 10]);
  });

  it("undoes everything when the work throws, and passes the error on without trying again", async () => {
    let runs = 0;
    const work = inTransaction(database.db, async (tx) => {
      runs += 1;
      await take(tx, 1, 3);
      throw new Error("changed my mind");
    });
    await expect(work).rejects.toThrow("changed my mind");
    expect(runs).toBe(1);
    expect(await marbles()).toEqual([10, 10]);
  });

  it("is READ COMMITTED whatever the database's default is", async () => {
    const url = new URL(database.connectionString);
    url.searchParams.set("options", "-c default_transaction_isolation=serializable");
    const strict = createDatabase({
      connectionString: url.toString(),
      applicationName: "tests",
      logger: createTestLogger(),
    });
    const level = await inTransaction(strict.db, (tx) =>
      sql<{ level: string }>`SELECT current_setting('transaction_isolation') AS level`.execute(tx),
    );
    await strict.close();
    expect(level.rows).toEqual([{ level: "read committed" }]);
  });

  it("runs the victim of a deadlock again, so that both sides get through", async () => {
    const meet = meetingOf(2);
    let runs = 0;
    const move = (first: number, second: number) =>
      inTransaction(database.db, async (tx) => {
        runs += 1;
        await take(tx, first, 1);
        await meet();
        await take(tx, second, 1);
      });

    await Promise.all([move(1, 2), move(2, 1)]);
    // Once each, and again whoever was the victim; on a busy machine the second run may be the victim again.
    expect(runs).toBeGreaterThan(2);
    expect(await marbles()).toEqual([8, 8]);
  });

  it("gives up after three repetitions", async () => {
    let runs = 0;
    const work = inTransaction(database.db, async (tx) => {
      runs += 1;
      await sql`DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$`.execute(tx);
    });
    await expect(work).rejects.toMatchObject({ code: "40001" });
    expect(runs).toBe(4);
  });
});

describe("violations", () => {
  const errorOf = async (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error) => error,
    );

  it("are told apart by kind and by the constraint's name", async () => {
    const unique = await errorOf(sql`INSERT INTO jars VALUES (1, 1)`.execute(database.db));
    const check = await errorOf(sql`UPDATE jars SET marbles = -1`.execute(database.db));

    expect(isUniqueViolation(unique)).toBe(true);
    expect(isUniqueViolation(unique, "jars_pkey")).toBe(true);
    expect(isUniqueViolation(unique, "jars_hold_marbles")).toBe(false);
    expect(isUniqueViolation(check)).toBe(false);

    expect(isCheckViolation(check)).toBe(true);
    expect(isCheckViolation(check, "jars_hold_marbles")).toBe(true);
    expect(isCheckViolation(check, "jars_pkey")).toBe(false);
    expect(isCheckViolation(unique)).toBe(false);
  });

  it("are never seen in errors that did not come from the database", () => {
    const lookalike = Object.assign(new Error("no"), { code: "23505", constraint: "jars_pkey" });
    expect(isUniqueViolation(lookalike)).toBe(false);
  });
});
