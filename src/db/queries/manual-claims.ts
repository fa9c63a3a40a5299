import type { Executor } from "../client.ts";
import { wasInserted } from "../was-inserted.ts";
import { countCarried } from "./forgotten-people.ts";

export interface ManualClaim {
  readonly id: string;
  readonly topupId: string;
  readonly note: string | null;
  readonly fileId: string | null;
  readonly duplicateOf: string | null;
  readonly decision: string | null;
}

export interface NewManualClaim {
  readonly id: string;
  readonly topupId: string;
  readonly note: string | null;
  readonly noteDigest: string | null;
  readonly fileId: string | null;
  readonly fileUniqueId: string | null;
  readonly at: Date;
}

/** Stores what a buyer sent as proof, flagged if the same note or picture was sent before. False: this top-up has a claim already. */
export async function insertClaim(db: Executor, claim: NewManualClaim): Promise<boolean> {
  const result = await db
    .insertInto("manual_claims")
    .values({
      id: claim.id,
      topup_id: claim.topupId,
      note: claim.note,
      note_digest: claim.noteDigest,
      file_id: claim.fileId,
      file_unique_id: claim.fileUniqueId,
      duplicate_of: await selectDuplicate(db, claim),
      submitted_at: claim.at,
    })
    .onConflict((conflict) => conflict.column("topup_id").doNothing())
    .executeTakeFirst();
  return wasInserted(result);
}

async function selectDuplicate(db: Executor, claim: NewManualClaim): Promise<string | null> {
  const { noteDigest, fileUniqueId } = claim;
  if (noteDigest === null && fileUniqueId === null) return null;
  const row = await db
    .selectFrom("manual_claims")
    .select("id")
    .where((eb) => {
      const same = [];
      if (noteDigest !== null) same.push(eb("note_digest", "=", noteDigest));
      if (fileUniqueId !== null) same.push(eb("file_unique_id", "=", fileUniqueId));
      return eb.or(same);
    })
    .orderBy("submitted_at")
    .limit(1)
    .executeTakeFirst();
  return row?.id ?? null;
}

export async function selectClaim(db: Executor, claimId: string): Promise<ManualClaim | undefined> {
  const row = await db.selectFrom("manual_claims").selectAll().where("id", "=", claimId).executeTakeFirst();
  return (
    row && {
      id: row.id,
      topupId: row.topup_id,
      note: row.note,
      fileId: row.file_id,
      duplicateOf: row.duplicate_of,
      decision: row.decision,
    }
  );
}

/** A buyer's undecided claims for top-ups made since `since`. */
export async function countUndecidedClaims(db: Executor, buyerId: string, since: Date): Promise<number> {
  const row = await db
    .selectFrom("topups")
    .innerJoin("manual_claims", "manual_claims.topup_id", "topups.id")
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("topups.buyer_id", "=", buyerId)
    .where("topups.created_at", ">", since)
    .where("manual_claims.decision", "is", null)
    .executeTakeFirstOrThrow();
  return Number(row.count) + (await countCarried(db, buyerId, "claim", since));
}

/** False: decided before, or no such claim. */
export async function decideClaim(
  db: Executor,
  decision: { claimId: string; decision: "approved" | "rejected"; operatorTelegramId: number; at: Date },
): Promise<boolean> {
  const result = await db
    .updateTable("manual_claims")
    .set({
      decision: decision.decision,
      decided_by: BigInt(decision.operatorTelegramId),
      decided_at: decision.at,
    })
    .where("id", "=", decision.claimId)
    .where("decision", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
