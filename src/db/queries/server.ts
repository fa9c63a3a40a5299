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
