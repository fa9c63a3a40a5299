import { addMs } from "../../core/clock.ts";
import { touchOrder } from "../../db/queries/orders.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { CancelOutcome, Observation, Provider } from "../../providers/port/provider.ts";
import type { OrderDeps } from "../order-deps.ts";
import { owe, transition, upstreamIdOf } from "../transition.ts";
import { applyObservation } from "./apply-observation.ts";
import type { LookedAt } from "./looked-at.ts";
import { priorityOf } from "./policy/timing.ts";

/** When to ask again if the provider says "too early" and not until when. */
const CANCEL_RETRY_MS = 15_000;

/** Asks the provider to cancel; the hold is released only if it agrees. */
export async function cancelUpstream(deps: OrderDeps, provider: Provider, order: LookedAt): Promise<void> {
  if (!provider.capabilities.cancel) return;
  const priority = priorityOf(order, deps.clock.now());
  // A number that the app refused is better reported, so that it is not sold to us again.
  const isBan = order.swapDue === true && provider.capabilities.ban;
  const upstreamId = upstreamIdOf(order);
  const outcome = isBan
    ? await provider.ban(upstreamId, { priority })
    : await provider.cancel(upstreamId, { priority });
  deps.checkpoint("cancel/answered");
  await applyCancel(deps, provider, order, outcome);
}

async function applyCancel(
  deps: OrderDeps,
  provider: Provider,
  order: LookedAt,
  outcome: CancelOutcome,
): Promise<void> {
  const now = deps.clock.now();
  switch (outcome.kind) {
    case "cancelled":
      await applyObservation(deps, seen(order, { status: "cancelled", sms: [] }));
      return;
    case "has_sms":
      // Without its text the SMS is shown by a later check.
      await applyObservation(deps, seen(order, { status: "received", sms: outcome.sms }));
      return;
    case "too_early": {
      const cancelOpensAt = addMs(now, outcome.retryAfterMs ?? CANCEL_RETRY_MS);
      const change = { cancelOpensAt };
      await touchOrder(deps.db, { orderId: order.id, from: ["waiting", "cancelling"], change });
      return;
    }
    case "refused":
      await cancelRefused(deps, provider, order);
  }
}

function seen(order: LookedAt, observation: Observation) {
  return { orderId: order.id, observation, round: order.round, cause: "cancel" };
}

/** The provider will not cancel: its status decides. If the number still waits for its SMS, so does the order again. */
async function cancelRefused(deps: OrderDeps, provider: Provider, order: LookedAt): Promise<void> {
  const priority = priorityOf(order, deps.clock.now());
  const observation = await provider.check(upstreamIdOf(order), { priority });
  const row = await applyObservation(deps, seen(order, observation));
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
      change: { cancelRequestedAt: null, swapDue: false },
    });
    if (!back) return;
    const message = { kind: "cancel_refused" as const, orderId: order.id };
    await owe(tx, back, message, at, `cancel_refused:${order.id}:${back.version}`);
  });
  deps.onMessages();
}
