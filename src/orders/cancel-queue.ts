import type { OrderRow } from "../db/queries/orders.ts";

/** True while a cancel that the buyer asked for waits for the provider's lock: it has not been sent, and can be taken back. */
export function isCancelQueued(order: Pick<OrderRow, "cancelOpensAt">, now: Date): boolean {
  return order.cancelOpensAt !== null && order.cancelOpensAt > now;
}
