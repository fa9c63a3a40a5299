import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { isPermanent } from "../../src/db/transaction.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase({ maxConnections: 2 });
});
afterAll(() => database.close());

it("a connection that breaks between two statements fails its transaction and nothing else", async () => {
  const { db } = database;
  const broken = db.transaction().execute(async (tx) => {
    const { rows } = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(tx);
    await sql`SELECT pg_terminate_backend(${rows[0]?.pid}, 5000)`.execute(db);
    // Meanwhile the end of the connection arrives, and nobody is asking it anything.
    for (let turn = 0; turn < 20; turn += 1) await sql`SELECT 1`.execute(db);
    await sql`SELECT 1`.execute(tx);
  });
  const error: unknown = await broken.catch((reason: unknown) => reason);
  expect(isPermanent(error)).toBe(false);
  await Promise.all(Array.from({ length: 4 }, () => sql`SELECT 1`.execute(db)));
});
