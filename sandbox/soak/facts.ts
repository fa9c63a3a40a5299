import { sql } from "kysely";
import type { Database } from "../../src/db/client.ts";

/** What the shop's own tables say, read in plain SQL: the invariants should not lean on the code that they judge. */

export interface OrderFact {
  readonly id: string;
  /** Null: the buyer's data is deleted. */
  readonly chatId: number | null;
  /** When the buyer's data was deleted. */
  readonly deletedAt: Date | null;
  readonly provider: string | null;
  readonly upstreamId: string | null;
  readonly state: string;
  readonly closedAt: Date | null;
  readonly expiresAt: Date | null;
  /** Codes stored for it; those of somebody whose data is deleted are gone. */
  readonly codes: readonly string[];
  /** Of those, codes that came after the release and were not paid for. */
  readonly withheldCodes: readonly string[];
  /** The buyer paid for an SMS that came after the release. */
  readonly isLateCharged: boolean;
  /** SMS stored for it, with their content or without. */
  readonly smsCount: number;
  readonly isCaptured: boolean;
  /** What is booked at the provider for a number that it had. */
  readonly bookedMicros: bigint;
  /** What is booked as a possible loss of a purchase in doubt. */
  readonly possibleLossMicros: bigint;
  /** State changes, oldest first. */
  readonly history: readonly { readonly to: string; readonly cause: string; readonly at: Date }[];
}

interface OrderRecord {
  id: string;
  chat_id: bigint | null;
  deleted_at: Date | null;
  provider: string | null;
  upstream_id: string | null;
  state: string;
  closed_at: Date | null;
  expires_at: Date | null;
  codes: string[];
  withheld_codes: string[];
  is_late_charged: boolean;
  sms_count: bigint;
  is_captured: boolean;
  booked: string;
  possible_loss: string;
  history: { to: string; cause: string; at: string }[];
}

export async function selectOrderFacts(db: Database): Promise<OrderFact[]> {
  const { rows } = await sql<OrderRecord>`
    SELECT o.id, nullif(o.chat_id, 0) AS chat_id, b.deleted_at, o.provider, o.upstream_id, o.state, o.closed_at, o.expires_at,
      ARRAY(SELECT s.code FROM order_sms s WHERE s.order_id = o.id AND s.code IS NOT NULL ORDER BY s.sequence) AS codes,
      ARRAY(SELECT s.code FROM order_sms s WHERE s.order_id = o.id AND s.code IS NOT NULL AND s.withheld_at IS NOT NULL) AS withheld_codes,
      EXISTS (SELECT FROM transfers t WHERE t.order_id = o.id AND t.kind = 'late_charge') AS is_late_charged,
      (SELECT count(*) FROM order_sms s WHERE s.order_id = o.id) AS sms_count,
      EXISTS (SELECT FROM transfers t WHERE t.order_id = o.id AND t.kind = 'capture') AS is_captured,
      (SELECT coalesce(sum(e.amount_micros), 0)::text
        FROM transfers t JOIN entries e ON e.transfer_id = t.id AND e.amount_micros > 0
        WHERE t.order_id = o.id AND t.kind LIKE 'provider_%' AND t.reason NOT LIKE 'purchase in doubt%') AS booked,
      (SELECT coalesce(sum(e.amount_micros), 0)::text
        FROM transfers t JOIN entries e ON e.transfer_id = t.id AND e.amount_micros > 0
        WHERE t.order_id = o.id AND t.kind = 'provider_loss' AND t.reason LIKE 'purchase in doubt%') AS possible_loss,
      (SELECT coalesce(jsonb_agg(jsonb_build_object('to', h.to_state, 'cause', h.cause, 'at', h.at) ORDER BY h.version), '[]')
        FROM order_history h WHERE h.order_id = o.id) AS history
    FROM orders o JOIN buyers b ON b.id = o.buyer_id ORDER BY o.placed_at`.execute(db);
  return rows.map((row) => ({
    id: row.id,
    chatId: row.chat_id === null ? null : Number(row.chat_id),
    deletedAt: row.deleted_at,
    provider: row.provider,
    upstreamId: row.upstream_id,
    state: row.state,
    closedAt: row.closed_at,
    expiresAt: row.expires_at,
    codes: row.codes,
    withheldCodes: row.withheld_codes,
    isLateCharged: row.is_late_charged,
    smsCount: Number(row.sms_count),
    isCaptured: row.is_captured,
    bookedMicros: BigInt(row.booked),
    possibleLossMicros: BigInt(row.possible_loss),
    history: row.history.map(({ to, cause, at }) => ({ to, cause, at: new Date(at) })),
  }));
}

/** What our ledger says that each supplier has kept. */
export async function selectSpentBySupplier(db: Database): Promise<Map<string, bigint>> {
  const { rows } = await sql<{ supplier: string; micros: string }>`
    SELECT split_part(a.code, ':', 3) AS supplier, (-sum(e.amount_micros))::text AS micros
    FROM accounts a JOIN entries e ON e.account_id = a.id
    WHERE a.code LIKE 'system:provider:%:prepaid' GROUP BY a.code`.execute(db);
  return new Map(rows.map((row) => [row.supplier, BigInt(row.micros)]));
}

