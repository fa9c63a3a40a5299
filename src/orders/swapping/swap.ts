import { addMs } from "../../core/clock.ts";
import { countCancels, countSwaps } from "../../db/queries/order-limits.ts";
import type { OrderRow } from "../../db/queries/orders.ts";
import { inTransaction } from "../../db/transaction.ts";
import { isCancelQueued } from "../cancel-queue.ts";
import type { OrderDeps } from "../order-deps.ts";
import type { ActionResult, CancelResult } from "../orders.ts";
import { transition } from "../transition.ts";

const HOUR_MS = 60 * 60 * 1000;
/** Numbers that come back cost us standing with providers, some of them money. */
const SWAPS_PER_HOUR = 5;

/**
 * waiting → cancelling, with the reason that the app refused the number. All goes as with a cancel: the watcher asks the
 * provider, an early swap is queued, and a code that comes first wins. Only the end differs: when the provider has taken the
 * number back, the transaction that releases the money makes the order that replaces this one.
 */
export async function swap(deps: OrderDeps, order: OrderRow): Promise<CancelResult> {
  const at = deps.clock.now();
  if (order.state === "cancelling" && order.swapDue) return asked(order, at);
  if (order.state !== "waiting") return { kind: "refused", code: "order_not_active" };
  // The tool that bought it by a key would never hear of the number that replaces it.
  if (order.channel !== "chat") return { kind: "refused", code: "cancel_not_supported" };
  const provider = order.provider === null ? undefined : deps.providers.get(order.provider);
  if (!provider?.capabilities.cancel) return { kind: "refused", code: "cancel_not_supported" };
  if (order.expiresAt !== null && order.expiresAt <= at) return { kind: "refused", code: "order_not_active" };
  const [swaps, cancels] = await Promise.all([
    countSwaps(deps.db, order.buyerId, addMs(at, -HOUR_MS)),
    countCancels(deps.db, order, addMs(at, -HOUR_MS)),
  ]);
  if (swaps >= SWAPS_PER_HOUR) return { kind: "refused", code: "too_many_swaps" };
  if (cancels >= deps.limits.cancelsPerHour) return { kind: "refused", code: "too_many_cancels" };
  // Its number would go back and no other one come: then the buyer decides about a cancel instead.
  const notSold = await deps.catalog.refusal(order);
  if (notSold !== undefined) return { kind: "refused", code: notSold };
  const row = await inTransaction(deps.db, (tx) =>
    transition(tx, {
      orderId: order.id,
      from: "waiting",
      to: "cancelling",
      cause: "tap: refused by the app",
      actor: "buyer",
      at,
      change: { cancelRequestedAt: at, appRefusedAt: at, swapDue: true },
    }),
  );
  deps.checkpoint("swap/requested");
  deps.onMessages();
  return row ? asked(row, at) : { kind: "refused", code: "order_not_active" };
}

function asked(order: OrderRow, at: Date): CancelResult {
  const { cancelOpensAt } = order;
  return cancelOpensAt !== null && isCancelQueued(order, at)
    ? { kind: "queued", at: cancelOpensAt }
    : { kind: "requested" };
}

/**
 * cancelling → waiting, while the provider has not been asked. Afterwards nobody could say whether the number still lives, so
 * the cancel stays.
 */
export async function keepWaiting(deps: OrderDeps, order: OrderRow): Promise<ActionResult> {
  if (order.state === "waiting") return { kind: "done" };
  if (order.state !== "cancelling") return { kind: "refused", code: "order_not_active" };
  const at = deps.clock.now();
  if (!isCancelQueued(order, at)) return { kind: "refused", code: "cancel_begun" };
  const row = await inTransaction(deps.db, (tx) =>
    transition(tx, {
      orderId: order.id,
      from: "cancelling",
      to: "waiting",
      cause: "tap: keep waiting",
      actor: "buyer",
      at,
      change: { cancelRequestedAt: null, swapDue: false },
    }),
  );
  deps.checkpoint("keep/committed");
  deps.onMessages();
  return row ? { kind: "done" } : { kind: "refused", code: "order_not_active" };
}
