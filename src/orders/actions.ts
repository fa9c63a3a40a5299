import { addMs } from "../core/clock.ts";
import { countCancels } from "../db/queries/order-limits.ts";
import { type OrderRow, selectOrder, touchOrder } from "../db/queries/orders.ts";
import { inTransaction } from "../db/transaction.ts";
import type { Provider } from "../providers/port/provider.ts";
import { ProviderError } from "../providers/port/provider-error.ts";
import { isCancelQueued } from "./cancel-queue.ts";
import type { OrderDeps } from "./order-deps.ts";
import type { ActionResult, CancelResult } from "./orders.ts";
import { oweCard, stateOf, transition, upstreamIdOf } from "./transition.ts";

const HOUR_MS = 60 * 60 * 1000;

/**
 * waiting → cancelling. The watcher then asks the provider, so that a restart loses no cancel. If the provider does not
 * accept a cancel yet, the cancel is queued; the order is still watched, and a code that comes first wins.
 */
export async function cancel(
  deps: OrderDeps,
  order: OrderRow,
  cancelsPerHour = deps.limits.cancelsPerHour,
): Promise<CancelResult> {
  const at = deps.clock.now();
  if (order.state === "cancelling" && order.swapDue) return await cancelSwap(deps, order, at);
  if (order.state === "cancelling") return asked(order, at);
  if (order.state !== "waiting") return { kind: "refused", code: "order_not_active" };
  if (!providerOf(deps, order)?.capabilities.cancel) return { kind: "refused", code: "cancel_not_supported" };
  const cancels = await countCancels(deps.db, order, addMs(at, -HOUR_MS));
  if (cancels >= cancelsPerHour) return { kind: "refused", code: "too_many_cancels" };
  const row = await inTransaction(deps.db, (tx) =>
    transition(tx, {
      orderId: order.id,
      from: "waiting",
      to: "cancelling",
      cause: "tap",
      actor: "buyer",
      at,
      change: { cancelRequestedAt: at },
    }),
  );
  deps.checkpoint("cancel/requested");
  deps.onMessages();
  if (row) return asked(row, at);
  // The order has changed meanwhile: perhaps the code came.
  return { kind: "refused", code: "order_not_active" };
}

/** A swap under way becomes a plain cancel: the number still goes back, but no other one is bought. */
async function cancelSwap(deps: OrderDeps, { id: orderId }: OrderRow, at: Date): Promise<CancelResult> {
  const row = await inTransaction(deps.db, async (tx) => {
    const touched = await touchOrder(tx, {
      orderId,
      from: ["cancelling"],
      change: { swapDue: false, nextCheckAt: at },
      isNews: true,
    });
    if (touched) await oweCard(tx, touched, at);
    return touched;
  });
  deps.checkpoint("cancel/instead-of-swap");
  deps.onMessages();
  // The number has gone back meanwhile, and the other one is being bought.
  return row ? asked(row, at) : { kind: "refused", code: "order_not_active" };
}

function asked(order: OrderRow, at: Date): CancelResult {
  const { cancelOpensAt } = order;
  return cancelOpensAt !== null && isCancelQueued(order, at)
    ? { kind: "queued", at: cancelOpensAt }
    : { kind: "requested" };
}

/** received → waiting_again, once the provider has agreed. The money stays captured. */
export async function another(deps: OrderDeps, order: OrderRow): Promise<ActionResult> {
  if (order.state === "waiting_again") return { kind: "done" };
  if (order.state !== "received") return { kind: "refused", code: "order_not_active" };
  const provider = providerOf(deps, order);
  if (!provider?.capabilities.another || !order.canAnother)
    return { kind: "refused", code: "another_not_supported" };
  const outcome = await askAnother(deps, provider, order);
  deps.checkpoint("another/answered");
  if (outcome !== "requested") return { kind: "refused", code: outcome };
  const at = deps.clock.now();
  const row = await inTransaction(deps.db, (tx) =>
    transition(tx, {
      orderId: order.id,
      from: "received",
      to: "waiting_again",
      cause: "tap",
      actor: "buyer",
      at,
      change: { round: order.round + 1 },
    }),
  );
  deps.checkpoint("another/committed");
  deps.onMessages();
  return row ? { kind: "done" } : { kind: "refused", code: "order_not_active" };
}

async function askAnother(
  deps: OrderDeps,
  provider: Provider,
  order: OrderRow,
): Promise<"requested" | "another_not_supported" | "providers_unavailable"> {
  try {
    const outcome = await provider.another(upstreamIdOf(order), { priority: "tap" });
    return outcome.kind === "requested" ? "requested" : "another_not_supported";
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    // Perhaps the provider accepted it. The order is watched in `received` too, so a new code would still be told.
    deps.logger.warn(
      { orderId: order.id, provider: provider.name, kind: error.kind },
      "another SMS: no answer",
    );
    return "providers_unavailable";
  }
}

/** received or waiting_again → finished. The watcher tells the provider. */
export async function finish(deps: OrderDeps, order: OrderRow): Promise<ActionResult> {
  if (order.state === "finished") return { kind: "done" };
  const from = stateOf(order);
  if (from !== "received" && from !== "waiting_again") return { kind: "refused", code: "order_not_active" };
  const at = deps.clock.now();
  const isDue = providerOf(deps, order)?.capabilities.finish ?? false;
  const row = await inTransaction(deps.db, (tx) =>
    transition(tx, {
      orderId: order.id,
      from,
      to: "finished",
      cause: "tap",
      actor: "buyer",
      at,
      change: { finishDue: isDue, nextCheckAt: isDue ? at : null },
    }),
  );
  deps.checkpoint("finish/committed");
  deps.onMessages();
  return row ? { kind: "done" } : { kind: "refused", code: "order_not_active" };
}

/** The order, if it is this buyer's; another buyer's order reads as one that does not exist. */
export async function findOwnOrder(
  deps: OrderDeps,
  orderId: string,
  buyerId: string,
): Promise<OrderRow | undefined> {
  const order = await selectOrder(deps.db, orderId);
  return order?.buyerId === buyerId ? order : undefined;
}

function providerOf(deps: OrderDeps, order: OrderRow): Provider | undefined {
  return order.provider === null ? undefined : deps.providers.get(order.provider);
}
