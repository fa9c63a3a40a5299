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

/** Asked again after a refusal "too early" that does not say when. */
const CANCEL_RETRY_MS = 15_000;
/** An upstream that never confirms the end of a number without a code cannot keep a buyer's money for longer than this. */
const GIVE_UP_AFTER_EXPIRY_MS = 60 * 60 * 1000;
/** After failed looks: `checks` counts those in a row. */
const SLOWEST_RETRY_MS = 15_000;

/**
 * One look at one order: its status, and what must follow from the time (a queued cancel that opened, an end that
 * passed). Every failure schedules another look; nothing here can end an order without the provider's word, but for
 * a number without polling and one that its provider has not ended an hour past the end.
 */
export async function checkOrder(deps: OrderDeps, provider: Provider, order: OrderRow): Promise<void> {
  const now = deps.clock.now();
  try {
    if (!provider.capabilities.poll) return await endByClock(deps, provider, order, now);
    // A cancel that was asked for is a buyer's tap, and its look comes before the others'.
    const priority = order.state === "cancelling" ? "tap" : "poll";
    const observation = await provider.check(upstreamIdOf(order), { priority });
    deps.checkpoint("check/answered");
    await settle(deps, provider, order, { observation, askedAt: now });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    await checkFailed(deps, provider, order, error);
  }
}

/**
 * Applies an observation, then does what the time asks for. An answer may be long on its way: that a number had no further
 * SMS at its end is known only from a question that was asked after the end.
 */
export async function settle(
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

/** The upstream will not cancel: its status decides; a number that is still waiting goes back to waiting. */
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

/** A provider without polling: expiry is by our clock, and a code can only have come by webhook before. */
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

/** received or waiting_again past its end: done, whether or not the buyer says so. */
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

/** Nothing is concluded from a failed look, except after an hour of silence past the end. */
async function checkFailed(
  deps: OrderDeps,
  provider: Provider,
  order: OrderRow,
  error: ProviderError,
): Promise<void> {
  // Nobody was asked: the order keeps its place among those that wait, or the longest waiting would starve.
  if (!error.wasAsked) throw error;
  const now = deps.clock.now();
  deps.logger.debug({ orderId: order.id, provider: provider.name, kind: error.kind }, "check failed");
  const isPastEnd = order.expiresAt !== null && order.expiresAt < now;
  if (error.kind === "unknown_order" && isPastEnd)
    return await giveUp(deps, order, "unknown upstream past its end");
  if (isGivenUp(order, now)) return await giveUp(deps, order, "provider silent for an hour past the end");
  const checks = order.checks + 1;
  const { pollIntervalMs } = provider.capabilities;
  const delayMs =
    error.retryAfterMs ?? backoffMs(checks, { baseMs: pollIntervalMs, maxMs: SLOWEST_RETRY_MS });
  const change = { checks, nextCheckAt: addMs(now, delayMs) };
  await touchOrder(deps.db, { orderId: order.id, from: watchedStates, change });
  // Asked too often: the next step goes on, with the orders that have waited longer than this one now.
  if (error.kind === "rate_limited") throw error;
}

function isHeld(order: OrderRow): boolean {
  return order.state === "waiting" || order.state === "cancelling";
}

function isGivenUp(order: OrderRow, now: Date): boolean {
  return order.expiresAt !== null && addMs(order.expiresAt, GIVE_UP_AFTER_EXPIRY_MS) < now;
}

/** Ends an order without the provider's word: nothing better will come. */
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
