import { backoffMs } from "../../core/backoff.ts";
import { addMs } from "../../core/clock.ts";
import type { OrderChange, OrderRow } from "../../db/queries/orders.ts";
import { touchOrder } from "../../db/queries/orders.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { CancelOutcome, Observation, Provider } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import type { OrderDeps } from "../order-deps.ts";
import { watchedStates } from "../state.ts";
import { owe, transition } from "../transition.ts";
import { applyObservation } from "./apply-observation.ts";
import { scheduled } from "./schedule.ts";

/** When to ask again if the provider says "too early" and not until when. */
const CANCEL_RETRY_MS = 15_000;
/** If a provider has not confirmed a number's end so long after it, the order ends without its word. */
const GIVE_UP_AFTER_EXPIRY_MS = 60 * 60 * 1000;
/** The longest wait after failed looks; `checks` counts those in a row. */
const SLOWEST_RETRY_MS = 15_000;

/** "budget_spent": the provider takes no more questions just now, neither about this order nor about others. */
export type Look = "looked" | "budget_spent";

/**
 * One look at one order: asks for its status, then does what the time asks for (a queued cancel that has opened, an end
 * that has passed). After a failure another look is scheduled. An order ends only on the provider's word, with two
 * exceptions: a provider that cannot be asked, and one that has not ended the number an hour after its end.
 */
export async function checkOrder(deps: OrderDeps, provider: Provider, order: OrderRow): Promise<Look> {
  const now = deps.clock.now();
  try {
    if (!provider.capabilities.poll) {
      await endByClock(deps, provider, order, now);
      return "looked";
    }
    // A cancel that was asked for is a buyer's tap, and its look comes before the others'.
    const priority = order.state === "cancelling" ? "tap" : "poll";
    const observation = await provider.check(upstreamIdOf(order), { priority });
    deps.checkpoint("check/answered");
    await actOn(deps, provider, order, { observation, askedAt: now });
    return "looked";
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return await checkFailed(deps, provider, order, error);
  }
}

/**
 * Applies an observation, then does what the time asks for. An answer may take long: only a question that was asked
 * after a number's end (`askedAt`) tells that no further SMS came before that end.
 */
export async function actOn(
  deps: OrderDeps,
  provider: Provider,
  order: OrderRow,
  { observation, askedAt }: { observation: Observation; askedAt: Date },
): Promise<void> {
  const row = await applyObservation(deps, {
    orderId: order.id,
    observation,
    round: order.round,
    cause: "provider",
    schedule: (current) => scheduled(current, provider.capabilities, deps.clock.now()),
  });
  if (!row) return;
  const now = deps.clock.now();
  const isOverdue = row.expiresAt !== null && row.expiresAt <= now;
  if (isHeld(row) && isGivenUp(row, now))
    return await giveUp(deps, row, "open upstream an hour past its end");
  if (row.state === "waiting" && isOverdue) return await cancelUpstream(deps, provider, row);
  const isCancelOpen = row.cancelOpensAt === null || row.cancelOpensAt <= now;
  if (row.state === "cancelling" && (isCancelOpen || isOverdue))
    return await cancelUpstream(deps, provider, row);
  const wasOverdue = row.expiresAt !== null && row.expiresAt <= askedAt;
  if ((row.state === "received" || row.state === "waiting_again") && wasOverdue)
    await finishByClock(deps, provider, row);
}

/** Asks the upstream to cancel; releases only on its yes. */
async function cancelUpstream(deps: OrderDeps, provider: Provider, order: OrderRow): Promise<void> {
  if (!provider.capabilities.cancel) return;
  const outcome = await provider.cancel(upstreamIdOf(order), { priority: "tap" });
  deps.checkpoint("cancel/answered");
  await applyCancel(deps, provider, order, outcome);
}

