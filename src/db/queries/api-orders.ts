import { sql } from "kysely";
import type { Executor, Tx } from "../client.ts";
import { type OrderRow, toOrder } from "./orders.ts";

/** An order that was bought by a key, with its newest SMS, as the API's answers need it. */
export interface ApiOrderRow {
  readonly id: string;
  readonly buyerId: string;
  /** Its number in the API. */
  readonly number: number;
  readonly state: string;
  readonly serviceId: string;
  readonly countryId: string;
  readonly phone: string | null;
  readonly priceMicros: bigint;
  readonly canAnother: boolean;
  readonly placedAt: Date;
  readonly cancelOpensAt: Date | null;
  readonly expiresAt: Date | null;
  readonly toldAt: Date | null;
  readonly failure: string | null;
  /** Null: no SMS came. Code and text are null once purged. */
  readonly sms: { readonly code: string | null; readonly text: string | null; readonly at: Date } | null;
}

interface Raw {
  id: string;
  buyer_id: string;
  api_number: number;
  state: string;
  service_id: string;
  country_id: string;
  phone: string | null;
  price_micros: bigint;
  can_another: boolean;
  placed_at: Date;
  cancel_opens_at: Date | null;
  expires_at: Date | null;
  told_at: Date | null;
  failure: string | null;
  sms_code: string | null;
  sms_text: string | null;
  sms_at: Date | null;
}

const columns = sql`o.id, o.buyer_id, o.api_number, o.state, o.service_id, o.country_id, o.phone, o.price_micros,
  o.can_another, o.placed_at, o.cancel_opens_at, o.expires_at, o.told_at, o.failure,
  s.code AS sms_code, s.text AS sms_text, s.received_at AS sms_at`;
const newestSms = sql`LEFT JOIN LATERAL (
  SELECT code, text, received_at FROM order_sms WHERE order_id = o.id AND withheld_at IS NULL
  ORDER BY sequence DESC LIMIT 1) s ON true`;

function toApiOrder(raw: Raw): ApiOrderRow {
  return {
    id: raw.id,
    buyerId: raw.buyer_id,
    number: raw.api_number,
    state: raw.state,
    serviceId: raw.service_id,
    countryId: raw.country_id,
    phone: raw.phone,
    priceMicros: raw.price_micros,
    canAnother: raw.can_another,
    placedAt: raw.placed_at,
    cancelOpensAt: raw.cancel_opens_at,
    expiresAt: raw.expires_at,
    toldAt: raw.told_at,
    failure: raw.failure,
    sms: raw.sms_at === null ? null : { code: raw.sms_code, text: raw.sms_text, at: raw.sms_at },
  };
}

/** The orders with these numbers, each of its own buyer; many in one query, because clients ask every second. */
export async function selectApiOrders(
  db: Executor,
  wanted: readonly { readonly buyerId: string; readonly number: number }[],
): Promise<ApiOrderRow[]> {
  const buyerIds = wanted.map(({ buyerId }) => buyerId);
  const numbers = wanted.map(({ number }) => number);
  const result = await sql<Raw>`
    SELECT ${columns} FROM unnest(${buyerIds}::uuid[], ${numbers}::integer[]) AS w (buyer_id, number)
    JOIN orders o ON o.buyer_id = w.buyer_id AND o.api_number = w.number ${newestSms}`.execute(db);
  return result.rows.map(toApiOrder);
}

export async function selectApiOrder(db: Executor, orderId: string): Promise<ApiOrderRow | undefined> {
  const result = await sql<Raw>`
    SELECT ${columns} FROM orders o ${newestSms} WHERE o.id = ${orderId}::uuid AND o.channel = 'api'`.execute(
    db,
  );
  const [row] = result.rows;
  return row && toApiOrder(row);
}

/** The open orders of a buyer whose number was told, newest first. */
export async function selectOpenApiOrders(
  db: Executor,
  buyerId: string,
  limit: number,
): Promise<ApiOrderRow[]> {
  const result = await sql<Raw>`
    SELECT ${columns} FROM orders o ${newestSms}
    WHERE o.buyer_id = ${buyerId}::uuid AND o.closed_at IS NULL AND o.channel = 'api' AND o.told_at IS NOT NULL
    ORDER BY o.placed_at DESC LIMIT ${limit}`.execute(db);
  return result.rows.map(toApiOrder);
}

