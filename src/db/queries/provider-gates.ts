import { sql } from "kysely";
import type { Executor } from "../client.ts";

export interface TurnRequest {
  readonly provider: string;
  readonly now: Date;
  /** Time between two requests at the full rate. */
  readonly intervalMs: number;
  /** How far ahead of schedule a request may be sent: the burst this caller may use. */
  readonly toleranceMs: number;
  /** The longest wait that is accepted. */
  readonly maxWaitMs: number;
}

/**
 * Books the next turn (GCRA: one timestamp, the theoretical arrival time of the next request) in one statement.
 * Returns the milliseconds to wait for it, or undefined when it would come too late: then nothing is booked.
 */
export async function bookTurn(db: Executor, turn: TurnRequest): Promise<number | undefined> {
  const seconds = (ms: number) => sql`make_interval(secs => ${ms / 1000})`;
  const now = sql`${turn.now}::timestamptz`;
  const result = await sql<{ wait_ms: string }>`
    UPDATE provider_gates
    SET next_at = greatest(next_at, blocked_until, ${now}) + ${seconds(turn.intervalMs)}
    WHERE provider = ${turn.provider}
      AND greatest(next_at - ${seconds(turn.toleranceMs)}, blocked_until) <= ${now} + ${seconds(turn.maxWaitMs)}
    RETURNING extract(epoch FROM greatest(
      next_at - ${seconds(turn.intervalMs + turn.toleranceMs)}, blocked_until, ${now}) - ${now}) * 1000 AS wait_ms`.execute(
    db,
  );
  const wait = result.rows[0]?.wait_ms;
  return wait === undefined ? undefined : Math.max(0, Math.ceil(Number(wait)));
}

/** Creates the gate, open. */
export async function ensureGate(db: Executor, provider: string, now: Date): Promise<void> {
  await db
    .insertInto("provider_gates")
    .values({ provider, next_at: now, blocked_until: now })
    .onConflict((conflict) => conflict.column("provider").doNothing())
    .execute();
}

/** Locks the gate until the transaction ends. */
export async function lockGate(tx: Executor, provider: string): Promise<void> {
  await tx
    .insertInto("provider_gates")
    .values({ provider, next_at: sql`now()`, blocked_until: sql`now()` })
    .onConflict((conflict) => conflict.column("provider").doUpdateSet({ provider }))
    .execute();
}

export interface GateRow {
  readonly nextAt: Date;
  readonly blockedUntil: Date;
}

export async function selectGate(db: Executor, provider: string): Promise<GateRow | undefined> {
  const row = await db
    .selectFrom("provider_gates")
    .select(["next_at", "blocked_until"])
    .where("provider", "=", provider)
    .executeTakeFirst();
  return row && { nextAt: row.next_at, blockedUntil: row.blocked_until };
}

/** The gates of these providers. A provider that was not asked anything yet has none. */
export async function selectGates(
  db: Executor,
  providers: readonly string[],
): Promise<ReadonlyMap<string, GateRow>> {
  if (providers.length === 0) return new Map();
  const rows = await db
    .selectFrom("provider_gates")
    .select(["provider", "next_at", "blocked_until"])
    .where("provider", "in", providers)
    .execute();
  return new Map(rows.map((row) => [row.provider, { nextAt: row.next_at, blockedUntil: row.blocked_until }]));
}

/** No requests until then. A shorter block never shortens a longer one. */
export async function blockGate(db: Executor, provider: string, until: Date): Promise<void> {
  await sql`
    UPDATE provider_gates SET blocked_until = greatest(blocked_until, ${until}::timestamptz)
    WHERE provider = ${provider}`.execute(db);
}
