import type { OrderRow } from "../../db/queries/orders.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Observation, Priority, Provider } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import type { OrderDeps } from "../order-deps.ts";
import { upstreamIdOf } from "../transition.ts";
import { applyObservation, finishAtEnd } from "./apply-observation.ts";
import { cancelUpstream } from "./cancel-upstream.ts";
import { giveUp } from "./give-up.ts";
import type { LookedAt } from "./looked-at.ts";
import { isCancelOpen, isDecisionDue, isGivenUp, isOverdue, priorityOf } from "./policy/timing.ts";
import { digestOf, isNothingNew } from "./seen.ts";

export type Look =
  /** The provider takes no more questions just now, neither about this order nor about others; it was not asked. */
  | { readonly kind: "spent" }
  /** Nothing new, and nothing was stored. */
  | { readonly kind: "unchanged" }
  /** The answer, of this digest, was applied: the order's row may have changed. */
  | { readonly kind: "applied"; readonly seen?: string }
  /** No answer. `isTooOften`: the provider refused because we ask too often. */
  | { readonly kind: "failed"; readonly retryAfterMs: number | undefined; readonly isTooOften: boolean };

/**
 * One look at one order: asks for its status, then does what the time asks for (a queued cancel that has opened, an end
 * that has passed). An order ends only on the provider's word, with two exceptions: a provider that cannot be asked, and
 * one that has not ended the number an hour after its end.
 */
export async function checkOrder(
  deps: OrderDeps,
  provider: Provider,
  order: LookedAt,
  priority?: Priority,
): Promise<Look> {
  const askedAt = deps.clock.now();
  try {
    if (!provider.capabilities.poll) {
      await endByClock(deps, order, askedAt);
      return { kind: "applied" };
    }
    const observation = await ask(deps, provider, order, priority ?? priorityOf(order, askedAt));
    deps.checkpoint("check/answered");
    if (!isDecisionDue(order, deps.clock.now()) && isNothingNew(order, observation))
      return { kind: "unchanged" };
    await actOn(deps, provider, order, { observation, askedAt });
    return { kind: "applied", seen: digestOf(observation) };
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return await checkFailed(deps, provider, order, error);
  }
}

/** Asks for the order's status. It counts as a look also when no answer came: the request was spent. */
async function ask(
  deps: OrderDeps,
  provider: Provider,
  order: LookedAt,
  priority: Priority,
): Promise<Observation> {
  const kind = order.state === "received" ? "delivered" : "check";
  try {
    const observation = await provider.check(upstreamIdOf(order), { priority });
    deps.events?.looked(provider.name, kind);
    return observation;
  } catch (error) {
    if (!(error instanceof ProviderError) || error.wasAsked) deps.events?.looked(provider.name, kind);
    throw error;
  }
}

/** Applies what a provider showed of an order. Undefined: nothing was changed. */
export async function applyAnswer(
  deps: OrderDeps,
  order: Pick<LookedAt, "id" | "round">,
  observation: Observation,
): Promise<OrderRow | undefined> {
  return await applyObservation(deps, {
    orderId: order.id,
    observation,
    round: order.round,
    cause: "provider",
  });
}

/**
 * Applies the answer to a check of this one order, then does what the time asks for. An answer may take long: only a
 * question that was asked after a number's end (`askedAt`) tells that no further SMS came before that end.
 */
export async function actOn(
  deps: OrderDeps,
  provider: Provider,
  order: LookedAt,
  { observation, askedAt }: { observation: Observation; askedAt: Date },
): Promise<void> {
  const applied = await applyAnswer(deps, order, observation);
  if (!applied) return;
  const row = { ...applied, ...(order.looks !== undefined && { looks: order.looks }) };
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
async function endByClock(deps: OrderDeps, order: LookedAt, now: Date): Promise<void> {
  const status = isOverdue(order, now) ? "expired" : "waiting";
  await applyObservation(deps, {
    orderId: order.id,
    observation: { status, sms: [] },
    isByClock: true,
    round: order.round,
    cause: "clock",
  });
}

/** received or waiting_again → finished, because the number has run out. */
async function finishByClock(deps: OrderDeps, provider: Provider, order: OrderRow): Promise<void> {
  const { finish } = provider.capabilities;
  await inTransaction(deps.db, (tx) =>
    finishAtEnd(tx, {
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

/** Only an hour of failures past its end ends an order. */
async function checkFailed(
  deps: OrderDeps,
  provider: Provider,
  order: LookedAt,
  error: ProviderError,
): Promise<Look> {
  if (!error.wasAsked) return { kind: "spent" };
  const now = deps.clock.now();
  deps.logger.debug({ orderId: order.id, provider: provider.name, kind: error.kind }, "check failed");
  if (error.kind === "unknown_order" && isOverdue(order, now)) {
    await giveUp(deps, order, "unknown upstream past its end", "expired");
    return { kind: "applied" };
  }
  if (isGivenUp(order, now)) {
    await giveUp(deps, order, "provider silent for an hour past the end");
    return { kind: "applied" };
  }
  const isTooOften = error.kind === "rate_limited";
  return { kind: "failed", retryAfterMs: error.retryAfterMs ?? undefined, isTooOften };
}

function isHeld(order: LookedAt): boolean {
  return order.state === "waiting" || order.state === "cancelling";
}
