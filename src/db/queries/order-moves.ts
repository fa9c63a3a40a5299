import { type OperationNodeSource, type Selectable, sql } from "kysely";
import type { Executor } from "../client.ts";
import type { Orders as OrdersTable } from "../schema.ts";
import { type OrderChange, type OrderRow, toColumns, toOrder } from "./orders.ts";
import { nobody } from "./outbox.ts";

export interface NewOrder {
  readonly id: string;
  readonly buyerId: string;
  readonly quoteId: string;
  readonly serviceId: string;
  readonly countryId: string;
  readonly priceMicros: bigint;
  readonly costCeilingMicros: bigint;
  readonly chatId: number;
  readonly cardMessageId: number | null;
  /** The order whose number this one's replaces. */
  readonly replaces?: string;
  /** Bought by a reseller's key. */
  readonly byKey?: {
    readonly keyId: string;
    /** The order's number in the API. */
    readonly number: number;
    readonly waitUntil: Date;
    readonly clientOrderId: string | null;
  };
  readonly at: Date;
}

/**
 * Makes the order in `placing`, the first row of its history, and the card that is owed to the buyer, in one statement.
 * Orders by a key have no cards.
 * False, and nothing is stored: the quote has an order already.
 */
export async function insertOrder(
  db: Executor,
  order: NewOrder,
  history: { readonly cause: string; readonly actor: string },
): Promise<boolean> {
  const made = db
    .insertInto("orders")
    .values({
      id: order.id,
      buyer_id: order.buyerId,
      quote_id: order.quoteId,
      service_id: order.serviceId,
      country_id: order.countryId,
      state: "placing",
      price_micros: order.priceMicros,
      cost_ceiling_micros: order.costCeilingMicros,
      placed_at: order.at,
      chat_id: BigInt(order.chatId),
      card_message_id: order.cardMessageId === null ? null : BigInt(order.cardMessageId),
      replaces: order.replaces ?? null,
      ...(order.byKey && {
        channel: "api",
        api_key_id: order.byKey.keyId,
        api_number: order.byKey.number,
        wait_until: order.byKey.waitUntil,
        client_order_id: order.byKey.clientOrderId,
      }),
    })
    .onConflict((conflict) => conflict.column("quote_id").doNothing())
    .returningAll();
  const row = await withNews(db, made, { ...history, from: null, at: order.at });
  return row !== undefined;
}

/**
 * The conditional UPDATE that decides every race, with its row of history and the owed update of the card, in one statement.
 * Undefined, and nothing is stored: the order is no longer in `from`.
 */
export async function moveOrder(
  db: Executor,
  move: {
    readonly orderId: string;
    readonly from: string;
    readonly to: string;
    readonly change: OrderChange;
    readonly cause: string;
    readonly actor: string;
    readonly at: Date;
  },
): Promise<OrderRow | undefined> {
  const moved = db
    .updateTable("orders")
    .set({ ...toColumns(move.change), state: move.to, version: sql`version + 1` })
    .where("id", "=", move.orderId)
    .where("state", "=", move.from)
    .returningAll();
  return await withNews(db, moved, move);
}

/** Runs a statement that returns an order's row, and with it writes the history and owes the buyer the card. */
async function withNews(
  db: Executor,
  statement: OperationNodeSource,
  news: { readonly from: string | null; readonly cause: string; readonly actor: string; readonly at: Date },
): Promise<OrderRow | undefined> {
  const result = await sql<Selectable<OrdersTable>>`
    WITH changed AS (${statement}), history AS (
      INSERT INTO order_history (order_id, version, from_state, to_state, cause, actor, at)
      SELECT id, version, ${news.from}, state, ${news.cause}, ${news.actor}, ${news.at}::timestamptz FROM changed
    ), card AS (
      INSERT INTO outbox (dedupe_key, chat_id, buyer_id, kind, payload, created_at, next_attempt_at)
      SELECT 'order_card:' || id || ':' || version, chat_id, buyer_id, 'order_card',
             jsonb_build_object('kind', 'order_card', 'orderId', id), ${news.at}::timestamptz, ${news.at}::timestamptz
      FROM changed WHERE chat_id <> ${nobody}::bigint AND channel = 'chat'
      ON CONFLICT (dedupe_key) DO NOTHING
    )
    SELECT * FROM changed`.execute(db);
  const [row] = result.rows;
  return row && toOrder(row);
}
