import { addMs } from "../../core/clock.ts";
import type { OrderChange, OrderRow } from "../../db/queries/orders.ts";
import type { Capabilities } from "../../providers/port/provider.ts";

/** After its first SMS an order is looked at this often: some providers send more SMS without being asked. */
const RECEIVED_INTERVAL_MS = 30_000;
/** A number without an SMS for a while is looked at less often, but at least this often. */
const SLOWEST_INTERVAL_MS = 15_000;
/** For so long a number is looked at most often: most codes come in the first minutes. */
const EAGER_MS = 4 * 60 * 1000;
/** An order past its end is looked at this often, until the provider confirms the end. */
const OVERDUE_INTERVAL_MS = 5_000;

/**
 * When an order is due for its next look: often while a code is likely, less often later, exactly at its end, and
 * when a queued cancel opens.
 */
function nextCheckAt(row: OrderRow, capabilities: Capabilities, now: Date): Date {
  const { expiresAt } = row;
  if (expiresAt && expiresAt <= now) return addMs(now, OVERDUE_INTERVAL_MS);
  const moments = [expiresAt, capabilities.poll ? addMs(now, intervalMs(row, capabilities, now)) : null];
  if (row.state === "cancelling") moments.push(latest(row.cancelOpensAt, now));
  const due = moments.filter((moment) => moment !== null).map((moment) => moment.getTime());
  return due.length > 0 ? new Date(Math.min(...due)) : addMs(now, SLOWEST_INTERVAL_MS);
}

function latest(opensAt: Date | null, now: Date): Date {
  return opensAt && opensAt > now ? opensAt : addMs(now, 1_000);
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

/** The columns that schedule the next look after a successful one. */
export function scheduled(row: OrderRow, capabilities: Capabilities, now: Date): OrderChange {
  return { nextCheckAt: nextCheckAt(row, capabilities, now), checks: 0 };
}
