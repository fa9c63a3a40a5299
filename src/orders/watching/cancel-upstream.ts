import { addMs } from "../../core/clock.ts";
import { type OrderChange, type OrderRow, touchOrder } from "../../db/queries/orders.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { CancelOutcome, Observation, Provider } from "../../providers/port/provider.ts";
import type { OrderDeps } from "../order-deps.ts";
import { owe, transition, upstreamIdOf } from "../transition.ts";
import { applyObservation } from "./apply-observation.ts";
import { isOverdue, priorityOf, scheduled } from "./schedule.ts";

/** When to ask again if the provider says "too early" and not until when. */
const CANCEL_RETRY_MS = 15_000;

/** Asks the provider to cancel; the hold is released only if it agrees. */
export async function cancelUpstream(deps: OrderDeps, provider: Provider, order: OrderRow): Promise<void> {
  if (!provider.capabilities.cancel) return;
  const priority = priorityOf(order, deps.clock.now());
  const outcome = await provider.cancel(upstreamIdOf(order), { priority });
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
  switch (outcome.kind) {
    case "cancelled":
      await applyObservation(deps, seen(order, { status: "cancelled", sms: [] }));
      return;
    case "has_sms":
      // Without its text the SMS is shown by a later check: the look before this cancel has scheduled it.
      await applyObservation(deps, seen(order, { status: "received", sms: outcome.sms }));
      return;
    case "too_early": {
      const cancelOpensAt = addMs(now, outcome.retryAfterMs ?? CANCEL_RETRY_MS);
      const isOver = isOverdue(order, now);
      // Watched meanwhile: a code may come before. An order past its end keeps the longer and longer waits between looks.
      const next = isOver ? {} : scheduled({ ...order, cancelOpensAt }, provider.capabilities, now);
      const change = { cancelOpensAt, ...next };
      await touchOrder(deps.db, { orderId: order.id, from: ["waiting", "cancelling"], change });
      return;
    }
    case "refused":
      await cancelRefused(deps, provider, order);
  }
}

/** What a cancel showed; the next look stays as the look before it has scheduled it. */
function seen(order: OrderRow, observation: Observation) {
  const schedule = (): OrderChange => ({});
  return { orderId: order.id, observation, round: order.round, cause: "cancel", schedule };
}

/** The provider will not cancel: its status decides. If the number still waits for its SMS, so does the order again. */
async function cancelRefused(deps: OrderDeps, provider: Provider, order: OrderRow): Promise<void> {
  const priority = priorityOf(order, deps.clock.now());
  const observation = await provider.check(upstreamIdOf(order), { priority });
  const row = await applyObservation(deps, seen(order, observation));
  deps.checkpoint("cancel/refused");
  if (row?.state !== "cancelling") return;
  await inTransaction(deps.db, async (tx) => {
    const at = deps.clock.now();
    const waiting = { ...row, state: "waiting", cancelRequestedAt: null };
    const back = await transition(tx, {
      orderId: order.id,
      from: "cancelling",
      to: "waiting",
      cause: "cancel refused",
      actor: "system",
      at,
      change: { cancelRequestedAt: null, ...scheduled(waiting, provider.capabilities, at) },
    });
    if (!back) return;
    const message = { kind: "cancel_refused" as const, orderId: order.id };
    await owe(tx, back, message, at, `cancel_refused:${order.id}:${back.version}`);
  });
  deps.onMessages();
}
