import type { ShopErrorCode } from "../core/errors.ts";

/** What a buyer may do. Read it for each use: owners may change it while the shop runs. */
export interface OrderLimits {
  readonly maxOpenOrders: number;
  readonly purchasesPerHour: number;
  readonly cancelsPerHour: number;
  /** For a buyer's first 24 hours. */
  readonly newBuyerOrdersPerDay: number;
}

/** Which of the limits for buyers is reached by so many open orders, and so many bought in the last hour and day. */
export function refusalByCounts(
  limits: OrderLimits,
  counts: { readonly open: number; readonly lastHour: number; readonly lastDay: number },
  isNewBuyer: boolean,
): ShopErrorCode | undefined {
  if (counts.open >= limits.maxOpenOrders) return "too_many_open_orders";
  if (counts.lastHour >= limits.purchasesPerHour) return "too_many_purchases";
  if (isNewBuyer && counts.lastDay >= limits.newBuyerOrdersPerDay) return "new_buyer_limit";
  return undefined;
}
