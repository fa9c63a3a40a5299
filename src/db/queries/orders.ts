import { type Selectable, sql } from "kysely";
import type { Executor } from "../client.ts";
import type { Orders as OrdersTable } from "../schema.ts";

/** A row of `orders`. */
export interface OrderRow {
  readonly id: string;
  readonly buyerId: string;
  readonly quoteId: string;
  readonly serviceId: string;
  readonly countryId: string;
  readonly state: string;
  readonly version: number;
  readonly priceMicros: bigint;
  readonly costCeilingMicros: bigint;
  readonly provider: string | null;
  readonly serviceCode: string | null;
  readonly countryCode: string | null;
  readonly upstreamId: string | null;
  readonly phone: string | null;
  readonly costMicros: bigint | null;
  readonly canAnother: boolean;
  readonly round: number;
  readonly failure: string | null;
  readonly placedAt: Date;
  readonly rentedAt: Date | null;
  readonly cancelOpensAt: Date | null;
  readonly cancelRequestedAt: Date | null;
  readonly receivedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly closedAt: Date | null;
  readonly nextCheckAt: Date | null;
  readonly checks: number;
  readonly finishDue: boolean;
  readonly chatId: number;
  readonly cardMessageId: number | null;
  /** When the buyer said that the app refused the number. */
  readonly appRefusedAt: Date | null;
  /** The cancel under way is for a swap. */
  readonly swapDue: boolean;
  /** The order whose number this one's replaces. */
  readonly replaces: string | null;
  /** From then on the wait is slower than usual; null: not known. */
  readonly slowAt: Date | null;
  /** Where it was bought: in the chat, or by a reseller's key. */
  readonly channel: string;
  /** By a key: when its client was told the number; null: nobody knows of it. */
  readonly toldAt: Date | null;
  /** By a key: until then a request waits for the number. */
  readonly waitUntil: Date | null;
}

/** For the other queries of this table. */
export function toOrder(row: Selectable<OrdersTable>): OrderRow {
  return {
    id: row.id,
    buyerId: row.buyer_id,
    quoteId: row.quote_id,
    serviceId: row.service_id,
    countryId: row.country_id,
    state: row.state,
    version: row.version,
    priceMicros: row.price_micros,
    costCeilingMicros: row.cost_ceiling_micros,
    provider: row.provider,
    serviceCode: row.service_code,
    countryCode: row.country_code,
    upstreamId: row.upstream_id,
    phone: row.phone,
    costMicros: row.cost_micros,
    canAnother: row.can_another,
    round: row.round,
    failure: row.failure,
    placedAt: row.placed_at,
    rentedAt: row.rented_at,
    cancelOpensAt: row.cancel_opens_at,
    cancelRequestedAt: row.cancel_requested_at,
    receivedAt: row.received_at,
    expiresAt: row.expires_at,
    closedAt: row.closed_at,
    nextCheckAt: row.next_check_at,
    checks: row.checks,
    finishDue: row.finish_due,
    chatId: Number(row.chat_id),
    cardMessageId: row.card_message_id === null ? null : Number(row.card_message_id),
    appRefusedAt: row.app_refused_at,
    swapDue: row.swap_due,
    replaces: row.replaces,
    slowAt: row.slow_at,
    channel: row.channel,
    toldAt: row.told_at,
    waitUntil: row.wait_until,
  };
}

export async function selectOrder(db: Executor, orderId: string): Promise<OrderRow | undefined> {
  const row = await db.selectFrom("orders").selectAll().where("id", "=", orderId).executeTakeFirst();
  return row && toOrder(row);
}

/** Locks the row until the transaction ends, so that only one transaction at a time decides about an order. */
export async function lockOrder(db: Executor, orderId: string): Promise<OrderRow | undefined> {
  const row = await db
    .selectFrom("orders")
    .selectAll()
    .where("id", "=", orderId)
    .forUpdate()
    .executeTakeFirst();
  return row && toOrder(row);
}

export async function selectOrderByQuote(db: Executor, quoteId: string): Promise<OrderRow | undefined> {
  const row = await db.selectFrom("orders").selectAll().where("quote_id", "=", quoteId).executeTakeFirst();
  return row && toOrder(row);
}

