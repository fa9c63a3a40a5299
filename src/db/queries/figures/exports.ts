import { sql } from "kysely";
import type { Executor } from "../../client.ts";

export interface OrderExportRow {
  readonly id: string;
  readonly buyerId: string;
  readonly serviceId: string;
  readonly countryId: string;
  readonly provider: string | null;
  readonly state: string;
  readonly priceMicros: bigint;
  readonly costMicros: bigint | null;
  readonly placedAt: Date;
  readonly rentedAt: Date | null;
  readonly receivedAt: Date | null;
  readonly closedAt: Date | null;
}

export interface ExportSpan {
  readonly from: Date;
  readonly to: Date;
}

/** Orders placed in this time, oldest first, after `last`. */
export async function selectOrderExport(
  db: Executor,
  { from, to }: ExportSpan,
  last: OrderExportRow | undefined,
  limit: number,
): Promise<OrderExportRow[]> {
  const after = last
    ? sql`AND (placed_at, id) > (${last.placedAt}::timestamptz, ${last.id}::uuid)`
    : sql`AND placed_at >= ${from}::timestamptz`;
  const result = await sql<OrderExportRow>`
    SELECT id, buyer_id AS "buyerId", service_id AS "serviceId", country_id AS "countryId", provider, state,
           price_micros AS "priceMicros", cost_micros AS "costMicros", placed_at AS "placedAt", rented_at AS "rentedAt",
           received_at AS "receivedAt", closed_at AS "closedAt"
    FROM orders WHERE placed_at < ${to}::timestamptz ${after}
    ORDER BY placed_at, id LIMIT ${limit}`.execute(db);
  return result.rows;
}

export async function countOrderExport(db: Executor, { from, to }: ExportSpan): Promise<number> {
  const result = await sql<{ count: bigint }>`
    SELECT count(*) AS count FROM orders
    WHERE placed_at >= ${from}::timestamptz AND placed_at < ${to}::timestamptz`.execute(db);
  return Number(result.rows[0]?.count ?? 0n);
}

export interface LedgerExportRow {
  readonly id: bigint;
  readonly at: Date;
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly amountMicros: bigint;
  readonly orderId: string | null;
  readonly topupId: string | null;
  readonly actor: string;
  readonly reason: string;
}

/** Between which ids the transfers of this time lie, and how many there are. */
export async function selectLedgerRange(
  db: Executor,
  { from, to }: ExportSpan,
): Promise<{ first: bigint; last: bigint; count: number }> {
  const result = await sql<{ first: bigint | null; last: bigint | null; count: bigint }>`
    SELECT min(id) AS first, max(id) AS last, count(*) AS count FROM transfers
    WHERE kind = ANY (ARRAY(SELECT kind FROM (
        WITH RECURSIVE kinds AS (
          (SELECT kind FROM transfers ORDER BY kind LIMIT 1)
          UNION ALL SELECT (SELECT t.kind FROM transfers t WHERE t.kind > kinds.kind ORDER BY t.kind LIMIT 1)
          FROM kinds WHERE kinds.kind IS NOT NULL)
        SELECT kind FROM kinds WHERE kind IS NOT NULL) AS found))
      AND created_at >= ${from}::timestamptz AND created_at < ${to}::timestamptz`.execute(db);
  const { first, last, count = 0n } = result.rows[0] ?? {};
  return { first: first ?? 0n, last: last ?? -1n, count: Number(count) };
}

/** Transfers of this time with ids from `first` to `last`, in order. */
export async function selectLedgerExport(
  db: Executor,
  { from, to }: ExportSpan,
  ids: { readonly first: bigint; readonly last: bigint },
  limit: number,
): Promise<LedgerExportRow[]> {
  const result = await sql<LedgerExportRow>`
    SELECT t.id, t.created_at AS at, t.kind, f.code AS "from", g.code AS "to", t.amount_micros AS "amountMicros",
           t.order_id AS "orderId", t.topup_id AS "topupId", t.actor, t.reason
    FROM transfers t JOIN accounts f ON f.id = t.from_account_id JOIN accounts g ON g.id = t.to_account_id
    WHERE t.id >= ${ids.first}::bigint AND t.id <= ${ids.last}::bigint
      AND t.created_at >= ${from}::timestamptz AND t.created_at < ${to}::timestamptz
    ORDER BY t.id LIMIT ${limit}`.execute(db);
  return result.rows;
}
