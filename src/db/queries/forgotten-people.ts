import { sql } from "kysely";
import type { Executor, Tx } from "../client.ts";

/** What still counts about a person of whom only a keyed hash of the Telegram id is known. */
export interface ForgottenPerson {
  readonly bannedAt: Date | null;
  readonly banReason: string | null;
  readonly flaggedAt: Date | null;
  readonly flagReason: string | null;
  readonly debtMicros: bigint;
  /** Until when the person may not buy by key, because too few of their numbers got codes, and how often that was. */
  readonly apiBannedUntil: Date | null;
  readonly apiBans: number;
}

/**
 * What is kept about this person, locked until the transaction ends. Makes an empty row where there was none, so that
 * a ban and a first message at the same moment wait for each other; {@link dropIfEmpty} removes it again.
 */
export async function lockForgottenPerson(tx: Tx, personHash: string): Promise<ForgottenPerson> {
  const row = await tx
    .insertInto("forgotten_people")
    .values({ person_hash: personHash })
    .onConflict((conflict) => conflict.column("person_hash").doUpdateSet({ person_hash: personHash }))
    .returningAll()
    .executeTakeFirstOrThrow();
  return {
    bannedAt: row.banned_at,
    banReason: row.ban_reason,
    flaggedAt: row.flagged_at,
    flagReason: row.flag_reason,
    debtMicros: row.debt_micros,
    apiBannedUntil: row.api_banned_until,
    apiBans: row.api_bans,
  };
}

/** Changes the given fields of a locked row. */
export async function updateForgottenPerson(
  tx: Tx,
  personHash: string,
  change: Partial<ForgottenPerson>,
): Promise<void> {
  const { bannedAt, banReason, flaggedAt, flagReason, debtMicros, apiBannedUntil, apiBans } = change;
  await tx
    .updateTable("forgotten_people")
    .set({
      ...(bannedAt !== undefined && { banned_at: bannedAt }),
      ...(banReason !== undefined && { ban_reason: banReason }),
      ...(flaggedAt !== undefined && { flagged_at: flaggedAt }),
      ...(flagReason !== undefined && { flag_reason: flagReason }),
      ...(debtMicros !== undefined && { debt_micros: debtMicros }),
      ...(apiBannedUntil !== undefined && { api_banned_until: apiBannedUntil }),
      ...(apiBans !== undefined && { api_bans: apiBans }),
    })
    .where("person_hash", "=", personHash)
    .execute();
}

export async function deleteForgottenPerson(tx: Tx, personHash: string): Promise<void> {
  await tx.deleteFrom("forgotten_people").where("person_hash", "=", personHash).execute();
}

/** Nothing is kept about somebody of whom nothing counts. */
export async function dropIfEmpty(tx: Tx, personHash: string): Promise<void> {
  await tx
    .deleteFrom("forgotten_people")
    .where("person_hash", "=", personHash)
    .where("banned_at", "is", null)
    .where("flagged_at", "is", null)
    .where("debt_micros", "=", 0n)
    .where("api_bans", "=", 0)
    .execute();
}

/**
 * Keeps what the buyer did since then under the hash: purchases, cancels, complaints, receipts. Of each only the
 * minute, rounded up, so that no limit gets weaker by it.
 */
export async function carryActions(tx: Tx, buyerId: string, personHash: string, since: Date): Promise<void> {
  await sql`
    INSERT INTO carried_actions (person_hash, kind, at)
    SELECT ${personHash}, kind, date_trunc('minute', at) + interval '1 minute' FROM (
      SELECT 'purchase' AS kind, placed_at AS at FROM orders WHERE buyer_id = ${buyerId}
      UNION ALL
      SELECT 'cancel', h.at FROM order_history h JOIN orders o ON o.id = h.order_id
        WHERE o.buyer_id = ${buyerId} AND o.channel = 'chat' AND h.to_state = 'cancelling'
      UNION ALL
      SELECT 'complaint', created_at FROM disputes WHERE buyer_id = ${buyerId}
      UNION ALL
      SELECT 'claim', c.submitted_at FROM manual_claims c JOIN topups t ON t.id = c.topup_id
        WHERE t.buyer_id = ${buyerId} AND c.decision IS NULL) AS done
    WHERE at > ${since}::timestamptz`.execute(tx);
  await sql`
    UPDATE carried_actions SET person_hash = ${personHash}, buyer_id = NULL WHERE buyer_id = ${buyerId}`.execute(
    tx,
  );
}

/** The person is back as this buyer: what was carried counts for them. */
export async function returnActions(tx: Tx, personHash: string, buyerId: string): Promise<void> {
  await tx
    .updateTable("carried_actions")
    .set({ person_hash: null, buyer_id: buyerId })
    .where("person_hash", "=", personHash)
    .execute();
}

/** Counts a wrong promo code of a buyer. It is in this table from the start, so it follows them by itself. */
export async function noteWrongCode(tx: Tx, buyerId: string, at: Date): Promise<void> {
  await tx.insertInto("carried_actions").values({ buyer_id: buyerId, kind: "wrong_code", at }).execute();
}

/** What a returned buyer did since then, before their data was deleted. */
export async function countCarried(
  db: Executor,
  buyerId: string,
  kind: "purchase" | "cancel" | "complaint" | "claim" | "wrong_code",
  since: Date,
): Promise<number> {
  const row = await db
    .selectFrom("carried_actions")
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("buyer_id", "=", buyerId)
    .where("kind", "=", kind)
    .where("at", ">", since)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

export async function purgeCarriedActions(db: Executor, before: Date): Promise<number> {
  const result = await db.deleteFrom("carried_actions").where("at", "<", before).executeTakeFirst();
  return Number(result.numDeletedRows);
}