/** The order with this upstream id: the open one, else the newest, since a provider may use an id again. */
export async function selectOrderByUpstream(
  db: Executor,
  provider: string,
  upstreamId: string,
): Promise<OrderRow | undefined> {
  const row = await db
    .selectFrom("orders")
    .selectAll()
    .where("provider", "=", provider)
    .where("upstream_id", "=", upstreamId)
    .orderBy(sql`closed_at IS NOT NULL`)
    .orderBy("rented_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && toOrder(row);
}

/** The newest order with this number at this provider; open orders come first. */
export async function selectOrderByPhone(
  db: Executor,
  provider: string,
  phone: string,
  rentedSince: Date,
): Promise<OrderRow | undefined> {
  const row = await db
    .selectFrom("orders")
    .selectAll()
    .where("provider", "=", provider)
    .where("phone", "=", phone)
    .where("rented_at", ">=", rentedSince)
    .orderBy(sql`closed_at IS NOT NULL`)
    .orderBy("rented_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row && toOrder(row);
}

/** What a change of state may write besides the state. Absent fields stay as they are. */
export interface OrderChange {
  readonly provider?: string;
  readonly serviceCode?: string | null;
  readonly countryCode?: string;
  readonly operator?: string | null;
  readonly upstreamId?: string;
  readonly phone?: string;
  readonly costMicros?: bigint;
  readonly canAnother?: boolean;
  readonly round?: number;
  readonly failure?: string;
  readonly rentedAt?: Date;
  readonly cancelOpensAt?: Date;
  readonly cancelRequestedAt?: Date | null;
  readonly receivedAt?: Date;
  readonly expiresAt?: Date;
  readonly closedAt?: Date;
  readonly nextCheckAt?: Date | null;
  readonly hintedAt?: Date;
  readonly checks?: number;
  readonly finishDue?: boolean;
  readonly appRefusedAt?: Date;
  readonly swapDue?: boolean;
  readonly slowAt?: Date | null;
  readonly cardDueAt?: Date | null;
}

/** For the other queries of this table. */
export function toColumns(change: OrderChange) {
  return {
    ...(change.provider !== undefined && { provider: change.provider }),
    ...(change.serviceCode !== undefined && { service_code: change.serviceCode }),
    ...(change.countryCode !== undefined && { country_code: change.countryCode }),
    ...(change.operator !== undefined && { operator: change.operator }),
    ...(change.upstreamId !== undefined && { upstream_id: change.upstreamId }),
    ...(change.phone !== undefined && { phone: change.phone }),
    ...(change.costMicros !== undefined && { cost_micros: change.costMicros }),
    ...(change.canAnother !== undefined && { can_another: change.canAnother }),
    ...(change.round !== undefined && { round: change.round }),
    ...(change.failure !== undefined && { failure: change.failure }),
    ...(change.rentedAt !== undefined && { rented_at: change.rentedAt }),
    ...(change.cancelOpensAt !== undefined && { cancel_opens_at: change.cancelOpensAt }),
    ...(change.cancelRequestedAt !== undefined && { cancel_requested_at: change.cancelRequestedAt }),
    ...(change.receivedAt !== undefined && { received_at: change.receivedAt }),
    ...(change.expiresAt !== undefined && { expires_at: change.expiresAt }),
    ...(change.closedAt !== undefined && { closed_at: change.closedAt }),
    ...(change.nextCheckAt !== undefined && { next_check_at: change.nextCheckAt }),
    ...(change.hintedAt !== undefined && { hinted_at: change.hintedAt }),
    ...(change.checks !== undefined && { checks: change.checks }),
    ...(change.finishDue !== undefined && { finish_due: change.finishDue }),
    ...(change.appRefusedAt !== undefined && { app_refused_at: change.appRefusedAt }),
    ...(change.swapDue !== undefined && { swap_due: change.swapDue }),
    ...(change.slowAt !== undefined && { slow_at: change.slowAt }),
    ...(change.cardDueAt !== undefined && { card_due_at: change.cardDueAt }),
  };
}

/**
 * Writes without a change of state (another SMS, the schedule of checks). `isNews`: the buyer's card shows the
 * difference, so the version goes up. Undefined: the order is no longer in `from`.
 */
export async function touchOrder(
  db: Executor,
  touch: { orderId: string; from: readonly string[]; change: OrderChange; isNews?: boolean },
): Promise<OrderRow | undefined> {
  const row = await db
    .updateTable("orders")
    .set({ ...toColumns(touch.change), version: touch.isNews ? sql`version + 1` : sql`version` })
    .where("id", "=", touch.orderId)
    .where("state", "in", touch.from)
    .returningAll()
    .executeTakeFirst();
  return row && toOrder(row);
}