async function applyCancel(
  deps: OrderDeps,
  provider: Provider,
  order: OrderRow,
  outcome: CancelOutcome,
): Promise<void> {
  const now = deps.clock.now();
  const reschedule = (row: OrderRow): OrderChange => scheduled(row, provider.capabilities, deps.clock.now());
  switch (outcome.kind) {
    case "cancelled":
      await applyObservation(deps, seen(order, { status: "cancelled", sms: [] }, reschedule));
      return;
    case "has_sms":
      await applyObservation(
        deps,
        seen(order, { status: "received", sms: outcome.sms }, () => ({ nextCheckAt: now })),
      );
      return;
    case "too_early": {
      const cancelOpensAt = addMs(now, outcome.retryAfterMs ?? CANCEL_RETRY_MS);
      // Watched meanwhile: a code may come before.
      const change = { cancelOpensAt, ...reschedule({ ...order, cancelOpensAt }) };
      await touchOrder(deps.db, { orderId: order.id, from: ["waiting", "cancelling"], change });
      return;
    }
    case "refused":
      await cancelRefused(deps, provider, order);
  }
}

function seen(order: OrderRow, observation: Observation, schedule: (row: OrderRow) => OrderChange) {
  return { orderId: order.id, observation, round: order.round, cause: "cancel", schedule };
}

/** The provider will not cancel: its status decides. If the number still waits for its SMS, so does the order again. */
async function cancelRefused(deps: OrderDeps, provider: Provider, order: OrderRow): Promise<void> {
  const observation = await provider.check(upstreamIdOf(order), { priority: "tap" });
  const schedule = (row: OrderRow): OrderChange => scheduled(row, provider.capabilities, deps.clock.now());
  const row = await applyObservation(deps, seen(order, observation, schedule));
  deps.checkpoint("cancel/refused");
  if (row?.state !== "cancelling") return;
  await inTransaction(deps.db, async (tx) => {
    const at = deps.clock.now();
    const back = await transition(tx, {
      orderId: order.id,
      from: "cancelling",
      to: "waiting",
      cause: "cancel refused",
      actor: "system",
      at,
      change: { cancelRequestedAt: null, ...scheduled(row, provider.capabilities, at) },
    });
    if (back)
      await owe(
        tx,
        back,
        { kind: "cancel_refused", orderId: order.id },
        at,
        `cancel_refused:${order.id}:${back.version}`,
      );
  });
  deps.onMessages();
}

/** For a provider that cannot be asked: its SMS come by webhook, and the order ends by our clock. */
async function endByClock(deps: OrderDeps, provider: Provider, order: OrderRow, now: Date): Promise<void> {
  const isOver = order.expiresAt !== null && order.expiresAt <= now;
  const status = isOver ? "expired" : "waiting";
  const schedule = (row: OrderRow): OrderChange => scheduled(row, provider.capabilities, now);
  await applyObservation(deps, {
    orderId: order.id,
    observation: { status, sms: [] },
    round: order.round,
    cause: "clock",
    schedule,
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
  const isPastEnd = order.expiresAt !== null && order.expiresAt < now;
  const hopeless =
    error.kind === "unknown_order" && isPastEnd
      ? "unknown upstream past its end"
      : isGivenUp(order, now) && "provider silent for an hour past the end";
  if (hopeless) {
    await giveUp(deps, order, hopeless);
    return "looked";
  }
  const checks = order.checks + 1;
  const { pollIntervalMs } = provider.capabilities;
  const delayMs =
    error.retryAfterMs ?? backoffMs(checks, { baseMs: pollIntervalMs, maxMs: SLOWEST_RETRY_MS });
  const change = { checks, nextCheckAt: addMs(now, delayMs) };
  await touchOrder(deps.db, { orderId: order.id, from: watchedStates, change });
  // The provider refused because we ask too often: the next step begins with the orders that have waited longest.
  return error.kind === "rate_limited" ? "budget_spent" : "looked";
}

function isHeld(order: OrderRow): boolean {
  return order.state === "waiting" || order.state === "cancelling";
}

function isGivenUp(order: OrderRow, now: Date): boolean {
  return order.expiresAt !== null && addMs(order.expiresAt, GIVE_UP_AFTER_EXPIRY_MS) < now;
}

/** Ends an order without the provider's word, because no better answer will come. */
async function giveUp(deps: OrderDeps, order: OrderRow, cause: string): Promise<void> {
  deps.logger.warn({ orderId: order.id, provider: order.provider }, cause);
  const observation = { status: "expired" as const, sms: [] };
  await applyObservation(deps, {
    orderId: order.id,
    observation,
    round: order.round,
    cause,
    schedule: () => ({}),
  });
}

export function upstreamIdOf(order: OrderRow): string {
  if (order.upstreamId === null) throw new Error(`order ${order.id} has no number`);
  return order.upstreamId;
}
