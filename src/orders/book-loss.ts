import type { Tx } from "../db/client.ts";
import type { OrderRow } from "../db/queries/orders.ts";
import type { Capabilities } from "../providers/port/provider.ts";
import { bookProviderLoss } from "../wallet/wallet.ts";

/** How a number ended: by its provider's word, or by our clock, because the provider has not said anything. */
export type Ending = "cancelled" | "expired" | "finished" | "by_clock";

/** Why a provider keeps its money for a number that its buyer does not pay for. */
export type LossReason =
  | "finished upstream without an SMS"
  | "charged at the purchase, and no word of a refund"
  | "SMS after the release"
  | "SMS to a number that nobody was told";

/**
 * Whether the provider keeps its money for a number that ended without an SMS. A provider pays a number back that it
 * calls cancelled or expired. "Finished" means that there was an SMS which we did not see. Where only our clock ended
 * the number, the provider keeps what it has taken already.
 */
export function lossAtEnd(
  ending: Ending,
  chargedAt: Capabilities["chargedAt"],
): Exclude<LossReason, `SMS ${string}`> | undefined {
  if (ending === "finished") return "finished upstream without an SMS";
  if (ending === "by_clock" && chargedAt === "purchase")
    return "charged at the purchase, and no word of a refund";
  return undefined;
}

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
