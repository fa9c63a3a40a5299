import { type RawBuilder, sql } from "kysely";

/** Transfers that count towards a figure. `account` is a LIKE pattern of the account that they leave or reach. */
export interface LedgerTerm {
  readonly kinds: readonly string[];
  readonly side: "from" | "to";
  readonly account: string;
  readonly sign: 1 | -1;
}

export type LedgerFigure =
  | "turnover"
  | "cost"
  | "loss"
  | "topup"
  | "refund"
  | "adjustedUp"
  | "adjustedDown"
  | "bonus";

export type LedgerTerms = Readonly<Record<LedgerFigure, readonly LedgerTerm[]>>;

/** Sums over a period. */
export interface Facts {
  readonly sold: number;
  readonly turnoverMicros: bigint;
  readonly costMicros: bigint;
  readonly lossMicros: bigint;
  readonly topups: number;
  readonly topupMicros: bigint;
  /** What the gateways kept of the top-ups. */
  readonly feeMicros: bigint;
  readonly refundMicros: bigint;
  readonly adjustedUpMicros: bigint;
  readonly adjustedDownMicros: bigint;
  readonly bonusMicros: bigint;
  readonly delivered: number;
  readonly undelivered: number;
  /** Cancelled by the buyer within two minutes; in none of the two above. */
  readonly earlyCancels: number;
  readonly tries: number;
  readonly noStock: number;
  readonly errors: number;
  readonly doubts: number;
}

/** The columns that are summed, in the order of the table daily_facts. */
export const sums = [
  "sold",
  "turnover_micros",
  "cost_micros",
  "loss_micros",
  "topups",
  "topup_micros",
  "fee_micros",
  "refund_micros",
  "adjusted_up_micros",
  "adjusted_down_micros",
  "bonus_micros",
  "delivered",
  "undelivered",
  "early_cancels",
  "tries",
  "no_stock",
  "errors",
  "doubts",
] as const;
type Sum = (typeof sums)[number];

export type FactsRow = Readonly<Record<Sum, bigint>>;

export function toFacts(row: FactsRow): Facts {
  return {
    sold: Number(row.sold),
    turnoverMicros: row.turnover_micros,
    costMicros: row.cost_micros,
    lossMicros: row.loss_micros,
    topups: Number(row.topups),
    topupMicros: row.topup_micros,
    feeMicros: row.fee_micros,
    refundMicros: row.refund_micros,
    adjustedUpMicros: row.adjusted_up_micros,
    adjustedDownMicros: row.adjusted_down_micros,
    bonusMicros: row.bonus_micros,
    delivered: Number(row.delivered),
    undelivered: Number(row.undelivered),
    earlyCancels: Number(row.early_cancels),
    tries: Number(row.tries),
    noStock: Number(row.no_stock),
    errors: Number(row.errors),
    doubts: Number(row.doubts),
  };
}

export const dimensions = ["provider", "service_id", "country_id", "gateway"] as const;

/** Each column as its sum, under its own name. */
export const summed: RawBuilder<unknown> = sql.join(
  sums.map((name) => sql`coalesce(sum(${sql.ref(name)}), 0)::bigint AS ${sql.ref(name)}`),
);

/** One SELECT of the raw facts: the given columns, and zero for the others. */
function select(
  given: Partial<Record<Sum | (typeof dimensions)[number] | "wait_seconds", RawBuilder<unknown>>>,
  from: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const names = dimensions.map((name) => sql`coalesce(${given[name] ?? sql`''`}, '') AS ${sql.ref(name)}`);
  const values = sums.map((name) => {
    const type = name.endsWith("_micros") ? sql`bigint` : sql`integer`;
    return sql`(${given[name] ?? sql`0`})::${type} AS ${sql.ref(name)}`;
  });
  const waits = sql`(${given.wait_seconds ?? sql`NULL`})::integer AS wait_seconds`;
  return sql`SELECT ${sql.join([...names, ...values, waits])} ${from}`;
}

