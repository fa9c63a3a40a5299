import { type RawBuilder, sql } from "kysely";
import type { Executor } from "../client.ts";

/** How a gate's rate follows what the upstream takes. Rates are requests per second. */
export interface RateRule {
  /** The configured rate, which is never exceeded. */
  readonly ceiling: number;
  readonly floor: number;
  /** By how much a lowered rate rises every second. */
  readonly risePerSecond: number;
}

export interface TurnsRequest {
  readonly provider: string;
  readonly now: Date;
  readonly rate: RateRule;
  /** The most turns that are booked. */
  readonly count: number;
  /** The share of the burst that this caller may use, 0–1. The burst is what one second holds, less one request. */
  readonly burstShare: number;
  /** The longest wait that is accepted. */
  readonly maxWaitMs: number;
}

export interface Turns {
  /** How many turns were booked; fewer than asked for when more would come too late. */
  readonly booked: number;
  /** How long to wait for the first of them. */
  readonly waitMs: number;
  /** When a further turn for such a caller will come. */
  readonly nextInMs: number;
  /** The rate now. */
  readonly requestsPerSecond: number;
}

function rateOf({ ceiling, floor, risePerSecond }: RateRule, now: Date) {
  return rateAt(now, sql`${ceiling}::float8`, sql`${floor}::float8`, sql`${risePerSecond}::float8`);
}

type Sql = RawBuilder<unknown>;

/** The rate of the row now: a lowered rate rises steadily, so that nothing has to be written when it recovers. */
function rateAt(now: Date, ceiling: Sql, floor: Sql, risePerSecond: Sql) {
  const risen = sql`extract(epoch FROM greatest(${now}::timestamptz - learned_at, interval '0')) * ${risePerSecond}`;
  return sql`least(${ceiling}, greatest(${floor}, coalesce(learned_rate + ${risen}, ${ceiling})))`;
}

/**
 * Books up to `count` turns in one statement, as GCRA does: one timestamp, the theoretical arrival time of the next request.
 * The row is locked while the statement runs, so that replicas never book the same turn. Undefined: there is no such gate.
 */
export async function bookTurns(db: Executor, request: TurnsRequest): Promise<Turns | undefined> {
  const { provider, now, rate, count, burstShare, maxWaitMs } = request;
  const result = await sql<{ booked: number; wait_ms: number; next_in_ms: number; rate: number }>`
    WITH gate AS MATERIALIZED (
      SELECT provider, ${rateOf(rate, now)} AS rate,
        extract(epoch FROM greatest(next_at - ${now}::timestamptz, blocked_until - ${now}::timestamptz, interval '0'))
          * 1000 AS base_ms,
        extract(epoch FROM greatest(blocked_until - ${now}::timestamptz, interval '0')) * 1000 AS blocked_ms
      FROM provider_gates WHERE provider = ${provider} FOR UPDATE
    ), pace AS (
      SELECT *, 1000 / rate AS interval_ms,
        ${burstShare}::float8 * greatest(floor(rate) - 1, 0) * 1000 / rate AS tolerance_ms
      FROM gate
    ), plan AS (
      SELECT *, CASE WHEN blocked_ms > ${maxWaitMs}::float8 THEN 0 ELSE greatest(0, least(${count}::float8,
        floor((${maxWaitMs}::float8 + tolerance_ms - base_ms) / interval_ms + 1e-6) + 1)) END AS booked
      FROM pace
    ), written AS (
      UPDATE provider_gates
      SET next_at = ${now}::timestamptz
        + make_interval(secs => (plan.base_ms + plan.booked * plan.interval_ms) / 1000)
      FROM plan WHERE provider_gates.provider = plan.provider AND plan.booked > 0
    )
    SELECT booked::int AS booked, rate::float8 AS rate,
      greatest(base_ms - tolerance_ms, blocked_ms, 0)::float8 AS wait_ms,
      greatest(base_ms + booked * interval_ms - tolerance_ms, blocked_ms, 0)::float8 AS next_in_ms
    FROM plan`.execute(db);
  const row = result.rows[0];
  if (!row) return undefined;
  const whole = (ms: number): number => Math.max(0, Math.ceil(ms - 1e-3));
  return {
    booked: row.booked,
    waitMs: whole(row.wait_ms),
    nextInMs: whole(row.next_in_ms),
    requestsPerSecond: row.rate,
  };
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

/** Until when this gate is closed. Undefined: there is no such gate. */
export async function selectBlockedUntil(db: Executor, provider: string): Promise<Date | undefined> {
  const row = await db
    .selectFrom("provider_gates")
    .select("blocked_until")
    .where("provider", "=", provider)
    .executeTakeFirst();
  return row?.blocked_until;
}

export interface GateRow {
  readonly nextAt: Date;
  readonly blockedUntil: Date;
  /** Requests per second now. */
  readonly rate: number;
}

/** The gates of these providers, by name with the rule of each. A provider that was not asked anything yet has none. */
export async function selectGates(
  db: Executor,
  providers: ReadonlyMap<string, RateRule>,
  now: Date,
): Promise<ReadonlyMap<string, GateRow>> {
  const rules = [...providers].map(([provider, rule]) => ({ provider, ...rule }));
  const rule = (name: string) => sql.raw(`rules."${name}"::float8`);
  const rate = rateAt(now, rule("ceiling"), rule("floor"), rule("risePerSecond"));
  const result = await sql<{ provider: string; next_at: Date; blocked_until: Date; rate: number }>`
    SELECT gates.provider, next_at, blocked_until, ${rate}::float8 AS rate
    FROM provider_gates gates
    JOIN jsonb_to_recordset(${JSON.stringify(rules)}::jsonb)
      AS rules (provider text, ceiling float8, floor float8, "risePerSecond" float8) ON rules.provider = gates.provider`.execute(
    db,
  );
  return new Map(
    result.rows.map((row) => [
      row.provider,
      { nextAt: row.next_at, blockedUntil: row.blocked_until, rate: row.rate },
    ]),
  );
}

/** No requests until then. A shorter block never shortens a longer one. */
export async function blockGate(db: Executor, provider: string, until: Date): Promise<void> {
  await sql`
    UPDATE provider_gates SET blocked_until = greatest(blocked_until, ${until}::timestamptz)
    WHERE provider = ${provider}`.execute(db);
}

/**
 * Lowers the rate to `factor` of what it is now, from where it rises again after `until`. Further calls before that time
 * change nothing: requests that were under way together are refused together. Returns the rate that counts now.
 */
export async function lowerRate(
  db: Executor,
  lowered: { provider: string; now: Date; until: Date; rate: RateRule; factor: number },
): Promise<number | undefined> {
  const { provider, now, until, rate, factor } = lowered;
  const result = await sql<{ rate: number }>`
    UPDATE provider_gates
    SET learned_at = greatest(learned_at, ${until}::timestamptz),
      learned_rate = CASE WHEN learned_at > ${now}::timestamptz THEN learned_rate
        ELSE greatest(${rate.floor}::float8, ${factor}::float8 * ${rateOf(rate, now)}) END
    WHERE provider = ${provider}
    RETURNING learned_rate AS rate`.execute(db);
  return result.rows[0]?.rate;
}
