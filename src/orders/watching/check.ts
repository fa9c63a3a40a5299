import { backoffMs } from "../../core/backoff.ts";
import { addMs } from "../../core/clock.ts";
import { type OrderRow, touchOrder } from "../../db/queries/orders.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Observation, Provider } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import type { OrderDeps } from "../order-deps.ts";
import { watchedStates } from "../state.ts";
import { transition, upstreamIdOf } from "../transition.ts";
import { applyObservation } from "./apply-observation.ts";
import { cancelUpstream } from "./cancel-upstream.ts";
import { giveUp } from "./give-up.ts";
import { isCancelOpen, isGivenUp, isOverdue, OVERDUE_RETRY, priorityOf, scheduled } from "./schedule.ts";

/** The longest wait after failed looks at an order before its end; `checks` counts those in a row. */
const SLOWEST_RETRY_MS = 15_000;

/** "budget_spent": the provider takes no more questions just now, neither about this order nor about others. */
export type Look = "looked" | "budget_spent";

/**
 * One look at one order: asks for its status, then does what the time asks for (a queued cancel that has opened, an end
 * that has passed). After a failure another look is scheduled. An order ends only on the provider's word, with two
 * exceptions: a provider that cannot be asked, and one that has not ended the number an hour after its end.
 */
export async function checkOrder(deps: OrderDeps, provider: Provider, order: OrderRow): Promise<Look> {
  const askedAt = deps.clock.now();
  try {
    if (!provider.capabilities.poll) {
      await endByClock(deps, provider, order, askedAt);
      return "looked";
    }
    const observation = await ask(deps, provider, order, askedAt);
    deps.checkpoint("check/answered");
    await actOn(deps, provider, order, { observation, askedAt });
    return "looked";
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return await checkFailed(deps, provider, order, error);
  }
}

/** Asks for the order's status. It counts as a look also when no answer came: the request was spent. */
async function ask(deps: OrderDeps, provider: Provider, order: OrderRow, now: Date): Promise<Observation> {
  const kind = order.state === "received" ? "delivered" : "check";
  try {
    const observation = await provider.check(upstreamIdOf(order), { priority: priorityOf(order, now) });
    deps.events?.looked(provider.name, kind);
    return observation;
  } catch (error) {
    if (!(error instanceof ProviderError) || error.wasAsked) deps.events?.looked(provider.name, kind);
    throw error;
  }
}

/** Applies what a provider showed of an order and schedules the next look. Undefined: nothing was changed. */
export async function applyAnswer(
  deps: OrderDeps,
  provider: Provider,
  order: OrderRow,
  observation: Observation,
): Promise<OrderRow | undefined> {
  return await applyObservation(deps, {
    orderId: order.id,
    observation,
    round: order.round,
    cause: "provider",
    schedule: (current) => scheduled(current, provider.capabilities, deps.clock.now()),
  });
}

/**
 * Applies the answer to a check of this one order, then does what the time asks for. An answer may take long: only a
 * question that was asked after a number's end (`askedAt`) tells that no further SMS came before that end.
 */
export async function actOn(
  deps: OrderDeps,
  provider: Provider,
  order: OrderRow,
  { observation, askedAt }: { observation: Observation; askedAt: Date },
): Promise<void> {
  const row = await applyAnswer(deps, provider, order, observation);
  if (!row) return;
  const now = deps.clock.now();
  if (isHeld(row) && isGivenUp(row, now))
    return await giveUp(deps, row, "open upstream an hour past its end");
  if (row.state === "waiting" && isOverdue(row, now)) return await cancelUpstream(deps, provider, row);
  if (row.state === "cancelling" && (isCancelOpen(row, now) || isOverdue(row, now)))
    return await cancelUpstream(deps, provider, row);
  if ((row.state === "received" || row.state === "waiting_again") && isOverdue(row, askedAt))
    await finishByClock(deps, provider, row);
}

/** For a provider that cannot be asked: its SMS come by webhook, and the order ends by our clock. */
async function endByClock(deps: OrderDeps, provider: Provider, order: OrderRow, now: Date): Promise<void> {
  const status = isOverdue(order, now) ? "expired" : "waiting";
  await applyObservation(deps, {
    orderId: order.id,
    observation: { status, sms: [] },
    isByClock: true,
    round: order.round,
    cause: "clock",
    schedule: (row) => scheduled(row, provider.capabilities, now),
  });
}

/** received or waiting_again → finished, because the number has run out. */
async function finishByClock(deps: OrderDeps, provider: Provider, order: OrderRow): Promise<void> {
  const { finish } = provider.capabilities;
  await inTransaction(deps.db, (tx) =>
    transition(tx, {
      orderId: order.id,
      from: order.state === "received" ? "received" : "waiting_again",
      to: "finished",
      cause: "end of the number",
      actor: "system",
      at: deps.clock.now(),
      change: { finishDue: finish, nextCheckAt: finish ? deps.clock.now() : null },
    }),
  );
  deps.checkpoint("check/ended-by-clock");
  deps.onMessages();
}

/** Schedules another look after a failed one; only an hour of failures past the end ends the order. */
async function checkFailed(
  deps: OrderDeps,
  provider: Provider,
  order: OrderRow,
  error: ProviderError,
): Promise<Look> {
  // The provider was not asked: the order keeps its time, and so its place in front of those that came later.
  if (!error.wasAsked) return "budget_spent";
  const now = deps.clock.now();
  deps.logger.debug({ orderId: order.id, provider: provider.name, kind: error.kind }, "check failed");
  const isPastEnd = isOverdue(order, now);
  if (error.kind === "unknown_order" && isPastEnd) {
    await giveUp(deps, order, "unknown upstream past its end", "expired");
    return "looked";
  }
  if (isGivenUp(order, now)) {
    await giveUp(deps, order, "provider silent for an hour past the end");
    return "looked";
  }
  const checks = order.checks + 1;
  const retry = isPastEnd
    ? OVERDUE_RETRY
    : { baseMs: provider.capabilities.pollIntervalMs, maxMs: SLOWEST_RETRY_MS };
  const delayMs = error.retryAfterMs ?? backoffMs(checks, retry);
  const change = { checks, nextCheckAt: addMs(now, delayMs) };
  await touchOrder(deps.db, { orderId: order.id, from: watchedStates, change });
  // The provider refused because we ask too often: the next step begins with the orders that have waited longest.
  return error.kind === "rate_limited" ? "budget_spent" : "looked";
}

function isHeld(order: OrderRow): boolean {
  return order.state === "waiting" || order.state === "cancelling";
}
