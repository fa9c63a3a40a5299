import { DeskRefusal } from "../core/desk-refusal.ts";
import { actorOf, type Staff } from "../core/staff.ts";
import type { Tx } from "../db/client.ts";
import { writeAudit } from "../db/queries/audit.ts";
import { lockBuyer } from "../db/queries/buyers.ts";
import { takeUnassignedPayment } from "../db/queries/topup-payments.ts";
import { tellCredited } from "../topups/credit.ts";
import { creditTopup } from "../wallet/wallet.ts";
import { type ChangeDeps, checkOwn } from "./changes.ts";

/**
 * Gives a payment that is nobody's to a buyer: payment row, ledger, receipt and audit, in the caller's transaction. It is
 * credited once, whoever is chosen: the row's state decides. Throws DeskRefusal.
 */
export async function assignPayment(
  tx: Tx,
  deps: ChangeDeps,
  change: {
    readonly staff: Staff;
    readonly paymentId: string;
    readonly buyerId: string;
    readonly reason: string;
    readonly updateId: number;
    readonly at: Date;
  },
): Promise<void> {
  const { staff, paymentId, buyerId, reason, updateId, at } = change;
  const buyer = await lockBuyer(tx, buyerId);
  if (buyer?.telegramId == null) throw new DeskRefusal("not_found");
  checkOwn(deps, staff, buyer);
  const actor = actorOf(staff.telegramId);
  const payment = await takeUnassignedPayment(tx, paymentId, { buyerId, actor, reason, at });
  if (!payment) throw new DeskRefusal("already_done");
  const { gateway, chargeId, amountMicros } = payment;
  const money = { gateway, chargeId, buyerId, amountMicros, at };
  await creditTopup(tx, { ...money, topupId: null, actor, reason });
  await tellCredited(tx, { ...money, topup: null, chatId: buyer.telegramId }, null);
  await writeAudit(tx, {
    actor,
    action: "payment assigned",
    subjectKind: "payment",
    subject: chargeId,
    buyerId,
    before: { state: "unassigned" },
    after: { state: "credited", amountMicros: amountMicros.toString() },
    reason,
    updateId,
    at,
  });
}
