import { sql } from "kysely";
import type { Executor, Tx } from "../../client.ts";
import { dimensions, type LedgerTerms, rawFacts, sums } from "./facts.ts";

/** Which days are kept as sums: all before `nextDay`, as days of `zone`. */
export interface KeptDays {
  readonly zone: string;
  readonly nextDay: string | null;
}

/** A day with the moments at which it begins and ends. Days are texts: "2026-03-29". */
export interface DaySpan {
  readonly day: string;
  readonly from: Date;
  readonly to: Date;
}

export async function selectKeptDays(db: Executor): Promise<KeptDays | undefined> {
  const result = await sql<KeptDays>`
    SELECT zone, next_day::text AS "nextDay" FROM facts_state`.execute(db);
  return result.rows[0];
}

/** As {@link selectKeptDays}, locked until the transaction ends; made for this zone if there is none. */
export async function lockKeptDays(tx: Tx, zone: string): Promise<KeptDays> {
  await sql`INSERT INTO facts_state (id, zone) VALUES (1, ${zone}) ON CONFLICT DO NOTHING`.execute(tx);
  const result = await sql<KeptDays>`
    SELECT zone, next_day::text AS "nextDay" FROM facts_state FOR UPDATE`.execute(tx);
  return result.rows[0] ?? { zone, nextDay: null };
}

/** Forgets all kept days, because days begin at another time from now on. */
export async function forgetKeptDays(tx: Tx, zone: string): Promise<void> {
  await sql`DELETE FROM daily_facts`.execute(tx);
  await sql`DELETE FROM daily_buyers`.execute(tx);
  await sql`UPDATE facts_state SET zone = ${zone}, next_day = NULL`.execute(tx);
}

/** When the first thing happened that a figure can count; undefined: nothing has. */
export async function selectFirstFact(db: Executor): Promise<Date | undefined> {
  const result = await sql<{ at: Date | null }>`
    SELECT least((SELECT created_at FROM transfers ORDER BY id LIMIT 1),
                 (SELECT min(placed_at) FROM orders)) AS at`.execute(db);
  return result.rows[0]?.at ?? undefined;
}

/** Stores the sums of this day in place of those that are there. */
export async function keepDay(tx: Tx, terms: LedgerTerms, { day, from, to }: DaySpan): Promise<void> {
  await sql`DELETE FROM daily_facts WHERE is_total IN (true, false) AND day = ${day}::date`.execute(tx);
  await sql`DELETE FROM daily_buyers WHERE day = ${day}::date`.execute(tx);
  await sql`
    INSERT INTO daily_facts (is_total, day, ${sql.join([...dimensions, ...sums].map((name) => sql.ref(name)))}, wait_seconds)
    ${daySums(terms, { day, from, to })}`.execute(tx);
  await sql`
    INSERT INTO daily_buyers (day, buyer_id, is_first)
    SELECT ${day}::date, active.buyer_id, NOT EXISTS (
      SELECT FROM orders earlier WHERE earlier.buyer_id = active.buyer_id AND earlier.rented_at < ${from}::timestamptz)
    FROM (SELECT DISTINCT buyer_id FROM orders
          WHERE rented_at >= ${from}::timestamptz AND rented_at < ${to}::timestamptz) AS active`.execute(tx);
}

/** The days up to this one are kept. */
export async function moveNextDay(tx: Tx, nextDay: string): Promise<void> {
  await sql`UPDATE facts_state SET next_day = ${nextDay}::date`.execute(tx);
}

/** Whether the kept sums of this day are what the ledger, orders and tries say now. */
export async function isDayRight(db: Executor, terms: LedgerTerms, span: DaySpan): Promise<boolean> {
  const names = sql.join([...dimensions, ...sums].map((name) => sql.ref(name)));
  const kept = sql`SELECT is_total, day, ${names}, wait_seconds FROM daily_facts
    WHERE is_total IN (true, false) AND day = ${span.day}::date`;
  const raw = daySums(terms, span);
  const result = await sql<{ is_right: boolean }>`
    WITH kept AS (${kept}), raw AS (${raw})
    SELECT NOT EXISTS ((SELECT * FROM kept EXCEPT ALL SELECT * FROM raw)
             UNION ALL (SELECT * FROM raw EXCEPT ALL SELECT * FROM kept)) AS is_right`.execute(db);
  return result.rows[0]?.is_right ?? false;
}

function daySums(terms: LedgerTerms, { day, from, to }: DaySpan) {
  const keys = sql.join(dimensions.map((name) => sql.ref(name)));
  const names = sql.join(dimensions.map((name) => sql`coalesce(${sql.ref(name)}, '')`));
  const values = sql.join(sums.map((name) => sql`sum(${sql.ref(name)})::bigint`));
  return sql`
    SELECT grouping(provider) = 1 AS is_total, ${day}::date AS day, ${names}, ${values},
           coalesce(array_agg(wait_seconds ORDER BY wait_seconds) FILTER (WHERE wait_seconds IS NOT NULL), '{}')
    FROM (${rawFacts(terms, from, to)}) AS facts
    GROUP BY GROUPING SETS ((${keys}), ())`;
}
