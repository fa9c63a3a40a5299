import { backoffMs } from "../../core/backoff.ts";
import { addMs } from "../../core/clock.ts";
import type { OrderChange, OrderRow } from "../../db/queries/orders.ts";
import type { Capabilities, Priority } from "../../providers/port/provider.ts";

/** After its first SMS an order is looked at this often: some providers send more SMS without being asked. */
const RECEIVED_INTERVAL_MS = 30_000;
/** A number without an SMS for a while is looked at less often, but at least this often. */
const SLOWEST_INTERVAL_MS = 15_000;
/** For so long a number is looked at most often: most codes come in the first minutes. */
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
export function isOverdue(order: OrderRow, now: Date): boolean {
  return order.expiresAt !== null && order.expiresAt <= now;
}

/** True if the order's end is so long ago that no better answer will come. */
export function isGivenUp(order: OrderRow, now: Date): boolean {
  return order.expiresAt !== null && addMs(order.expiresAt, GIVE_UP_AFTER_EXPIRY_MS) < now;
}

/** True where the provider accepts a cancel now, as far as we know. */
export function isCancelOpen(order: OrderRow, now: Date): boolean {
  return order.cancelOpensAt === null || order.cancelOpensAt <= now;
}

/** A cancel that a buyer asked for goes before polls at first; all other looks, also those past the end, are polls. */
export function priorityOf(order: OrderRow, now: Date): Priority {
  const isUrgent = order.state === "cancelling" && !isOverdue(order, now) && order.checks <= URGENT_LOOKS;
  return isUrgent ? "tap" : "poll";
}

/**
 * When an order is due for its next look: often while a code is likely, less often later, exactly at its end, and
 * when a queued cancel opens.
 */
function nextCheckAt(row: OrderRow, capabilities: Capabilities, now: Date): Date {
  const moments = [row.expiresAt, capabilities.poll ? addMs(now, intervalMs(row, capabilities, now)) : null];
  if (row.state === "cancelling") moments.push(row.cancelOpensAt);
  return earliest(moments) ?? addMs(now, SLOWEST_INTERVAL_MS);
}

function earliest(moments: readonly (Date | null)[]): Date | undefined {
  const known = moments.filter((moment) => moment !== null).map((moment) => moment.getTime());
  return known.length > 0 ? new Date(Math.min(...known)) : undefined;
}

function intervalMs(row: OrderRow, capabilities: Capabilities, now: Date): number {
  const { pollIntervalMs } = capabilities;
  if (row.state === "received") return Math.max(RECEIVED_INTERVAL_MS, pollIntervalMs);
  const waitingSince = row.rentedAt ?? row.placedAt;
  const waitedMs = now.getTime() - waitingSince.getTime();
  // waiting_again: another code was just asked for, so one is likely, however old the number is.
  if (row.state === "waiting_again" || waitedMs <= EAGER_MS) return pollIntervalMs;
  return Math.max(pollIntervalMs, Math.min(pollIntervalMs * 2, SLOWEST_INTERVAL_MS));
}

/**
 * The columns that schedule the next look after a successful one. An order that should be over by now (its end has
 * passed, or its cancel is open) is looked at after longer and longer waits; `checks` counts these looks.
 */
export function scheduled(row: OrderRow, capabilities: Capabilities, now: Date): OrderChange {
  const isOver = isOverdue(row, now);
  const isCancelling = row.state === "cancelling" && isCancelOpen(row, now);
  if (!isOver && !isCancelling) return { nextCheckAt: nextCheckAt(row, capabilities, now), checks: 0 };
  const checks = row.checks + 1;
  const next = addMs(
    now,
    backoffMs(checks, isOver ? OVERDUE_RETRY : CANCEL_RETRY, () => 1),
  );
  // The last look comes when the order is given up, not later.
  const lastAt = row.expiresAt && addMs(row.expiresAt, isOver ? GIVE_UP_AFTER_EXPIRY_MS + 1 : 0);
  const isLastAhead = lastAt !== null && lastAt > now;
  return { nextCheckAt: isLastAhead && lastAt < next ? lastAt : next, checks };
}
