import { sql } from "kysely";
import type { Executor } from "../client.ts";

export interface AuditLine {
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly action: string;
  readonly subjectKind: string;
  readonly subject: string;
  readonly before: unknown;
  readonly after: unknown;
  /** Reason or, of old entries, detail; empty: none, or emptied with somebody's data. */
  readonly reason: string;
  readonly updateId: bigint | null;
}

/** Entries like this one: by the same person, of the same action, about the same subject, or itself. */
export interface AuditFilter {
  readonly by: "actor" | "action" | "subject" | "id";
  /** An entry's id. */
  readonly like: string;
}

/** A page of the audit log, newest first; `before` is the last entry that was read. */
export async function selectAudit(
  db: Executor,
  filter: AuditFilter | null,
  page: { limit: number; offset?: number; before?: AuditLine | undefined },
): Promise<AuditLine[]> {
  let query = db
    .selectFrom("audit_log")
    .select([
      "id",
      "at",
      "actor",
      "action",
      "subject_kind as subjectKind",
      "subject",
      "before",
      "after",
      "update_id as updateId",
      sql<string>`coalesce(reason, detail)`.as("reason"),
    ]);
  if (filter !== null) {
    const column = sql.ref(filter.by);
    query = query.where(
      sql<boolean>`${column} = (SELECT ${column} FROM audit_log WHERE id = ${filter.like}::uuid)`,
    );
  }
  const { before } = page;
  if (before) query = query.where(sql<boolean>`(at, id) < (${before.at}, ${before.id}::uuid)`);
  return await query
    .orderBy("at", "desc")
    .orderBy("id", "desc")
    .limit(page.limit)
    .offset(page.offset ?? 0)
    .execute();
}
