import { DeskRefusal } from "../core/desk-refusal.ts";
import { actorOf, type Staff } from "../core/staff.ts";
import type { Tx } from "../db/client.ts";
import { writeAudit } from "../db/queries/audit.ts";
import { findBuyer } from "../db/queries/buyers.ts";
import { lockPayment } from "../db/queries/topup-payments.ts";
import type { TopupJobs } from "../topups/create-topups.ts";
import type { BegunRefund } from "../topups/refunds.ts";
import { type ChangeDeps, checkCap, checkOwn } from "./changes.ts";

export interface RefundDeps extends ChangeDeps {
  readonly topups: Pick<TopupJobs, "beginRefund" | "finishRefund">;
}

/**
 * Begins the refund of a Stars payment, audited, within the limit of whoever does it. Telegram is asked after the commit,
 * by \`finishRefund\`. Throws DeskRefusal.
 */
export async function beginPaymentRefund(
  tx: Tx,
  deps: RefundDeps,
  change: { staff: Staff; chargeId: string; reason: string; updateId: number; at: Date },
): Promise<BegunRefund> {
  const { staff, chargeId, reason, updateId, at } = change;
  const payment = await lockPayment(tx, "stars", chargeId);
  const buyer = payment?.buyerId == null ? undefined : await findBuyer(tx, payment.buyerId);
  if (!payment || !buyer) return { kind: "not_found" };
  if (buyer.telegramId === staff.telegramId) checkOwn(deps, staff, buyer);
  await checkCap(tx, { staff, amountMicros: payment.amountMicros, at });
  const actor = actorOf(staff.telegramId);
  const begun = await deps.topups.beginRefund(tx, { chargeId, actor, reason });
  if (begun.kind === "held") throw new DeskRefusal("refund_held");
  if (begun.kind !== "begun") return begun;
  await writeAudit(tx, {
    actor,
    action: "payment refunded",
    subjectKind: "payment",
    subject: chargeId,
    buyerId: buyer.id,
    before: { state: payment.state },
    after: { state: "refunding", amountMicros: payment.amountMicros.toString() },
    reason,
    updateId,
    at,
  });
  return begun;
}
