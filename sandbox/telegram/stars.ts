import type { User } from "grammy/types";
import type { Clock } from "../../src/core/clock.ts";
import { badRequest } from "./errors.ts";
import type { Payment } from "./types.ts";
import { toUnix, type WireObject } from "./wire.ts";

interface Transaction {
  readonly kind: "payment" | "refund";
  readonly payment: Payment;
  readonly user: User;
  readonly at: Date;
}

export interface StarLedger {
  /** Books a payment and returns it with its new charge id. */
  charge(user: User, stars: number, payload: string): Payment;
  /** Gives a payment back; throws CHARGE_ID_INVALID or CHARGE_ALREADY_REFUNDED. */
  refund(userId: number, chargeId: string): { payment: Payment; user: User };
  balance(): number;
  /** StarTransaction objects in chronological order. */
  list(offset: number, limit: number): WireObject[];
}

/** The bot's Stars balance: payments of buyers and refunds. */
export function createStarLedger(clock: Clock): StarLedger {
  const transactions: Transaction[] = [];
  let charges = 0;

  const find = (kind: Transaction["kind"], chargeId: string): Transaction | undefined =>
    transactions.find((entry) => entry.kind === kind && entry.payment.chargeId === chargeId);

  return {
    charge(user, stars, payload) {
      charges += 1;
      const chargeId = `stx${String(charges).padStart(8, "0")}pretend`;
      const payment: Payment = { chargeId, userId: user.id, stars, payload };
      transactions.push({ kind: "payment", payment, user, at: clock.now() });
      return payment;
    },
    refund(userId, chargeId) {
      const paid = find("payment", chargeId);
      if (!paid || paid.user.id !== userId) throw badRequest("CHARGE_ID_INVALID");
      if (find("refund", chargeId)) throw badRequest("CHARGE_ALREADY_REFUNDED");
      transactions.push({ ...paid, kind: "refund", at: clock.now() });
      return { payment: paid.payment, user: paid.user };
    },
    balance: () =>
      transactions.reduce(
        (sum, { kind, payment }) => sum + (kind === "payment" ? payment.stars : -payment.stars),
        0,
      ),
    list: (offset, limit) => transactions.slice(offset, offset + limit).map(toWire),
  };
}

/** A refund has the id of the refunded payment (Bot API, StarTransaction). */
function toWire({ kind, payment, user, at }: Transaction): WireObject {
  const partner = {
    type: "user",
    transaction_type: "invoice_payment",
    user,
    invoice_payload: payment.payload,
  };
  return {
    id: payment.chargeId,
    amount: payment.stars,
    date: toUnix(at),
    ...(kind === "payment" ? { source: partner } : { receiver: partner }),
  };
}