/** What the ledger, the orders and the tries of a stretch of time say, not summed: what daily_facts holds the sums of. */
export function rawFacts(terms: LedgerTerms, from: Date, to: Date): RawBuilder<unknown> {
  const isWithin = (at: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`${at} >= ${from}::timestamptz AND ${at} < ${to}::timestamptz`;
  const ofOrder = {
    provider: sql`o.provider`,
    service_id: sql`o.service_id`,
    country_id: sql`o.country_id`,
  };
  return sql.join(
    [
      rawMoney(terms, isWithin),
      rawOrders(ofOrder, isWithin),
      select(
        {
          ...ofOrder,
          provider: sql`a.provider`,
          tries: sql`1`,
          no_stock: sql`((a.error_kind = 'no_stock') IS TRUE)::int`,
          errors: sql`((a.error_kind NOT IN ('no_stock', 'price_moved')) IS TRUE)::int`,
        },
        sql`FROM order_attempts a JOIN orders o ON o.id = a.order_id WHERE ${isWithin(sql`a.started_at`)}`,
      ),
      select(
        { ...ofOrder, doubts: sql`1` },
        sql`FROM order_history h JOIN orders o ON o.id = h.order_id
            WHERE h.to_state = 'in_doubt' AND ${isWithin(sql`h.at`)}`,
      ),
    ],
    sql` UNION ALL `,
  );
}

type Within = (at: RawBuilder<unknown>) => RawBuilder<unknown>;

/** Numbers that were decided: the first SMS came, or they ended without one. */
function rawOrders(ofOrder: Record<string, RawBuilder<unknown>>, isWithin: Within): RawBuilder<unknown> {
  // A provider may refuse a cancel for two minutes: what counts is when the buyer asked for it.
  const isEarly = sql`(o.state = 'cancelled' AND o.received_at IS NULL AND o.cancel_requested_at IS NOT NULL
    AND o.cancel_requested_at < o.rented_at + interval '2 minutes')`;
  return select(
    {
      ...ofOrder,
      delivered: sql`(o.received_at IS NOT NULL)::int`,
      undelivered: sql`(o.received_at IS NULL AND NOT ${isEarly})::int`,
      early_cancels: sql`${isEarly}::int`,
      wait_seconds: sql`CASE WHEN o.received_at IS NOT NULL
        THEN greatest(0, round(extract(epoch FROM o.received_at - o.rented_at))) END`,
    },
    sql`FROM orders o WHERE o.rented_at IS NOT NULL AND coalesce(o.received_at, o.closed_at) IS NOT NULL
        AND ${isWithin(sql`coalesce(o.received_at, o.closed_at)`)}`,
  );
}

function rawMoney(terms: LedgerTerms, isWithin: Within): RawBuilder<unknown> {
  const kinds = [...new Set(Object.values(terms).flatMap((list) => list.flatMap((term) => term.kinds)))];
  const gatewayOf = (code: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`CASE WHEN ${code} LIKE 'system:gateway:%' THEN split_part(${code}, ':', 3) END`;
  return select(
    {
      // The account says who took the money; the order may have gone to another provider later.
      provider: sql`coalesce(CASE WHEN f.code LIKE 'system:provider:%' THEN split_part(f.code, ':', 3) END, o.provider)`,
      service_id: sql`o.service_id`,
      country_id: sql`o.country_id`,
      gateway: sql`coalesce(${gatewayOf(sql`f.code`)}, ${gatewayOf(sql`g.code`)})`,
      sold: amountOf(terms.turnover, sql`1`),
      turnover_micros: amountOf(terms.turnover),
      cost_micros: amountOf(terms.cost),
      loss_micros: amountOf(terms.loss),
      topups: amountOf(terms.topup, sql`1`),
      topup_micros: amountOf(terms.topup),
      fee_micros: sql`coalesce(p.fee_micros, 0)`,
      refund_micros: amountOf(terms.refund),
      adjusted_up_micros: amountOf(terms.adjustedUp),
      adjusted_down_micros: amountOf(terms.adjustedDown),
      bonus_micros: amountOf(terms.bonus),
    },
    // The shop's own accounts are few; of a buyer's no term asks, and their code stays null.
    sql`FROM transfers t
        LEFT JOIN (SELECT id, code FROM accounts WHERE kind = 'system') f ON f.id = t.from_account_id
        LEFT JOIN (SELECT id, code FROM accounts WHERE kind = 'system') g ON g.id = t.to_account_id
        LEFT JOIN orders o ON o.id = t.order_id
        LEFT JOIN topup_payments p ON t.kind = 'topup' AND p.gateway = split_part(f.code, ':', 3)
          AND p.charge_id = substr(t.idempotency_key, length('topup::') + length(split_part(f.code, ':', 3)) + 1)
        WHERE t.kind IN (${sql.join(kinds)}) AND ${isWithin(sql`t.created_at`)}`,
  );
}

/** What this transfer adds to a figure: its amount by the first term that it fits, or nothing. */
function amountOf(terms: readonly LedgerTerm[], amount = sql`t.amount_micros`): RawBuilder<unknown> {
  const cases = terms.map(({ kinds, side, account, sign }) => {
    const code = side === "from" ? sql`f.code` : sql`g.code`;
    const signed = sign === 1 ? amount : sql`-${amount}`;
    return sql`WHEN t.kind IN (${sql.join(kinds)}) AND ${code} LIKE ${account} THEN ${signed}`;
  });
  return sql`CASE ${sql.join(cases, sql` `)} ELSE 0 END`;
}
