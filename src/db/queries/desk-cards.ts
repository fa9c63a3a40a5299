import { sql } from "kysely";
import type { Executor } from "../client.ts";

export interface BuyerFacts {
  readonly id: string;
  /** Null: the data is deleted. */
  readonly telegramId: number | null;
  readonly username: string | null;
  readonly firstName: string | null;
  readonly language: string;
  readonly createdAt: Date;
  readonly seenAt: Date | null;
  readonly blockedBotAt: Date | null;
  readonly bannedAt: Date | null;
  readonly banReason: string | null;
  readonly flagReason: string | null;
  readonly orders: number;
  readonly openOrders: number;
  readonly ordersIn30Days: number;
  readonly codesIn30Days: number;
  readonly cancelsIn30Days: number;
  readonly paidInMicros: bigint;
}

export async function selectBuyerFacts(
  db: Executor,
  buyerId: string,
  monthAgo: Date,
): Promise<BuyerFacts | undefined> {
  const { rows } = await sql<Record<keyof BuyerFacts, never>>`
    SELECT b.id, b.telegram_id AS "telegramId", b.username, b.first_name AS "firstName", b.language,
      b.created_at AS "createdAt", b.seen_at AS "seenAt", b.blocked_bot_at AS "blockedBotAt", b.banned_at AS "bannedAt",
      b.ban_reason AS "banReason", b.flag_reason AS "flagReason", o.*,
      (SELECT coalesce(sum(amount_micros), 0)::bigint FROM topup_payments p
        WHERE p.buyer_id = b.id AND p.state = 'credited') AS "paidInMicros"
    FROM buyers b, LATERAL (
      SELECT count(*) AS orders, count(*) FILTER (WHERE closed_at IS NULL) AS "openOrders",
        count(*) FILTER (WHERE rented_at > ${monthAgo} AND closed_at IS NOT NULL) AS "ordersIn30Days",
        count(*) FILTER (WHERE rented_at > ${monthAgo} AND closed_at IS NOT NULL AND received_at IS NOT NULL) AS "codesIn30Days",
        count(*) FILTER (WHERE placed_at > ${monthAgo} AND state = 'cancelled') AS "cancelsIn30Days"
      FROM orders WHERE buyer_id = b.id) AS o
    WHERE b.id = ${buyerId}::uuid`.execute(db);
  const [row] = rows;
  return row && numbered(row);
}

/** Counts and ids of Telegram come as bigint. */
function numbered(row: Record<string, unknown>): BuyerFacts {
  const counts = ["telegramId", "orders", "openOrders", "ordersIn30Days", "codesIn30Days", "cancelsIn30Days"];
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    counts.includes(name) && typeof value === "bigint" ? Number(value) : value,
  ]);
  return Object.fromEntries(entries) as BuyerFacts;
}

export interface OrderLine {
  readonly id: string;
  readonly serviceId: string;
  readonly countryId: string;
  readonly state: string;
  readonly priceMicros: bigint;
  readonly placedAt: Date;
}

export type OrderFilter =
  | { readonly kind: "buyer"; readonly buyerId: string }
  | { readonly kind: "open" | "doubt" | "failed" | "all" };

/** A page of orders, newest first. */
export async function selectOrderLines(
  db: Executor,
  filter: OrderFilter,
  page: { limit: number; offset: number },
): Promise<OrderLine[]> {
  let query = db
    .selectFrom("orders")
    .select([
      "id",
      "service_id as serviceId",
      "country_id as countryId",
      "state",
      "price_micros as priceMicros",
      "placed_at as placedAt",
    ]);
  if (filter.kind === "buyer") query = query.where("buyer_id", "=", filter.buyerId);
  if (filter.kind === "open") query = query.where("closed_at", "is", null);
  if (filter.kind === "doubt") query = query.where("state", "=", "in_doubt");
  if (filter.kind === "failed") query = query.where("state", "=", "failed");
  return await query.orderBy("placed_at", "desc").limit(page.limit).offset(page.offset).execute();
}

export interface LedgerLine {
  readonly kind: string;
  readonly amountMicros: bigint;
  readonly actor: string;
  readonly at: Date;
}

