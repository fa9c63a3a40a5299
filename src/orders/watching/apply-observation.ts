import type { Tx } from "../../db/client.ts";
import { selectBalance } from "../../db/queries/ledger.ts";
import { lockOrder, type OrderRow, touchOrder } from "../../db/queries/orders.ts";
import { selectReplacement } from "../../db/queries/swaps.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Observation } from "../../providers/port/provider.ts";
import { bookLossOfReleased, type Ending, lossAtEnd } from "../book-loss.ts";
import { plausibleEnd } from "../buying/assign-number.ts";
import type { OrderDeps } from "../order-deps.ts";
import { watchedStates } from "../state.ts";
import { mayReplace, replaceOrder } from "../swapping/replace.ts";
import { type Move, owe, stateOf, transition } from "../transition.ts";
import { recordSms } from "./record-sms.ts";

export interface Seen {
  readonly orderId: string;
  readonly observation: Observation;
  /** The order's round when the provider was asked. Answers of an earlier round are ignored: they may show an old code as new. */
  readonly round: number;
  readonly cause: string;
  /** The end in `observation` is our clock's; the provider has not confirmed it. */
  readonly isByClock?: boolean;
}

const watched: readonly string[] = watchedStates;

/**
 * Applies what a provider showed of an order: new SMS are stored, then an end is applied, so that an SMS wins over an
 * end in the same answer. An answer that comes too late (the order has ended, or another round has begun) changes
 * nothing. Undefined: nothing was changed.
 */
export async function applyObservation(deps: OrderDeps, seen: Seen): Promise<OrderRow | undefined> {
  const isReplaceable = seen.observation.status === "cancelled" && (await mayReplace(deps, seen.orderId));
  const result = await inTransaction(deps.db, async (tx) => {
    const order = await lockOrder(tx, seen.orderId);
    if (!order || !watched.includes(order.state) || order.round !== seen.round) return undefined;
    return await storeSeen(deps, tx, order, { ...seen, isReplaceable });
  });
  deps.checkpoint("observe/committed");
  if (result) deps.onMessages();
  if (result && isReplaced(result)) await startReplacement(deps, result);
  return result;
}

async function storeSeen(
  deps: OrderDeps,
  tx: Tx,
  order: OrderRow,
  seen: Seen & { readonly isReplaceable: boolean },
): Promise<OrderRow> {
  const at = deps.clock.now();
  const { observation, cause, isReplaceable } = seen;
  let row = order;
  if (observation.sms.length > 0)
    row = await recordSms(tx, order, observation, { at, cause, events: deps.events });
  const expiresAt = plausibleEnd(observation.expiresAt, row.rentedAt ?? row.placedAt);
  if (expiresAt && row.expiresAt && expiresAt.getTime() !== row.expiresAt.getTime()) {
    row = (await touchOrder(tx, { orderId: row.id, from: watched, change: { expiresAt } })) ?? row;
  }
  const ending = endingOf(observation.status, seen.isByClock ?? false);
  if (ending) row = (await endOrder(deps, tx, row, { ending, cause, isReplaceable, at })) ?? row;
  return row;
}

function endingOf(status: Observation["status"], isByClock: boolean): Ending | undefined {
  if (status === "waiting" || status === "received") return undefined;
  return isByClock ? "by_clock" : status;
}

/**
 * Ends an order whose number has ended. Without an SMS the hold is released, and the order is `cancelled` if the buyer
 * had asked for that, `expired` otherwise; if the provider keeps its money, the loss is booked. With an SMS the order
 * is `finished`. `isReplaceable`: if a swap is due, the order that replaces this one may be made.
 */
export async function endOrder(
  deps: Pick<OrderDeps, "providers">,
  tx: Tx,
  row: OrderRow,
  { ending, cause, isReplaceable, at }: { ending: Ending; cause: string; isReplaceable: boolean; at: Date },
): Promise<OrderRow | undefined> {
  const from = stateOf(row);
  const move = { orderId: row.id, from, cause: `${cause}: ${ending}`, actor: "system", at };
  if (from === "received" || from === "waiting_again")
    return await finishAtEnd(tx, { ...move, from, to: "finished" });
  if (from !== "waiting" && from !== "cancelling") return undefined;
  const to = from === "cancelling" ? "cancelled" : "expired";
  const ended = await transition(tx, { ...move, to });
  if (!ended) return undefined;
  // Who cancels watches the card, which says it. Told are those who wait for something else: a code, or a new number.
  const isReplacedNow = isReplaceable && isReplaced(ended) && (await replaceOrder(tx, ended, at));
  if (!isReplacedNow && (to === "expired" || ended.swapDue)) await tellReleased(tx, ended, to, at);
  const chargedAt = deps.providers.get(ended.provider ?? "")?.capabilities.chargedAt ?? "purchase";
  const reason = lossAtEnd(ending, chargedAt);
  if (reason) await bookLossOfReleased(tx, ended, reason, at);
  if (isReplacedNow || !ended.swapDue) return ended;
  // Its card must not speak of a new number.
  return await touchOrder(tx, { orderId: ended.id, from: [to], change: { swapDue: false } });
}

/** received or waiting_again → finished at the number's end: who waited for another code is told that none came. */
export async function finishAtEnd(
  tx: Tx,
  move: Move & { from: "received" | "waiting_again"; to: "finished" },
): Promise<OrderRow | undefined> {
  const row = await transition(tx, move);
  if (row && move.from === "waiting_again") {
    const message = { kind: "no_other_code" as const, orderId: row.id };
    await owe(tx, row, message, move.at, `no_other_code:${row.id}`);
  }
  return row;
}

function isReplaced(row: OrderRow): boolean {
  return row.state === "cancelled" && row.swapDue;
}

async function startReplacement(deps: OrderDeps, old: OrderRow): Promise<void> {
  deps.checkpoint("swap/replaced");
  const replacement = await selectReplacement(deps.db, old.id);
  if (replacement) deps.onReplaced?.(replacement);
}

async function tellReleased(
  tx: Tx,
  row: OrderRow,
  outcome: "cancelled" | "expired",
  at: Date,
): Promise<void> {
  const { availableMicros } = await selectBalance(tx, row.buyerId);
  const message = {
    kind: "order_released" as const,
    orderId: row.id,
    outcome,
    releasedMicros: row.priceMicros.toString(),
    availableMicros: availableMicros.toString(),
  };
  await owe(tx, row, message, at, `order_released:${row.id}`);
}
