import { sql } from "kysely";
import type { Executor } from "../client.ts";
import { storable } from "../storable.ts";

export interface StoredUpdate {
  readonly updateId: number;
  readonly lane: string;
  readonly payload: unknown;
}

export interface ClaimedUpdate extends StoredUpdate {
  /** How often it was claimed, this time included. */
  readonly attempts: number;
  readonly receivedAt: Date;
  /** Proof of the claim; needed to settle the update. */
  readonly leaseToken: string;
}

/** The lanes of payments begin with this. They are claimed first. */
export const urgentLanePrefix = "p:";

/** What became of a batch of updates. */
export interface StoredBatch {
  /** New updates that wait to be handled. */
  readonly added: number;
  /** The lanes of new updates that were not taken, because too many of the lane wait already. */
  readonly fullLanes: readonly string[];
}

/**
 * Stores updates in one statement; those already known are left alone. Of a lane with `maxPerLane` open updates no more
 * are taken: they are stored as handled and empty, so that a repeated one is still known. A payment is always taken: it
 * has a lane to itself. Requests that run at the same moment do not see each other's rows, so a lane may end up
 * with a few more than the bound.
 */
export async function storeUpdates(
  db: Executor,
  updates: readonly StoredUpdate[],
  { at, maxPerLane }: { readonly at: Date; readonly maxPerLane: number },
): Promise<StoredBatch> {
  if (updates.length === 0) return { added: 0, fullLanes: [] };
  const rows = JSON.stringify(
    updates.map((update) => ({ update_id: update.updateId, lane: update.lane, payload: update.payload })),
    storableText,
  );
  const result = await sql<{ lane: string; is_taken: boolean }>`
    WITH incoming AS (
      SELECT update_id, lane, payload, row_number() OVER (PARTITION BY lane ORDER BY update_id) AS place
      FROM jsonb_to_recordset(${rows}::jsonb) AS updates (update_id bigint, lane text, payload jsonb)
    ), rooms AS (
      SELECT lane, ${maxPerLane}::int - (
          SELECT count(*) FROM (
            SELECT FROM inbox WHERE inbox.lane = lanes.lane AND done_at IS NULL LIMIT ${maxPerLane}) AS open) AS room
      FROM (SELECT DISTINCT lane FROM incoming) AS lanes
    ), judged AS (
      SELECT update_id, lane, payload, place <= room AS is_taken
      FROM incoming JOIN rooms USING (lane)
    )
    INSERT INTO inbox (update_id, lane, payload, received_at, done_at)
    SELECT update_id, lane, CASE WHEN is_taken THEN payload ELSE '{}'::jsonb END, ${at}::timestamptz,
           CASE WHEN is_taken THEN NULL ELSE ${at}::timestamptz END
    FROM judged
    ON CONFLICT (update_id) DO NOTHING
    RETURNING lane, done_at IS NULL AS is_taken`.execute(db);
  const full = result.rows.filter((row) => !row.is_taken).map((row) => row.lane);
  return { added: result.rows.length - full.length, fullLanes: [...new Set(full)] };
}

/** Replaces characters that jsonb refuses, so that one odd character does not hold up all updates behind it. */
function storableText(_key: string, value: unknown): unknown {
  return typeof value === "string" ? storable(value) : value;
}

/** A claim looks at this many times the rows it wants, because other replicas may hold the first ones locked. */
const CONTENDED = 4;

/**
 * Claims the oldest open update of each free lane: in order within a lane, lanes in parallel, one in hand per lane across
 * all replicas, payments first. The lease runs by the database's clock.
 *
 * The recursive part steps through the index from one lane to the next and reads one row of each, so that a lane with
 * very many updates costs no more than one with a single update. The chosen ids are handed over as an array and not
 * joined: the statistics of a queue are always out of date, and a join would be planned as a loop over all rows in all rows.
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
    WITH RECURSIVE heads AS (
      (SELECT lane, update_id FROM inbox WHERE done_at IS NULL ORDER BY lane, update_id LIMIT 1)
      UNION ALL
      SELECT next.lane, next.update_id FROM heads CROSS JOIN LATERAL (
        SELECT lane, update_id FROM inbox WHERE done_at IS NULL AND lane > heads.lane
        ORDER BY lane, update_id LIMIT 1) AS next
    ), chosen AS (
      SELECT update_id FROM inbox
      WHERE update_id = ANY(ARRAY(
          SELECT update_id FROM heads
          WHERE lane NOT IN (SELECT lane FROM inbox WHERE done_at IS NULL AND lease_until > now())
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

/** What became of updates that were handled. */
export interface CompletedUpdates {
  /** Those whose claim was ours. The claims of the others were lost: another replica has them. */
  readonly ours: ReadonlySet<number>;
  /** A lane of these holds another open update. */
  readonly isFollowed: boolean;
}

/** Marks updates as handled. */
export async function completeUpdates(
  db: Executor,
  claims: readonly Claim[],
  at: Date,
): Promise<CompletedUpdates> {
  if (claims.length === 0) return { ours: new Set(), isFollowed: false };
  const result = await sql<{ update_id: bigint; is_followed: boolean }>`
    UPDATE inbox SET done_at = ${at}::timestamptz, lease_token = NULL, lease_until = NULL
    FROM unnest(${claims.map((claim) => claim.updateId)}::bigint[],
                ${claims.map((claim) => claim.leaseToken)}::uuid[]) AS held (id, token)
    WHERE update_id = held.id AND lease_token = held.token AND done_at IS NULL
    RETURNING update_id, EXISTS (
      SELECT FROM inbox AS next
      WHERE next.lane = inbox.lane AND next.done_at IS NULL AND next.update_id <> inbox.update_id) AS is_followed`.execute(
    db,
  );
  return {
    ours: new Set(result.rows.map((row) => Number(row.update_id))),
    isFollowed: result.rows.some((row) => row.is_followed),
  };
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

/** True: this person wrote or tapped after that update, whether it was handled or not. */
export async function hasLaterUpdate(db: Executor, telegramId: number, updateId: number): Promise<boolean> {
  const result = await sql<{ is_later: boolean }>`
    SELECT EXISTS (SELECT FROM inbox WHERE update_id > ${updateId}::bigint AND lane = ${`u:${telegramId}`}) AS is_later`.execute(
    db,
  );
  return result.rows[0]?.is_later ?? false;
}

/** How many updates wait or are in hand, and when the oldest of them came. */
export async function inboxBacklog(db: Executor): Promise<{ open: number; oldestAt: Date | null }> {
  const result = await sql<{ open: bigint; oldest_at: Date | null }>`
    SELECT count(*) AS open, min(received_at) AS oldest_at FROM inbox WHERE done_at IS NULL`.execute(db);
  const row = result.rows[0];
  return { open: Number(row?.open ?? 0n), oldestAt: row?.oldest_at ?? null };
}
