import type { WatchedOrder } from "../../../../src/orders/watching/policy/watched.ts";

/** An order that waits for its first code since the beginning of time. */
export function watched(change: Partial<WatchedOrder> = {}): WatchedOrder {
  return {
    id: "o",
    serviceId: "wa",
    state: "waiting",
    expiresAt: null,
    cancelOpensAt: null,
    waitingSinceMs: 0,
    lookedAtMs: 0,
    notBeforeMs: 0,
    isHinted: false,
    isUnlisted: false,
    lacksText: false,
    isInHand: false,
    ...change,
  };
}
