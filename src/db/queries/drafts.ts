import type { Executor, Tx } from "../client.ts";

export interface DraftRow {
  readonly id: string;
  readonly staffId: number;
  readonly kind: string;
  /** The caller parses it. */
  readonly content: unknown;
  readonly reason: string | null;
  readonly back: string;
  readonly expiresAt: Date;
  readonly usedAt: Date | null;
  readonly outcome: string | null;
}

export async function insertDraft(
  db: Executor,
  draft: {
    id: string;
    staffId: number;
    kind: string;
    content: unknown;
    reason: string | null;
    back: string;
    at: Date;
    expiresAt: Date;
  },
): Promise<void> {
  await db
    .insertInto("drafts")
    .values({
      id: draft.id,
      staff_id: BigInt(draft.staffId),
      kind: draft.kind,
      content: JSON.stringify(draft.content),
      reason: draft.reason,
      back: draft.back,
      created_at: draft.at,
      expires_at: draft.expiresAt,
    })
    .execute();
}

/** This person's draft. */
export async function selectDraft(db: Executor, id: string, staffId: number): Promise<DraftRow | undefined> {
  return toDraft(await ofStaff(db, id, staffId).executeTakeFirst());
}

/** The same, locked until the transaction ends: whoever confirms it too waits. */
export async function lockDraft(tx: Tx, id: string, staffId: number): Promise<DraftRow | undefined> {
  return toDraft(await ofStaff(tx, id, staffId).forUpdate().executeTakeFirst());
}

function ofStaff(db: Executor, id: string, staffId: number) {
  return db
    .selectFrom("drafts")
    .select(["id", "staff_id", "kind", "content", "reason", "back", "expires_at", "used_at", "outcome"])
    .where("id", "=", id)
    .where("staff_id", "=", BigInt(staffId));
}

interface Raw {
  id: string;
  staff_id: bigint;
  kind: string;
  content: unknown;
  reason: string | null;
  back: string;
  expires_at: Date;
  used_at: Date | null;
  outcome: string | null;
}

function toDraft(row: Raw | undefined): DraftRow | undefined {
  return (
    row && {
      id: row.id,
      staffId: Number(row.staff_id),
      kind: row.kind,
      content: row.content,
      reason: row.reason,
      back: row.back,
      expiresAt: row.expires_at,
      usedAt: row.used_at,
      outcome: row.outcome,
    }
  );
}

/** Stores the reason of a draft that is not used yet. */
export async function setDraftReason(
  db: Executor,
  id: string,
  staffId: number,
  reason: string,
): Promise<void> {
  await db
    .updateTable("drafts")
    .set({ reason })
    .where("id", "=", id)
    .where("staff_id", "=", BigInt(staffId))
    .where("used_at", "is", null)
    .execute();
}

export async function setDraftUsed(tx: Executor, id: string, outcome: string, at: Date): Promise<void> {
  await tx.updateTable("drafts").set({ used_at: at, outcome }).where("id", "=", id).execute();
}

/** Deletes drafts made before `before`; returns how many. */
export async function purgeDrafts(db: Executor, before: Date): Promise<number> {
  const result = await db.deleteFrom("drafts").where("created_at", "<", before).executeTakeFirst();
  return Number(result.numDeletedRows);
}
