import { z } from "zod";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { formatUsd, plainUsd } from "../../core/money.ts";
import { findBuyer } from "../../db/queries/buyers.ts";
import { selectPaymentFacts } from "../../db/queries/desk-cards.ts";
import { selectBalance } from "../../db/queries/ledger.ts";
import { assignPayment } from "../../operations/assign-payment.ts";
import { type ChangeDeps, checkOwn } from "../../operations/changes.ts";
import { debtOf } from "../../wallet/debts.ts";
import { type AnyDraftKind, draftKind } from "../drafts/draft-kind.ts";
import { nameOf, TYPED_FROM_MICROS } from "./named.ts";

/** Gives a payment that is nobody's to a buyer. */
export function assignKind(deps: ChangeDeps): AnyDraftKind {
  return draftKind({
    name: "payment_assign",
    title: "Give a payment to a buyer",
    right: "assign",
    content: z.object({ paymentId: z.uuid(), buyerId: z.uuid() }),
    reasons: ["told by the buyer", "seen at the gateway"],
    async preview(db, { staff, content }) {
      const { paymentId, buyerId } = content;
      const [payment, buyer] = [await selectPaymentFacts(db, paymentId), await findBuyer(db, buyerId)];
      if (!payment || buyer?.telegramId == null) throw new DeskRefusal("not_found");
      if (payment.state !== "unassigned") throw new DeskRefusal("already_done");
      checkOwn(deps, staff, buyer);
      const { availableMicros } = await selectBalance(db, buyerId);
      const debtMicros = await debtOf(db, buyerId);
      const paidMicros = debtMicros < payment.amountMicros ? debtMicros : payment.amountMicros;
      const afterMicros = availableMicros + payment.amountMicros - paidMicros;
      return {
        facts: [
          { label: "Payment", after: `${payment.gateway} ${payment.chargeId}` },
          { label: "Buyer", before: "nobody", after: nameOf(buyer) },
          { label: "Amount", after: formatUsd(payment.amountMicros) },
          { label: "Available", before: formatUsd(availableMicros), after: formatUsd(afterMicros) },
        ],
        warnings: [
          ...(paidMicros > 0n ? [`${formatUsd(paidMicros)} of it pays what the buyer owes.`] : []),
          ...(buyer.bannedAt === null ? [] : ["This buyer is banned."]),
        ],
        ...(payment.amountMicros > TYPED_FROM_MICROS && { typeToConfirm: plainUsd(payment.amountMicros) }),
      };
    },
    async apply(tx, { staff, content, reason, updateId, at }) {
      await assignPayment(tx, deps, { ...content, staff, reason, updateId, at });
      return { note: "The payment is credited to the buyer." };
    },
  });
}
