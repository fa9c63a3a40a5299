import { type RawBuilder, sql } from "kysely";
import type { Executor } from "../../client.ts";
import {
  dimensions,
  type Facts,
  type FactsRow,
  type LedgerTerms,
  rawFacts,
  summed,
  sums,
  toFacts,
} from "./facts.ts";

/**
 * A stretch of time: whole days whose sums are kept (`toDay` not included; null: none), then a rest that is read from the
 * raw rows.
 */
export interface Stretch {
  readonly kept: { readonly fromDay: string; readonly toDay: string } | null;
  readonly raw: { readonly from: Date; readonly to: Date };
}

/** What figures can be split by. "pair": a service in a country. */
export const splits = ["provider", "service", "country", "gateway", "pair"] as const;
export type Split = (typeof splits)[number];

/** One part of a split. `other` is the country of a pair, else "". */
export interface Part extends Facts {
  readonly name: string;
  readonly other: string;
  /** By profit, the best is 1. */
  readonly profitRank: number;
  /** By delivery among the parts with enough decided numbers, the worst is 1; null: too few. */
  readonly worstRank: number | null;
}

export interface Waits {
  readonly name: string;
  readonly other: string;
  readonly medianSeconds: number;
  readonly p90Seconds: number;
}

const keys: Readonly<Record<Split | "all", readonly [RawBuilder<unknown>, RawBuilder<unknown>]>> = {
  all: [sql`''`, sql`''`],
  provider: [sql`provider`, sql`''`],
  service: [sql`service_id`, sql`''`],
  country: [sql`country_id`, sql`''`],
  gateway: [sql`gateway`, sql`''`],
  pair: [sql`service_id`, sql`country_id`],
};

/** As the columns of {@link rawFacts}. */
const keptColumns = sql.join([
  ...[...dimensions, ...sums].map((name) => sql.ref(name)),
  sql`NULL::integer AS wait_seconds`,
]);

export async function selectTotals(db: Executor, terms: LedgerTerms, stretch: Stretch): Promise<Facts> {
  const result =
    await sql<FactsRow>`SELECT ${summed} FROM (${factsOf(terms, stretch, true)}) AS facts`.execute(db);
  const [row] = result.rows;
  if (!row) throw new Error("sums without a row");
  return toFacts(row);
}

/** The parts that are among the `limit` best by profit or the `limit` worst by delivery, best profit first. */
export async function selectParts(
  db: Executor,
  terms: LedgerTerms,
  stretch: Stretch,
  choice: { readonly by: Split; readonly limit: number; readonly leastDecided: number },
): Promise<Part[]> {
  const [name, other] = keys[choice.by];
  const result = await sql<
    FactsRow & { name: string; other: string; profit_rank: bigint; worst_rank: bigint | null }
  >`
    WITH parts AS (
      SELECT ${name} AS name, ${other} AS other, ${summed}
      FROM (${factsOf(terms, stretch, false)}) AS facts WHERE ${name} <> '' GROUP BY 1, 2),
    counted AS (
      SELECT *, turnover_micros - cost_micros - loss_micros AS profit,
             delivered + undelivered AS decided FROM parts),
    ranked AS (
      SELECT *, row_number() OVER (ORDER BY profit DESC, sold DESC, topup_micros DESC, name, other) AS profit_rank,
             CASE WHEN decided >= ${choice.leastDecided}
               THEN row_number() OVER (PARTITION BY decided >= ${choice.leastDecided}
                                       ORDER BY delivered::float8 / nullif(decided, 0), decided DESC, name, other) END AS worst_rank
      FROM counted)
    SELECT * FROM ranked
    WHERE profit_rank <= ${choice.limit} OR worst_rank <= ${choice.limit} ORDER BY profit_rank`.execute(db);
  return result.rows.map((row) => ({
    ...toFacts(row),
    name: row.name,
    other: row.other,
    profitRank: Number(row.profit_rank),
    worstRank: row.worst_rank === null ? null : Number(row.worst_rank),
  }));
}

