/**
 * A process of its own with an embedded PostgreSQL, for tests that kill it: prints `ready <url>`, then
 * `committed <n>` after each commit, for ever.
 *
 *   embedded-child.ts <data directory, or "temporary">
 */
import pg from "pg";
import { startEmbeddedPostgres, startTemporaryPostgres } from "../../src/db/embedded/launcher.ts";
import { createTestLogger } from "./logger.ts";

const logger = createTestLogger();
const dataDir = process.argv[2] ?? "temporary";
const postgres =
  dataDir === "temporary"
    ? await startTemporaryPostgres({ logger })
    : await startEmbeddedPostgres({ dataDir, logger });
process.stdout.write(`ready ${postgres.connectionString}\n`);

const client = new pg.Client({ connectionString: postgres.connectionString });
await client.connect();
await client.query("CREATE TABLE IF NOT EXISTS commits (n bigint GENERATED ALWAYS AS IDENTITY)");
for (;;) {
  const result = await client.query<{ n: string }>("INSERT INTO commits DEFAULT VALUES RETURNING n");
  process.stdout.write(`committed ${result.rows[0]?.n}\n`);
}
