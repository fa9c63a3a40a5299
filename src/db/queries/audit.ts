import { newId } from "../../core/ids.ts";
import type { Executor } from "../client.ts";

export type AuditSubject =
  | "buyer"
  | "person"
  | "order"
  | "payment"
  | "topup"
  | "question"
  | "finding"
  | "provider"
  | "price"
  | "switch"
  | "broadcast"
  | "code"
  | "setting"
  | "staff"
  | "file"
  | "other";

/** A JSON object of facts: amounts as decimal strings, states, ids. No words about a person, no number, code or key. */
export type AuditFacts = Readonly<Record<string, string | number | boolean | null>>;

export interface AuditEntry {
  /** See `actorOf` in core/staff.ts, or "system". */
  readonly actor: string;
  readonly action: string;
  readonly subjectKind: AuditSubject;
  readonly subject: string;
  /** The person whom it concerns; their data's deletion empties `reason`. */
  readonly buyerId?: string | null;
  readonly before?: AuditFacts | null;
  readonly after?: AuditFacts | null;
  readonly reason?: string | null;
  readonly updateId?: number | null;
  readonly at: Date;
}

/** Records what somebody did. Call it in the transaction that does it. The log is append-only. */
export async function writeAudit(db: Executor, entry: AuditEntry): Promise<void> {
  const { actor, action, subjectKind, subject, buyerId, before, after, reason, updateId, at } = entry;
  await db
    .insertInto("audit_log")
    .values({
      id: newId(),
      actor,
      action,
      subject_kind: subjectKind,
      subject,
      buyer_id: buyerId ?? null,
      before: before ? JSON.stringify(before) : null,
      after: after ? JSON.stringify(after) : null,
      reason: reason ?? null,
      update_id: updateId ?? null,
      at,
    })
    .execute();
}

/** How often this person did this since `since`; `action` null: anything. */
export async function countAudited(
  db: Executor,
  entry: { actor: string; action: string | null; since: Date },
): Promise<number> {
  let query = db
    .selectFrom("audit_log")
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("actor", "=", entry.actor)
    .where("at", ">", entry.since);
  if (entry.action !== null) query = query.where("action", "=", entry.action);
  const row = await query.executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Whether this person did this to this subject since `since`. */
export async function hasAudited(
  db: Executor,
  entry: { actor: string; action: string; subject: string; since: Date },
): Promise<boolean> {
  const row = await db
    .selectFrom("audit_log")
    .select("id")
    .where("subject", "=", entry.subject)
    .where("actor", "=", entry.actor)
    .where("action", "=", entry.action)
    .where("at", ">", entry.since)
    .executeTakeFirst();
  return row !== undefined;
}
