import { backoffMs } from "../../../core/backoff.ts";
import type { Capabilities, Priority } from "../../../providers/port/provider.ts";
import type { WatchedOrder, WatchedTimes } from "./watched.ts";

/** After its first SMS an order is looked at at most this often: some providers send more SMS without being asked. */
const DELIVERED_INTERVAL_MS = 30_000;
/** A number without an SMS for a while is looked at less often: at most at every second interval, but no slower than this. */
const CALM_INTERVAL_MS = 15_000;
/** For so long a number may be looked at most often: most codes come in the first minutes. */
const EAGER_MS = 4 * 60 * 1000;
/** If a provider has not confirmed a number's end so long after it, the order ends without its word. */
export const GIVE_UP_AFTER_EXPIRY_MS = 60 * 60 * 1000;
/** Looks at an order past its end: the provider should confirm the end, and some never do. */
export const OVERDUE_RETRY = { baseMs: 5_000, maxMs: 2 * 60 * 1000 };
/** Looks at an order whose cancel is open and has not been decided. */
const CANCEL_RETRY = { baseMs: 1_000, maxMs: 5_000 };
/** So many looks for a buyer's cancel are urgent; if they decide nothing, they are nobody's tap any more. */
const URGENT_LOOKS = 3;

/** True once the number's end has passed. */
export function isOverdue(order: Pick<WatchedTimes, "expiresAt">, now: Date): boolean {
  return order.expiresAt !== null && order.expiresAt.getTime() <= now.getTime();
}

/** True if the order's end is so long ago that no better answer will come. */
export function isGivenUp(order: Pick<WatchedTimes, "expiresAt">, now: Date): boolean {
  return order.expiresAt !== null && order.expiresAt.getTime() + GIVE_UP_AFTER_EXPIRY_MS < now.getTime();
}

/** True where the provider accepts a cancel now, as far as we know. */
export function isCancelOpen(order: Pick<WatchedTimes, "cancelOpensAt">, now: Date): boolean {
  return order.cancelOpensAt === null || order.cancelOpensAt.getTime() <= now.getTime();
}

/** True if a look now is for a decision that the time asks for: the number has ended, or a buyer's cancel is open. */
export function isDecisionDue(order: WatchedTimes, now: Date): boolean {
  return isOverdue(order, now) || (order.state === "cancelling" && isCancelOpen(order, now));
}

/**
 * A cancel that a buyer asked for goes before polls at first; all other looks, also those past the end, are polls. `looks`:
 * how many looks for this decision there were.
 */
export function priorityOf(order: WatchedTimes & { readonly looks?: number }, now: Date): Priority {
  const isUrgent =
    order.state === "cancelling" && !isOverdue(order, now) && (order.looks ?? 0) <= URGENT_LOOKS;
  return isUrgent ? "tap" : "poll";
}

/**
 * When to look again for a decision that `looks` looks have not brought: after longer and longer waits, and for the last time
 * when the order is given up, not later. Milliseconds since 1970.
 */
export function nextDecisionMs(order: WatchedTimes, looks: number, now: Date): number {
  const isOver = isOverdue(order, now);
  const nextMs = now.getTime() + backoffMs(looks, isOver ? OVERDUE_RETRY : CANCEL_RETRY, () => 1);
  const endMs = order.expiresAt?.getTime();
  const lastMs = endMs !== undefined && endMs + (isOver ? GIVE_UP_AFTER_EXPIRY_MS + 1 : 0);
  return lastMs !== false && lastMs > now.getTime() ? Math.min(lastMs, nextMs) : nextMs;
}

/** The shortest time between two looks at an order that waits for a code, or that has one. */
export function shortestIntervalMs(
  order: WatchedOrder,
  { pollIntervalMs }: Capabilities,
  nowMs: number,
): number {
  if (order.state === "received") return Math.max(DELIVERED_INTERVAL_MS, pollIntervalMs);
  // From when the present wait began: after another code was asked for, one is likely however old the number is.
  if (nowMs - order.waitingSinceMs <= EAGER_MS) return pollIntervalMs;
  return Math.max(pollIntervalMs, Math.min(pollIntervalMs * 2, CALM_INTERVAL_MS));
}
