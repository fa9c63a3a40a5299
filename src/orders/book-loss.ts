import type { Tx } from "../db/client.ts";
import type { OrderRow } from "../db/queries/orders.ts";
import { bookProviderLoss } from "../wallet/wallet.ts";

/** Why a provider keeps its money for a number that its buyer does not pay for. */
export type LossReason = "finished upstream without an SMS" | "SMS after the release";

/**
 * Books what a released order's number cost as the operator's loss. Once for each order, whatever the reasons: a
 * provider takes the money for one number once. An order without a number cost nothing.
 */
export async function bookLossOfReleased(
  tx: Tx,
  order: OrderRow,
  reason: LossReason,
  at: Date,
): Promise<void> {
  if (order.provider === null || order.costMicros === null) return;
  const loss = { orderId: order.id, provider: order.provider, amountMicros: order.costMicros };
  await bookProviderLoss(tx, { ...loss, reason, at });
}
