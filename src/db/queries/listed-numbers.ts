import { sql } from "kysely";
import type { Executor } from "../client.ts";

/** A number that was not listed for so long and is listed again has been rented anew under its old id. */
const FORGOTTEN_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * Remembers the numbers that a provider's list shows at `at`, and says when each was first seen there. Numbers that
 * have not been listed for a day are forgotten, so the table grows no further than the lists of a day.
 */
export async function rememberListed(
  db: Executor,
  provider: string,
  upstreamIds: readonly string[],
  at: Date,
): Promise<ReadonlyMap<string, Date>> {
  const forgottenBefore = new Date(at.getTime() - FORGOTTEN_AFTER_MS);
  await db.deleteFrom("listed_numbers").where("last_seen_at", "<", forgottenBefore).execute();
  const ids = [...new Set(upstreamIds)].sort();
  if (ids.length === 0) return new Map();
  const rows = await db
    .insertInto("listed_numbers")
    .values(ids.map((id) => ({ provider, upstream_id: id, first_seen_at: at, last_seen_at: at })))
    .onConflict((conflict) =>
      conflict
        .columns(["provider", "upstream_id"])
        .doUpdateSet({ last_seen_at: sql`greatest(listed_numbers.last_seen_at, excluded.last_seen_at)` }),
    )
    .returning(["upstream_id", "first_seen_at"])
    .execute();
  return new Map(rows.map((row) => [row.upstream_id, row.first_seen_at]));
}
