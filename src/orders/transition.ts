import { ImpossibleError } from "../core/errors.ts";
import type { OutboxMessage } from "../core/messages.ts";
import type { Tx } from "../db/client.ts";
import { moveOrder } from "../db/queries/order-moves.ts";
import type { OrderChange, OrderRow } from "../db/queries/orders.ts";
import { enqueue } from "../db/queries/outbox.ts";
import { oweCall } from "../db/queries/webhooks.ts";
import { bookProviderCost, capture, release } from "../wallet/wallet.ts";
import { canMove, heldStates, isEnded, type OrderState, orderStates } from "./state.ts";

export interface Move {
  readonly orderId: string;
  readonly from: OrderState;
  readonly to: OrderState;
  /** Why, in a word or two, for the history: "sms", "provider: expired", "buyer". */
  readonly cause: string;
  /** "buyer", "system" or "operator:<telegram id>". */
  readonly actor: string;
  readonly at: Date;
  readonly change?: OrderChange;
}

const held: readonly OrderState[] = heldStates;

/** The state of a row as a type; a CHECK of the database allows no other values. */
export function stateOf(row: OrderRow): OrderState {
  const state = orderStates.find((name) => name === row.state);
  if (!state) throw new ImpossibleError(`order ${row.id} is in an unknown state`);
  return state;
}

/** The provider's id of a rented order. */
export function upstreamIdOf(order: Pick<OrderRow, "id" | "upstreamId">): string {
  if (order.upstreamId === null) throw new ImpossibleError(`order ${order.id} has no number`);
  return order.upstreamId;
}

/**
 * The only way an order changes state: conditional UPDATE on the expected state, history row, ledger transfer and
 * the card's update, in the caller's transaction. Undefined: the order is not in `from` any more, nothing was done.
 */
export async function transition(tx: Tx, move: Move): Promise<OrderRow | undefined> {
  if (!canMove(move.from, move.to))
    throw new ImpossibleError(`no order moves from ${move.from} to ${move.to}`);
  // Every move is news for the watcher, on whichever replica it runs.
  const change = isEnded(move.to)
    ? { closedAt: move.at, nextCheckAt: null, ...move.change }
    : { nextCheckAt: move.at, ...move.change };
  const row = await moveOrder(tx, { ...move, change });
  if (row) await moveMoney(tx, move, row);
  if (row?.channel === "api" && isEnded(move.to)) await oweCall(tx, row.id, null, move.at);
  return row;
}

/** Takes the held money with the first SMS, and gives it back if the order ends without one. Other moves move no money. */
async function moveMoney(tx: Tx, move: Move, row: OrderRow): Promise<void> {
  if (!held.includes(move.from) || held.includes(move.to)) return;
  const money = {
    orderId: row.id,
    buyerId: row.buyerId,
    amountMicros: row.priceMicros,
    actor: move.actor,
    reason: move.cause,
    at: move.at,
  };
  if (isEnded(move.to)) {
    await release(tx, money);
    return;
  }
  await capture(tx, money);
  if (row.provider !== null && row.costMicros !== null) {
    const { provider, costMicros: amountMicros } = row;
    await bookProviderCost(tx, { orderId: row.id, provider, amountMicros, reason: "delivered", at: move.at });
  }
}

/** Owes the buyer an update of the order's card; of several, only the newest is sent. */
export async function oweCard(tx: Tx, row: OrderRow, at: Date): Promise<void> {
  await owe(tx, row, { kind: "order_card", orderId: row.id }, at, `order_card:${row.id}:${row.version}`);
}

/** Owes the buyer of this order a message. Who buys by a key reads its state by the API: the chat stays silent. */
export async function owe(
  tx: Tx,
  row: OrderRow,
  message: OutboxMessage,
  at: Date,
  dedupeKey: string,
): Promise<void> {
  if (row.channel === "api") return;
  await enqueue(tx, { chatId: row.chatId, buyerId: row.buyerId, message, dedupeKey, at });
}