/** An order by a key of this chain. */
export function isOfChain(chainId: string) {
  return sql<boolean>`api_key_id IN (SELECT id FROM api_keys WHERE chain_id = ${chainId})`;
}

/** The next number of this buyer's orders: from 100001 on, without gaps but for purchases that were rolled back. */
export async function takeApiNumber(tx: Tx, buyerId: string): Promise<number> {
  const result = await sql<{ number: number }>`
    INSERT INTO api_buyers (buyer_id, next_number) VALUES (${buyerId}::uuid, 100002)
    ON CONFLICT (buyer_id) DO UPDATE SET next_number = api_buyers.next_number + 1
    RETURNING next_number - 1 AS number`.execute(tx);
  const [row] = result.rows;
  if (!row) throw new Error("no number was given");
  return row.number;
}

/**
 * Takes over the oldest order of a chain of keys for this product that nobody waits for and nobody was told about; a request
 * that does the same at this moment takes the next one. It is waited for until `waitUntil`. An order with a name is left to the
 * request that repeats the name.
 */
export async function adoptUntold(
  db: Executor,
  wanted: {
    readonly chainId: string;
    readonly serviceId: string;
    readonly countryId: string;
    /** Null: at any price. */
    readonly maxPriceMicros: bigint | null;
    readonly now: Date;
    readonly waitUntil: Date;
  },
): Promise<string | undefined> {
  const { chainId, serviceId, countryId, maxPriceMicros, now, waitUntil } = wanted;
  const result = await sql<{ id: string }>`
    UPDATE orders SET wait_until = ${waitUntil}::timestamptz
    WHERE id = (
      SELECT id FROM orders
      WHERE ${isOfChain(chainId)} AND service_id = ${serviceId} AND country_id = ${countryId}
        AND channel = 'api' AND told_at IS NULL AND closed_at IS NULL AND client_order_id IS NULL
        AND state IN ('placing', 'waiting') AND wait_until <= ${now}::timestamptz
        AND (expires_at IS NULL OR expires_at > ${now}::timestamptz)
        AND (${maxPriceMicros}::bigint IS NULL OR price_micros <= ${maxPriceMicros}::bigint)
      ORDER BY placed_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id`.execute(db);
  return result.rows[0]?.id;
}

/** How long a request waits for this order's number; `until` in the past: nobody does. Only while nobody was told. */
export async function setWaitUntil(db: Executor, orderId: string, until: Date): Promise<void> {
  await db
    .updateTable("orders")
    .set({ wait_until: until })
    .where("id", "=", orderId)
    .where("told_at", "is", null)
    .where("channel", "=", "api")
    // What goes back is not waited for: an SMS would be kept for nobody.
    .where("state", "in", ["placing", "in_doubt", "waiting"])
    .execute();
}

/** Somebody was told the number. Undefined: that was known before. */
export async function setTold(tx: Tx, orderId: string, at: Date): Promise<OrderRow | undefined> {
  const row = await tx
    .updateTable("orders")
    .set({ told_at: at })
    .where("id", "=", orderId)
    .where("told_at", "is", null)
    .where("channel", "=", "api")
    .returningAll()
    .executeTakeFirst();
  return row && toOrder(row);
}

/** Rented orders that nobody was told about and nobody has waited for since `since`, the oldest first. */
export async function selectUntold(db: Executor, since: Date, limit: number): Promise<OrderRow[]> {
  const rows = await db
    .selectFrom("orders")
    .selectAll()
    .where("channel", "=", "api")
    .where("told_at", "is", null)
    .where("closed_at", "is", null)
    .where("state", "=", "waiting")
    .where("wait_until", "<=", since)
    .where("rented_at", "<=", since)
    .orderBy("placed_at")
    .limit(limit)
    .execute();
  return rows.map(toOrder);
}
