import type { CompiledQuery, RootOperationNode } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "../../../src/core/ids.ts";
import type { Database } from "../../../src/db/client.ts";
import { countOpenFindings } from "../../../src/db/queries/findings.ts";
import { inboxBacklog } from "../../../src/db/queries/inbox.ts";
import { countOpenOrders, outboxBacklogByKind } from "../../../src/db/queries/metrics.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { query } from "../../support/embedded.ts";

/** Enough that reading a whole table costs more than its index of open rows. */
const ENDED = 20_000;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const buyerId = newId();
  const run = (text: string): Promise<unknown> => query(database.connectionString, text);
  await run(
    `INSERT INTO buyers (id, telegram_id, language, created_at) VALUES ('${buyerId}', 1, 'en', now())`,
  );
  const insertOrders = (state: string, closedAt: string, count: number): Promise<unknown> =>
    run(`
    INSERT INTO orders (id, buyer_id, quote_id, service_id, country_id, state, price_micros, cost_ceiling_micros, provider,
                        upstream_id, phone, placed_at, rented_at, closed_at, chat_id)
    SELECT gen_random_uuid(), '${buyerId}', gen_random_uuid(), 'wa', 'GB', '${state}', 2, 1, 'alpha', '${state}' || n, '+44' || n,
           now(), now(), ${closedAt}, 1 FROM generate_series(1, ${count}) AS n`);
  await insertOrders("finished", "now()", ENDED);
  await insertOrders("waiting", "NULL", 20);
  await run(`
    INSERT INTO outbox (chat_id, kind, payload, created_at, next_attempt_at, sent_at)
    SELECT n, 'order_card', '{}', now(), now(), CASE WHEN n <= ${ENDED} THEN now() END
    FROM generate_series(1, ${ENDED + 20}) AS n`);
  await run(`
    INSERT INTO inbox (update_id, lane, payload, received_at, done_at)
    SELECT n, n::text, '{}', now(), CASE WHEN n <= ${ENDED} THEN now() END FROM generate_series(1, ${ENDED + 20}) AS n`);
  await run(`
    INSERT INTO findings (id, kind, subject, detail, first_seen_at, last_seen_at, closed_at)
    SELECT gen_random_uuid(), 'stuck', n::text, '', now(), now(), CASE WHEN n <= ${ENDED} THEN now() END
    FROM generate_series(1, ${ENDED + 20}) AS n`);
  await run("ANALYZE");
});
afterAll(() => database.close());

/** The plan of the one statement that `read` runs. */
async function planOf(read: (db: Database) => Promise<unknown>): Promise<string> {
  const statements: CompiledQuery[] = [];
  const recording = database.db.withPlugin({
    transformQuery: ({ node }): RootOperationNode => {
      statements.push(database.db.getExecutor().compileQuery(node, { queryId: "plan" }));
      return node;
    },
    transformResult: async ({ result }) => result,
  });
  await read(recording);
  const [statement] = statements;
  if (!statement || statements.length > 1) throw new Error("not one statement");
  const explain = { ...statement, sql: `EXPLAIN ${statement.sql}` };
  const { rows } = await database.db.executeQuery<{ "QUERY PLAN": string }>(explain);
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}

it.each([
  ["open orders", countOpenOrders],
  ["owed messages", outboxBacklogByKind],
  ["open updates", inboxBacklog],
  ["open findings", countOpenFindings],
] as const)("counts %s by their index, without reading those that ended", async (_what, read) => {
  const plan = await planOf(read);
  expect(plan).toContain("Index");
  expect(plan).not.toContain("Seq Scan");
});

it("counts what is there", async () => {
  expect(await countOpenOrders(database.db)).toEqual([{ provider: "alpha", state: "waiting", count: 20 }]);
  expect((await outboxBacklogByKind(database.db)).get("order_card")?.open).toBe(20);
});