/** Median and ninth decile of the waits for the first SMS, of all or of the named parts; those without an SMS are left out. */
export async function selectSpanWaits(
  db: Executor,
  stretch: Stretch,
  by: Split | "all",
  parts: readonly Pick<Part, "name" | "other">[] = [{ name: "", other: "" }],
): Promise<Waits[]> {
  const [name, other] = keys[by];
  const { kept, raw } = stretch;
  const keptWaits = kept
    ? sql`SELECT ${name} AS name, ${other} AS other, wait FROM daily_facts, unnest(wait_seconds) AS wait
          WHERE is_total = ${sql.lit(by === "all")} AND day >= ${kept.fromDay}::date AND day < ${kept.toDay}::date AND delivered > 0 UNION ALL`
    : sql``;
  const result = await sql<{ name: string; other: string; shares: [number, number] }>`
    SELECT name, other, percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY wait::float8) AS shares
    FROM (${keptWaits}
      SELECT ${name}, ${other}, greatest(0, round(extract(epoch FROM received_at - rented_at)))::integer
      FROM (SELECT coalesce(provider, '') AS provider, service_id, country_id, '' AS gateway, received_at, rented_at
            FROM orders WHERE rented_at IS NOT NULL AND received_at IS NOT NULL
              AND coalesce(received_at, closed_at) IS NOT NULL
              AND coalesce(received_at, closed_at) >= ${raw.from}::timestamptz
              AND coalesce(received_at, closed_at) < ${raw.to}::timestamptz) AS fresh) AS waits (name, other, wait)
    JOIN unnest(${parts.map((part) => part.name)}::text[], ${parts.map((part) => part.other)}::text[])
      AS shown (name, other) USING (name, other)
    GROUP BY name, other`.execute(db);
  return result.rows.map(({ shares: [median, p90], ...key }) => ({
    ...key,
    medianSeconds: Math.round(median),
    p90Seconds: Math.round(p90),
  }));
}

export interface DayMoney {
  readonly day: string;
  readonly turnoverMicros: bigint;
  readonly profitMicros: bigint;
}

/** Turnover and profit of each of these days that has any. `rawDays` are read from the raw rows. */
export async function selectDays(
  db: Executor,
  terms: LedgerTerms,
  kept: Stretch["kept"],
  rawDays: readonly { readonly day: string; readonly from: Date; readonly to: Date }[],
): Promise<DayMoney[]> {
  const stretches = [
    ...(kept
      ? [
          sql`SELECT day, turnover_micros, cost_micros, loss_micros FROM daily_facts
              WHERE is_total AND day >= ${kept.fromDay}::date AND day < ${kept.toDay}::date`,
        ]
      : []),
    ...rawDays.map(
      ({ day, from, to }) => sql`SELECT ${day}::date AS day, turnover_micros, cost_micros, loss_micros
                                 FROM (${rawFacts(terms, from, to)}) AS facts`,
    ),
  ];
  if (stretches.length === 0) return [];
  const result = await sql<{ day: string; turnover: string; profit: string }>`
    SELECT day::text AS day, sum(turnover_micros)::text AS turnover,
           sum(turnover_micros - cost_micros - loss_micros)::text AS profit
    FROM (${sql.join(stretches, sql` UNION ALL `)}) AS facts GROUP BY day ORDER BY day`.execute(db);
  return result.rows.map(({ day, turnover, profit }) => ({
    day,
    turnoverMicros: BigInt(turnover),
    profitMicros: BigInt(profit),
  }));
}

function factsOf(terms: LedgerTerms, { kept, raw }: Stretch, isTotal: boolean): RawBuilder<unknown> {
  const fresh = rawFacts(terms, raw.from, raw.to);
  if (!kept) return fresh;
  return sql`SELECT ${keptColumns} FROM daily_facts
             WHERE is_total = ${sql.lit(isTotal)} AND day >= ${kept.fromDay}::date AND day < ${kept.toDay}::date UNION ALL ${fresh}`;
}