export async function selectNegativeAccounts(db: Database): Promise<string[]> {
  const { rows } = await sql<{ code: string }>`SELECT code FROM accounts WHERE balance_micros < 0`.execute(
    db,
  );
  return rows.map(({ code }) => code);
}

export interface OrphanFact {
  readonly provider: string;
  readonly upstreamId: string;
  readonly outcome: string | null;
}

export async function selectOrphanFacts(db: Database): Promise<OrphanFact[]> {
  const { rows } = await sql<{ provider: string; upstream_id: string; outcome: string | null }>`
    SELECT provider, upstream_id, outcome FROM orphans`.execute(db);
  return rows.map((row) => ({ provider: row.provider, upstreamId: row.upstream_id, outcome: row.outcome }));
}

/** What the shop still has in hand, by name; nothing when it has come to rest. */
export async function selectUnrest(db: Database): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; count: bigint }>`
    SELECT 'orders' AS name, count(*) FROM orders WHERE state IN ('placing', 'in_doubt', 'waiting', 'cancelling')
    UNION ALL SELECT 'finish', count(*) FROM orders WHERE finish_due
    UNION ALL SELECT 'updates', count(*) FROM inbox WHERE done_at IS NULL
    UNION ALL SELECT 'messages', count(*) FROM outbox WHERE sent_at IS NULL AND dropped_at IS NULL
    UNION ALL SELECT 'refunds', count(*) FROM topup_payments WHERE state = 'refunding'
    UNION ALL SELECT 'orphans', count(*) FROM orphans WHERE settled_at IS NULL`.execute(db);
  return Object.fromEntries(
    rows.filter(({ count }) => count > 0n).map(({ name, count }) => [name, Number(count)]),
  );
}

/** Figures for the summary. */
export async function selectFigures(db: Database): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; count: bigint }>`
    SELECT 'orders' AS name, count(*) FROM orders
    UNION ALL SELECT state, count(*) FROM orders GROUP BY state
    UNION ALL SELECT 'doubts', count(DISTINCT order_id) FROM order_history WHERE to_state = 'in_doubt'
    UNION ALL SELECT 'adopted', count(*) FROM order_history WHERE from_state = 'in_doubt' AND to_state = 'waiting'
    UNION ALL SELECT 'orphans', count(*) FROM orphans
    UNION ALL SELECT 'orders at ' || provider, count(*) FROM orders WHERE provider IS NOT NULL GROUP BY provider
    UNION ALL SELECT 'deletions', count(*) FROM buyers WHERE deleted_at IS NOT NULL
    UNION ALL SELECT 'claims ' || coalesce(decision, 'undecided'), count(*) FROM manual_claims GROUP BY decision
    UNION ALL SELECT kind, count(*) FROM transfers WHERE kind IN ('topup_loss', 'topup_debt', 'debt_settled', 'debt_carried', 'late_charge') GROUP BY kind
    UNION ALL SELECT 'SMS after the release', count(*) FROM order_sms WHERE withheld_at IS NOT NULL
    UNION ALL SELECT 'failed updates', count(*) FROM inbox WHERE failed
    UNION ALL SELECT 'updates', count(*) FROM inbox
    UNION ALL SELECT 'dropped ' || drop_reason, count(*) FROM outbox WHERE drop_reason <> 'superseded' GROUP BY drop_reason
    UNION ALL SELECT 'top-ups', count(*) FROM topup_payments`.execute(db);
  return Object.fromEntries(rows.map(({ name, count }) => [name, Number(count)]));
}

/** How long things took, in simulated seconds: what a killed replica had in hand, and purchases in doubt. */
export async function selectTimes(db: Database): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; p50: number; p95: number; longest: number }>`
    WITH times AS (
      SELECT 'update handled after' AS name, extract(epoch FROM done_at - received_at) AS seconds
      FROM inbox WHERE done_at IS NOT NULL
      UNION ALL
      SELECT 'doubt settled after', extract(epoch FROM
        (SELECT min(later.at) FROM order_history later WHERE later.order_id = h.order_id AND later.version > h.version) - h.at)
      FROM order_history h WHERE h.to_state = 'in_doubt')
    SELECT name, percentile_disc(0.5) WITHIN GROUP (ORDER BY seconds)::float AS p50,
      percentile_disc(0.95) WITHIN GROUP (ORDER BY seconds)::float AS p95, max(seconds)::float AS longest
    FROM times WHERE seconds IS NOT NULL GROUP BY name ORDER BY name DESC`.execute(db);
  const rounded = (seconds: number): number => Math.round(seconds * 10) / 10;
  return Object.fromEntries(
    rows.flatMap(({ name, p50, p95, longest }) => [
      [`${name} p50 s`, rounded(p50)],
      [`${name} p95 s`, rounded(p95)],
      [`${name} at most s`, rounded(longest)],
    ]),
  );
}