/** What was moved for an order, oldest first; an adjustment that refunds it too. */
export async function selectOrderLedger(db: Executor, orderId: string): Promise<LedgerLine[]> {
  const keys = ["hold", "capture", "release", "late_charge", "provider_cost", "provider_loss"];
  const rows = await db
    .selectFrom("transfers")
    .select(["kind", "amount_micros as amountMicros", "actor", "created_at as at"])
    .where("idempotency_key", "in", [
      ...keys.map((kind) => `${kind}:${orderId}`),
      `adjustment:${orderRefundKey(orderId)}`,
    ])
    .orderBy("id")
    .execute();
  return rows;
}

/** The idempotency key of an order's refund by hand: one an order. */
export function orderRefundKey(orderId: string): string {
  return `order-refund:${orderId}`;
}

export interface Happened {
  readonly what: string;
  readonly detail: string;
  readonly at: Date;
}

/** States, purchase attempts and SMS of an order, oldest first; of an SMS only that it came. */
export async function selectOrderStory(db: Executor, orderId: string): Promise<Happened[]> {
  const { rows } = await sql<{ what: string; detail: string; at: Date }>`
    SELECT * FROM (
      SELECT to_state AS what, cause || CASE WHEN actor IN ('buyer', 'system') THEN '' ELSE ' by ' || actor END AS detail, at
        FROM order_history WHERE order_id = ${orderId}::uuid
      UNION ALL
      SELECT 'tried ' || provider, coalesce(error_kind, outcome, 'no answer yet') || coalesce(' after '
          || round(extract(epoch FROM ended_at - started_at) * 1000)::text || ' ms', ''), started_at
        FROM order_attempts WHERE order_id = ${orderId}::uuid
      UNION ALL
      SELECT 'SMS received', CASE WHEN withheld_at IS NULL THEN '' ELSE 'kept back: after the release' END, received_at
        FROM order_sms WHERE order_id = ${orderId}::uuid) AS story
    ORDER BY at DESC LIMIT 14`.execute(db);
  return rows.toReversed();
}

export interface PaymentFacts {
  readonly id: string;
  readonly gateway: string;
  readonly chargeId: string;
  readonly topupId: string | null;
  readonly buyerId: string | null;
  readonly amountMicros: bigint;
  readonly feeMicros: bigint;
  readonly stars: number | null;
  readonly state: string;
  readonly paidAt: Date;
  readonly stateAt: Date;
  readonly actor: string | null;
  readonly reason: string | null;
}

const paymentColumns = [
  "id",
  "gateway",
  "charge_id as chargeId",
  "topup_id as topupId",
  "buyer_id as buyerId",
  "amount_micros as amountMicros",
  "fee_micros as feeMicros",
  "stars",
  "state",
  "paid_at as paidAt",
  "state_at as stateAt",
  "actor",
  "reason",
] as const;

export async function selectPaymentFacts(db: Executor, id: string): Promise<PaymentFacts | undefined> {
  return await db.selectFrom("topup_payments").select(paymentColumns).where("id", "=", id).executeTakeFirst();
}

export type PaymentFilter =
  | { readonly kind: "buyer"; readonly buyerId: string }
  | { readonly kind: "all" | "manual" | "refunded" | "unassigned" };

/** A page of payments, newest first. */
export async function selectPaymentLines(
  db: Executor,
  filter: PaymentFilter,
  page: { limit: number; offset: number },
): Promise<PaymentFacts[]> {
  let query = db.selectFrom("topup_payments").select(paymentColumns);
  if (filter.kind === "buyer") query = query.where("buyer_id", "=", filter.buyerId);
  if (filter.kind === "manual") query = query.where("gateway", "=", "manual");
  if (filter.kind === "refunded") query = query.where("state", "in", ["refunding", "refunded"]);
  if (filter.kind === "unassigned") query = query.where("state", "=", "unassigned");
  return await query.orderBy("paid_at", "desc").limit(page.limit).offset(page.offset).execute();
}

/** What this person moved by hand since `since`, in either direction. */
export async function sumMovedBy(db: Executor, actor: string, since: Date): Promise<bigint> {
  const row = await db
    .selectFrom("transfers")
    .select(sql<bigint>`coalesce(sum(amount_micros), 0)::bigint`.as("micros"))
    .where("actor", "=", actor)
    .where("actor", "like", "operator:%")
    .where("kind", "in", ["adjustment", "topup_refund", "topup_loss"])
    .where("created_at", ">", since)
    .executeTakeFirstOrThrow();
  return row.micros;
}
