import { addMs } from "../../core/clock.ts";
import type { ShopErrorCode } from "../../core/errors.ts";
import type { Tx } from "../../db/client.ts";
import { selectBalance } from "../../db/queries/ledger.ts";
import { endOpenAttempt } from "../../db/queries/order-attempts.ts";
import { lockOrder, type OrderRow } from "../../db/queries/orders.ts";
import type { OrderDeps } from "../order-deps.ts";
import { owe, transition } from "../transition.ts";

/** For so long after a tap a buyer looks at the card. */
const WATCHED_MS = 30_000;

/** placing → in_doubt, together with its attempt. The buyer is told; `reconcile` settles it once the call cannot be running any more. */
export async function markInDoubt(
  deps: OrderDeps,
  tx: Tx,
  orderId: string,
  attemptId: string,
  errorKind: string,
): Promise<void> {
  const at = deps.clock.now();
  await lockOrder(tx, orderId);
  // The call's answer may have been stored since the caller looked: then there is no doubt.
  if (!(await endOpenAttempt(tx, attemptId, { outcome: "in_doubt", errorKind, at }))) return;
  const row = await transition(tx, {
    orderId,
    from: "placing",
    to: "in_doubt",
    cause: `purchase: ${errorKind}`,
    actor: "system",
    at,
    change: { nextCheckAt: null },
  });
  if (!row) return;
  deps.events?.ended("in_doubt", errorKind);
  await owe(tx, row, { kind: "order_in_doubt", orderId }, at, `order_in_doubt:${orderId}`);
}

/** placing or in_doubt → failed: the hold is released, and the buyer is told unless the card says it in time. Undefined: the order is not in `from` any more. */
export async function failOrder(
  deps: OrderDeps,
  tx: Tx,
  orderId: string,
  from: "placing" | "in_doubt",
  code: ShopErrorCode,
): Promise<OrderRow | undefined> {
  const at = deps.clock.now();
  const row = await transition(tx, {
    orderId,
    from,
    to: "failed",
    cause: code,
    actor: "system",
    at,
    change: { failure: code },
  });
  if (!row) return undefined;
  deps.events?.ended(from === "in_doubt" ? "doubt_failed" : "failed", code);
  // Who tapped a moment ago still watches the card, which says why. Others are told by a message, and so are those who
  // have no card yet (a paid purchase), and a new price, which is a question.
  const isWatched =
    row.cardMessageId !== null &&
    code !== "price_moved" &&
    from === "placing" &&
    row.replaces === null &&
    addMs(row.placedAt, WATCHED_MS) > at;
  if (isWatched) return row;
  const { availableMicros } = await selectBalance(tx, row.buyerId);
  const message = {
    kind: "order_failed" as const,
    orderId,
    code,
    releasedMicros: row.priceMicros.toString(),
    availableMicros: availableMicros.toString(),
  };
  await owe(tx, row, message, at, `order_failed:${orderId}`);
  return row;
}
