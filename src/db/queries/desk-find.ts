import { sql } from "kysely";
import type { Executor } from "../client.ts";

/** What a search found: enough for the label of a button. */
export interface Hit {
  readonly kind: "buyer" | "order" | "payment" | "claim" | "reseller";
  readonly id: string;
  /** A name, a state, an amount: never a whole number. */
  readonly label: string;
  readonly at: Date;
}

const LIMIT = 10;

interface Raw {
  id: string;
  label: string;
  at: Date;
}

const hits = (kind: Hit["kind"], rows: readonly Raw[]): Hit[] => rows.map((row) => ({ kind, ...row }));

const orderColumns = sql`id, service_id || ' ' || country_id || ' · ' || state AS label, placed_at AS at`;
const buyerColumns = sql`id, coalesce('@' || username, first_name, 'buyer') || ' · ' || coalesce(telegram_id::text, 'deleted')
  AS label, coalesce(seen_at, created_at) AS at`;
const paymentColumns = sql`id, gateway || ' · ' || state AS label, paid_at AS at`;
const claimColumns = sql`id, 'receipt · ' || coalesce(decision, 'open') AS label, submitted_at AS at`;

/** Whatever has this id. */
export async function findById(db: Executor, id: string): Promise<Hit[]> {
  const [orders, buyers, payments, claims] = await Promise.all([
    sql<Raw>`SELECT ${orderColumns} FROM orders WHERE id = ${id}::uuid`.execute(db),
    sql<Raw>`SELECT ${buyerColumns} FROM buyers WHERE id = ${id}::uuid`.execute(db),
    sql<Raw>`
      SELECT ${paymentColumns} FROM topup_payments WHERE id = ${id}::uuid
      UNION SELECT ${paymentColumns} FROM topup_payments WHERE topup_id = ${id}::uuid`.execute(db),
    sql<Raw>`SELECT ${claimColumns} FROM manual_claims WHERE id = ${id}::uuid`.execute(db),
  ]);
  return [
    ...hits("order", orders.rows),
    ...hits("buyer", buyers.rows),
    ...hits("payment", payments.rows),
    ...hits("claim", claims.rows),
  ];
}

/** The reseller with this API key: the six characters that name it. */
export async function findByKey(db: Executor, keyId: string): Promise<Hit[]> {
  const { rows } = await sql<Raw>`
    SELECT buyer_id AS id, 'API key ' || id || ' · ' || name AS label, created_at AS at FROM api_keys
    WHERE id = ${keyId}`.execute(db);
  return hits("reseller", rows);
}

/** Orders and receipts whose id ends so: eight small hex digits. */
export async function findByIdEnd(db: Executor, end: string): Promise<Hit[]> {
  const orders = await sql<Raw>`
    SELECT ${orderColumns} FROM orders WHERE right(id::text, 8) = ${end} ORDER BY placed_at DESC LIMIT ${LIMIT}`.execute(
    db,
  );
  const claims = await sql<Raw>`
    SELECT ${claimColumns} FROM manual_claims WHERE right(id::text, 8) = ${end} LIMIT ${LIMIT}`.execute(db);
  return [...hits("order", orders.rows), ...hits("claim", claims.rows)];
}

export async function findByTelegram(db: Executor, telegramId: number): Promise<Hit[]> {
  const { rows } = await sql<Raw>`
    SELECT ${buyerColumns} FROM buyers WHERE telegram_id = ${telegramId}::bigint`.execute(db);
  return hits("buyer", rows);
}

/** Names change hands: everybody who was last seen with this one, the latest first. */
export async function findByUsername(db: Executor, username: string): Promise<Hit[]> {
  const { rows } = await sql<Raw>`
    SELECT ${buyerColumns} FROM buyers WHERE lower(username) = ${username.toLowerCase()}
    ORDER BY seen_at DESC NULLS LAST LIMIT ${LIMIT}`.execute(db);
  return hits("buyer", rows);
}

/** Orders placed since `since` whose number ends with these digits; the newest first. `digits` holds digits only. */
export async function findByPhoneEnd(db: Executor, digits: string, since: Date): Promise<Hit[]> {
  const reversed = [...digits].reverse().join("");
  const { rows } = await sql<Raw>`
    SELECT ${orderColumns} FROM orders
    WHERE phone IS NOT NULL AND reverse(phone) LIKE ${`${reversed}%`} AND placed_at > ${since}
    ORDER BY placed_at DESC LIMIT ${LIMIT}`.execute(db);
  return hits("order", rows);
}

/** By the provider's id; `provider` null: any. */
export async function findByUpstream(
  db: Executor,
  upstreamId: string,
  provider: string | null,
): Promise<Hit[]> {
  const { rows } = await sql<Raw>`
    SELECT ${orderColumns} FROM orders
    WHERE upstream_id = ${upstreamId} AND (${provider}::text IS NULL OR provider = ${provider})
    ORDER BY placed_at DESC LIMIT ${LIMIT}`.execute(db);
  return hits("order", rows);
}

/** By the gateway's id of a payment, or of the invoice. */
export async function findByCharge(db: Executor, chargeId: string): Promise<Hit[]> {
  const { rows } = await sql<Raw>`
    SELECT ${paymentColumns} FROM topup_payments
    WHERE gateway IN ('stars', 'crypto-pay', 'manual') AND charge_id = ${chargeId}
    UNION
    SELECT ${paymentColumns} FROM topup_payments
    WHERE topup_id = ANY(ARRAY(
      SELECT id FROM topups WHERE gateway IN ('stars', 'crypto-pay', 'manual') AND external_id = ${chargeId}))
    LIMIT ${LIMIT}`.execute(db);
  return hits("payment", rows);
}

/** Counts a search; how many this person made in this minute, with this one. */
export async function countSearch(db: Executor, staffId: number, minuteAt: Date): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    INSERT INTO desk_searches AS s (staff_id, minute_at, count) VALUES (${staffId}::bigint, ${minuteAt}, 1)
    ON CONFLICT (staff_id) DO UPDATE SET minute_at = excluded.minute_at,
      count = CASE WHEN s.minute_at = excluded.minute_at THEN s.count + 1 ELSE 1 END
    RETURNING count`.execute(db);
  return rows[0]?.count ?? 0;
}
