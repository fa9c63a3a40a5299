import { sql } from "kysely";
import { z } from "zod";
import type { Executor } from "../client.ts";

const versionSchema = z.object({ text: z.string(), number: z.number() });

/** The server's version as people write it, and as a number (150004 is 15.4). */
export async function selectServerVersion(db: Executor): Promise<z.infer<typeof versionSchema>> {
  const result = await sql`
    SELECT current_setting('server_version') AS text, current_setting('server_version_num')::int AS number`.execute(
    db,
  );
  return versionSchema.parse(result.rows[0]);
}

/** The database's own time, also inside a transaction. */
export async function selectDatabaseTime(db: Executor): Promise<Date> {
  const result = await sql<{ now: Date }>`SELECT clock_timestamp() AS now`.execute(db);
  const [row] = result.rows;
  if (!row) throw new Error("the database did not tell the time");
  return row.now;
}
