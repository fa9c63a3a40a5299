import { sql } from "kysely";
import type { Executor } from "../client.ts";

/** For so long nobody else tells what a replica has begun to tell. */
const CLAIM_MS = 60_000;
const claimedUntil = sql`now() + make_interval(secs => ${CLAIM_MS / 1000})`;

/** Rejects when the database takes no writes. */
export async function writeCheck(db: Executor, at: Date): Promise<void> {
  await sql`
    INSERT INTO write_checks (id, at) VALUES (1, ${at}::timestamptz)
    ON CONFLICT (id) DO UPDATE SET at = excluded.at`.execute(db);
}

/** Notes that these troubles are there. Returns those that nobody has told or is telling: the caller has to. */
export async function claimAlarms(
  db: Executor,
  keys: readonly string[],
  at: Date,
): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set();
  const result = await sql<{ key: string; is_ours: boolean }>`
    WITH known AS (
      SELECT key, told_at IS NULL AND (claimed_until IS NULL OR claimed_until <= now()) AS is_free
      FROM alarms WHERE key = ANY(${keys}) FOR UPDATE
    )
    INSERT INTO alarms AS alarm (key, since, seen_at, claimed_until)
    SELECT key, ${at}::timestamptz, ${at}::timestamptz, ${claimedUntil} FROM unnest(${keys}::text[]) AS key ORDER BY key
    ON CONFLICT (key) DO UPDATE SET
      seen_at = excluded.seen_at,
      claimed_until = CASE WHEN (SELECT is_free FROM known WHERE known.key = alarm.key)
                      THEN excluded.claimed_until ELSE alarm.claimed_until END
    RETURNING key, (xmax = 0 OR COALESCE((SELECT is_free FROM known WHERE known.key = alarm.key), false)) AS is_ours`.execute(
    db,
  );
  return new Set(result.rows.filter((row) => row.is_ours).map(({ key }) => key));
}

/** These were told, by this or, while the database was away, by any replica. */
export async function markAlarmsTold(db: Executor, keys: readonly string[], at: Date): Promise<void> {
  if (keys.length === 0) return;
  await sql`
    INSERT INTO alarms AS alarm (key, since, seen_at, told_at)
    SELECT key, ${at}::timestamptz, ${at}::timestamptz, ${at}::timestamptz FROM unnest(${keys}::text[]) AS key ORDER BY key
    ON CONFLICT (key) DO UPDATE SET told_at = excluded.told_at, claimed_until = NULL`.execute(db);
}

/** The keys of all troubles that are known. */
export async function selectAlarms(db: Executor): Promise<string[]> {
  const rows = await db.selectFrom("alarms").select("key").execute();
  return rows.map(({ key }) => key);
}

/** These are over. Returns those whose end nobody is telling: the caller has to. What was never told is forgotten. */
export async function claimEndings(db: Executor, keys: readonly string[]): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set();
  await db.deleteFrom("alarms").where("key", "in", keys).where("told_at", "is", null).execute();
  const result = await sql<{ key: string }>`
    UPDATE alarms SET claimed_until = ${claimedUntil}
    WHERE key = ANY(${keys}) AND (claimed_until IS NULL OR claimed_until <= now()) RETURNING key`.execute(db);
  return new Set(result.rows.map(({ key }) => key));
}

export async function deleteAlarms(db: Executor, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await db.deleteFrom("alarms").where("key", "in", keys).execute();
}

/** Forgets what no replica has seen since `before`: the host that it was about is gone. */
export async function deleteUnseenAlarms(db: Executor, before: Date): Promise<void> {
  await db.deleteFrom("alarms").where("seen_at", "<", before).execute();
}

/** What the database can tell of troubles, counted since a time. */
export interface TroubleCounts {
  readonly givenUpUpdates: number;
  readonly droppedMessages: number;
  /** When the message was due that waits the longest; null: none waits. */
  readonly oldestDueAt: Date | null;
  readonly starsTakenBack: number;
  readonly unassignedPayments: number;
}

/** Messages dropped because nobody could get them any more are no trouble. */
const HARMLESS_DROPS = ["superseded", "blocked", "gone", "moved"];

export async function selectTroubleCounts(
  db: Executor,
  since: { readonly hour: Date; readonly day: Date },
): Promise<TroubleCounts> {
  const result = await sql<{
    given_up: bigint;
    dropped: bigint;
    oldest_due_at: Date | null;
    taken_back: bigint;
    unassigned: bigint;
  }>`
    SELECT
      (SELECT count(*) FROM inbox WHERE failed AND done_at >= ${since.hour}) AS given_up,
      (SELECT count(*) FROM outbox WHERE dropped_at >= ${since.hour} AND drop_reason <> ALL(${HARMLESS_DROPS})) AS dropped,
      (SELECT min(due_at) FROM outbox_queues WHERE priority < 3) AS oldest_due_at,
      (SELECT count(*) FROM topup_payments
       WHERE gateway = 'stars' AND state = 'refunded' AND reason = 'refunded payment' AND state_at >= ${since.day}) AS taken_back,
      (SELECT count(*) FROM topup_payments WHERE state = 'unassigned' AND state_at >= ${since.day}) AS unassigned`.execute(
    db,
  );
  const row = result.rows[0];
  return {
    givenUpUpdates: Number(row?.given_up ?? 0),
    droppedMessages: Number(row?.dropped ?? 0),
    oldestDueAt: row?.oldest_due_at ?? null,
    starsTakenBack: Number(row?.taken_back ?? 0),
    unassignedPayments: Number(row?.unassigned ?? 0),
  };
}
