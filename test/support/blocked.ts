import { sql } from "kysely";
import type { Database } from "../../src/db/client.ts";

/** Resolves when so many statements in this database wait for a lock: asks again and again, for as long as the test may run. */
export async function untilBlocked(db: Database, count: number): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ waiting: number }>`
      SELECT count(*)::int AS waiting FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`.execute(db);
    if ((rows[0]?.waiting ?? 0) >= count) return;
  }
}
