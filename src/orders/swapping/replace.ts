import { newId } from "../../core/ids.ts";
import type { Tx } from "../../db/client.ts";
import { isBanned } from "../../db/queries/buyers.ts";
import { selectBalance } from "../../db/queries/ledger.ts";
import { insertOrder } from "../../db/queries/order-moves.ts";
import { type OrderRow, selectOrder } from "../../db/queries/orders.ts";
import { nobody } from "../../db/queries/outbox.ts";
import { isPaused } from "../../db/queries/switches.ts";
import { hold } from "../../wallet/wallet.ts";
import type { OrderDeps } from "../order-deps.ts";

/**
 * Whether this order's end may make another one, as far as that is known without its lock: its swap is due, and the product
 * is still sold.
 */
export async function mayReplace(deps: Pick<OrderDeps, "db" | "catalog">, orderId: string): Promise<boolean> {
  const order = await selectOrder(deps.db, orderId);
  if (!order?.swapDue) return false;
  return (await deps.catalog.refusal(order)) === undefined;
}

/**
 * Makes the order that replaces a cancelled one whose number the app refused: same product, same price, same ceiling. The
 * caller's transaction has just released the old order's money, and this holds it again, so that at every commit one order
 * holds it, and each order has one hold and one end. The new number comes as a card of its own. False: the money stays
 * released, because a debt has taken of it, the buyer may not buy any more, or nothing is sold now.
 */
export async function replaceOrder(tx: Tx, old: OrderRow, at: Date): Promise<boolean> {
  const { buyerId, serviceId, countryId, priceMicros, costCeilingMicros, chatId } = old;
  if (chatId === nobody || (await isBanned(tx, buyerId))) return false;
  // Once more: sales may have been paused while the order's row was waited for.
  if (await isPaused(tx, "sales", at)) return false;
  const { availableMicros } = await selectBalance(tx, buyerId);
  if (availableMicros < priceMicros) return false;
  const id = newId();
  const order = { id, buyerId, serviceId, countryId, priceMicros, costCeilingMicros, chatId, at };
  // No quote was made for it: the buyer agreed to the old order's.
  const agreement = { quoteId: newId(), cardMessageId: null, replaces: old.id };
  const news = { cause: `replaces ${old.id}`, actor: "system" };
  if (!(await insertOrder(tx, { ...order, ...agreement }, news))) return false;
  const reason = `${serviceId}/${countryId}`;
  await hold(tx, { orderId: id, buyerId, amountMicros: priceMicros, actor: "buyer", reason, at });
  return true;
}
