import { sql } from "kysely";
import type { Executor } from "../client.ts";
import { storable } from "../storable.ts";

export interface StoredUpdate {
  readonly updateId: number;
  readonly lane: string;
  readonly payload: unknown;
}

export interface ClaimedUpdate extends StoredUpdate {
  /** This one included. */
  readonly attempts: number;
  readonly receivedAt: Date;
  /** Proof of the claim: completing and failing need it. */
  readonly leaseToken: string;
}

/** Prefix of the lanes of urgent updates (payments and the like); these are claimed first. */
export const urgentLanePrefix = "p:";

/** Stores updates in one statement and skips those already known. Returns how many were new. */
export async function storeUpdates(
  db: Executor,
  updates: readonly StoredUpdate[],
  at: Date,
): Promise<number> {
  if (updates.length === 0) return 0;
  const rows = JSON.stringify(
    updates.map((update) => ({ update_id: update.updateId, lane: update.lane, payload: update.payload })),
    storableText,
  );
  const result = await sql<{ update_id: bigint }>`
    INSERT INTO inbox (update_id, lane, payload, received_at)
    SELECT update_id, lane, payload, ${at}::timestamptz
    FROM jsonb_to_recordset(${rows}::jsonb) AS updates (update_id bigint, lane text, payload jsonb)
    ON CONFLICT (update_id) DO NOTHING
    RETURNING update_id`.execute(db);
  return result.rows.length;
}

/** One odd character must not hold up all updates behind it. */
function storableText(_key: string, value: unknown): unknown {
  return typeof value === "string" ? storable(value) : value;
}

/** This many times the wanted number of rows are considered, because other replicas may have locked the first ones. */
const CONTENDED = 4;

/**
 * Claims the oldest open update of each free lane, payments first. Within a lane updates are handled in order, one at a
 * time across all replicas. The lease runs by the database's clock. The first updates of the lanes are passed as an
 * array instead of a join: table statistics of a queue are always out of date, and the join would become a nested loop
 * over all rows.
 */
export async function claimUpdates(
  db: Executor,
  claim: { readonly limit: number; readonly leaseMs: number; readonly leaseToken: string },
): Promise<ClaimedUpdate[]> {
  const result = await sql<{
    update_id: bigint;
    lane: string;
    payload: unknown;
    attempts: number;
    received_at: Date;
  }>`
    WITH chosen AS (
      SELECT update_id FROM inbox
      WHERE update_id = ANY(ARRAY(
          SELECT update_id FROM (
            SELECT DISTINCT ON (lane) update_id, lane, max(lease_until) OVER (PARTITION BY lane) AS busy_until
            FROM inbox WHERE done_at IS NULL ORDER BY lane, update_id) AS heads
          WHERE busy_until IS NULL OR busy_until <= now()
          ORDER BY starts_with(lane, ${urgentLanePrefix}) DESC, update_id LIMIT ${claim.limit * CONTENDED}))
        AND done_at IS NULL AND (lease_until IS NULL OR lease_until <= now())
      ORDER BY starts_with(lane, ${urgentLanePrefix}) DESC, update_id
      LIMIT ${claim.limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE inbox SET attempts = attempts + 1, lease_token = ${claim.leaseToken}::uuid,
                     lease_until = now() + make_interval(secs => ${claim.leaseMs / 1000})
    FROM chosen WHERE inbox.update_id = chosen.update_id
    RETURNING inbox.update_id, lane, payload, attempts, received_at`.execute(db);
  return result.rows
    .map((row) => ({
      updateId: Number(row.update_id),
      lane: row.lane,
      payload: row.payload,
      attempts: row.attempts,
      receivedAt: row.received_at,
      leaseToken: claim.leaseToken,
    }))
    .sort((a, b) => rank(a) - rank(b) || a.updateId - b.updateId);
}

function rank(update: StoredUpdate): number {
  return update.lane.startsWith(urgentLanePrefix) ? 0 : 1;
}

/** Extends the claims on updates that are still being handled. */
export async function renewUpdates(
  db: Executor,
  updates: readonly Pick<ClaimedUpdate, "updateId" | "leaseToken">[],
  leaseMs: number,
): Promise<void> {
  if (updates.length === 0) return;
  await sql`
    UPDATE inbox SET lease_until = now() + make_interval(secs => ${leaseMs / 1000})
    FROM unnest(${updates.map((update) => update.updateId)}::bigint[],
                ${updates.map((update) => update.leaseToken)}::uuid[]) AS held (id, token)
    WHERE update_id = held.id AND lease_token = held.token AND done_at IS NULL`.execute(db);
}

type Claim = Pick<ClaimedUpdate, "updateId" | "leaseToken">;

/** Marks the update as handled. False: the claim was lost, another replica has the update. */
export async function completeUpdate(db: Executor, claim: Claim, at: Date): Promise<boolean> {
  return settle(db, claim, sql`done_at = ${at}, lease_until = NULL`);
}

/** Handling failed: the update may be claimed again after `retryInMs`; its lane waits until then. */
export async function releaseUpdate(db: Executor, claim: Claim, retryInMs: number): Promise<boolean> {
  return settle(db, claim, sql`lease_until = now() + make_interval(secs => ${retryInMs / 1000})`);
}

/** Handling failed for good: the update is kept for the operator and its lane goes on. */
export async function abandonUpdate(db: Executor, claim: Claim, at: Date): Promise<boolean> {
  return settle(db, claim, sql`done_at = ${at}, failed = true, lease_until = NULL`);
}

async function settle(db: Executor, claim: Claim, change: ReturnType<typeof sql>): Promise<boolean> {
  const result = await sql<{ update_id: bigint }>`
    UPDATE inbox SET lease_token = NULL, ${change}
    WHERE update_id = ${claim.updateId}::bigint AND lease_token = ${claim.leaseToken}::uuid AND done_at IS NULL
    RETURNING update_id`.execute(db);
  return result.rows.length > 0;
}

/** Deletes handled updates. Those that failed stay until `failedBefore`. Returns how many went. */
export async function purgeUpdates(db: Executor, before: Date, failedBefore: Date): Promise<number> {
  const result = await sql`
    DELETE FROM inbox WHERE done_at < ${before} AND (NOT failed OR done_at < ${failedBefore})`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}

/** How many updates wait or are in hand, and since when the oldest does. */
export async function inboxBacklog(db: Executor): Promise<{ open: number; oldestAt: Date | null }> {
  const result = await sql<{ open: bigint; oldest_at: Date | null }>`
    SELECT count(*) AS open, min(received_at) AS oldest_at FROM inbox WHERE done_at IS NULL`.execute(db);
  const row = result.rows[0];
  return { open: Number(row?.open ?? 0n), oldestAt: row?.oldest_at ?? null };
}
