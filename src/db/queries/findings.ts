import { newId } from "../../core/ids.ts";
import type { Executor } from "../client.ts";
import { wasInserted } from "../was-inserted.ts";

export interface Finding {
  readonly kind: string;
  readonly subject: string;
  readonly detail: string;
}

/** Opens a finding, or updates the open one about the same subject. True: it is new. */
export async function upsertFinding(db: Executor, finding: Finding, at: Date): Promise<boolean> {
  const updated = await db
    .updateTable("findings")
    .set({ detail: finding.detail, last_seen_at: at })
    .where("kind", "=", finding.kind)
    .where("subject", "=", finding.subject)
    .where("closed_at", "is", null)
    .executeTakeFirst();
  if (updated.numUpdatedRows > 0n) return false;
  const inserted = await db
    .insertInto("findings")
    .values({ id: newId(), ...finding, first_seen_at: at, last_seen_at: at, told_at: at })
    .onConflict((conflict) =>
      conflict.columns(["kind", "subject"]).where("closed_at", "is", null).doNothing(),
    )
    .executeTakeFirst();
  return wasInserted(inserted);
}

/** Closes the open findings of these kinds that this check did not see again. */
export async function closeFindings(
  db: Executor,
  kinds: readonly string[],
  notSeenSince: Date,
): Promise<void> {
  if (kinds.length === 0) return;
  await db
    .updateTable("findings")
    .set({ closed_at: notSeenSince })
    .where("kind", "in", kinds)
    .where("closed_at", "is", null)
    .where("last_seen_at", "<", notSeenSince)
    .execute();
}

/** Open findings by kind, for the metric. */
export async function countOpenFindings(db: Executor): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom("findings")
    .select((eb) => ["kind", eb.fn.countAll<bigint>().as("count")])
    .where("closed_at", "is", null)
    .groupBy("kind")
    .execute();
  return new Map(rows.map((row) => [row.kind, Number(row.count)]));
}
