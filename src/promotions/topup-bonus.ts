import type { Executor, Tx } from "../db/client.ts";
import { findBuyer } from "../db/queries/buyers.ts";
import { selectBalance } from "../db/queries/ledger.ts";
import {
  grantBonus,
  lockWaitingBonus,
  type PaymentRef,
  selectBonusOf,
  selectUnspentBonus,
  setBonusTaken,
} from "../db/queries/promotion-redemptions.ts";
import { payBonus, restoreBonus, takeBonusBack } from "../wallet/bonus.ts";
import { tellBonus } from "./promotions.ts";

/** A payment that was credited just now brings the bonus of a code that its buyer has redeemed: one a payment, the oldest first. */
export async function payTopupBonus(
  tx: Tx,
  payment: PaymentRef & { buyerId: string; chatId: number; amountMicros: bigint; at: Date },
): Promise<void> {
  const { gateway, chargeId, buyerId, chatId, at } = payment;
  const waiting = await lockWaitingBonus(tx, payment);
  if (!waiting) return;
  const { redemptionId, bonusMicros } = waiting;
  await grantBonus(tx, { gateway, chargeId, redemptionId, grantedMicros: bonusMicros, at });
  const money = { redemptionId, buyerId, amountMicros: bonusMicros, at };
  await payBonus(tx, { ...money, reason: "with a top-up" });
  await tellBonus(tx, { ...money, chatId, cause: "topup", key: redemptionId });
}

/** A refund of a payment, as the bonus that it brought needs to know it. */
export type RefundOfPayment = PaymentRef & {
  readonly buyerId: string;
  readonly refundRound: number;
};

/** The payment is refunded: its bonus goes back, as far as the balance goes. */
export async function takeTopupBonus(tx: Tx, payment: RefundOfPayment, at: Date): Promise<void> {
  const bonus = await selectBonusOf(tx, payment);
  if (!bonus || bonus.takenMicros !== null) return;
  const { redemptionId, grantedMicros } = bonus;
  const { buyerId, refundRound: round } = payment;
  const money = { redemptionId, buyerId, amountMicros: grantedMicros, at };
  const takenMicros = await takeBonusBack(tx, { ...money, round });
  await setBonusTaken(tx, redemptionId, takenMicros);
  if (takenMicros === 0n) return;
  const told = { buyerId, amountMicros: -takenMicros, chatId: await chatOf(tx, buyerId), at };
  await tellBonus(tx, { ...told, cause: "refund", key: `${redemptionId}:${round}` });
}

/** Undoes {@link takeTopupBonus} of a refund that Telegram refused. */
export async function restoreTopupBonus(tx: Tx, payment: RefundOfPayment, at: Date): Promise<void> {
  const bonus = await selectBonusOf(tx, payment);
  if (!bonus) return;
  const { redemptionId } = bonus;
  const { buyerId, refundRound: round } = payment;
  const amountMicros = await restoreBonus(tx, { redemptionId, buyerId, round, at });
  await setBonusTaken(tx, redemptionId, null);
  if (amountMicros === 0n) return;
  const told = { buyerId, amountMicros, chatId: await chatOf(tx, buyerId), at };
  await tellBonus(tx, { ...told, cause: "topup", key: `${redemptionId}:${round}:restored` });
}

/**
 * What a refund of this payment would take from the balance at most (`thereMicros`): the money that is there, less bonus
 * money that is not spent. Bonus money never leaves through a gateway. `bonusMicros` is what the payment itself brought,
 * and would be taken back with it.
 */
export async function refundableMicros(
  db: Executor,
  payment: PaymentRef & { readonly buyerId: string },
): Promise<{ readonly thereMicros: bigint; readonly bonusMicros: bigint }> {
  const { availableMicros } = await selectBalance(db, payment.buyerId);
  const bonus = await selectBonusOf(db, payment);
  const unspentMicros = await selectUnspentBonus(db, payment.buyerId);
  const bonusMicros = smaller(bonus?.takenMicros === null ? bonus.grantedMicros : 0n, availableMicros);
  const keptMicros = bonusMicros > unspentMicros ? bonusMicros : unspentMicros;
  return { thereMicros: availableMicros - smaller(keptMicros, availableMicros), bonusMicros };
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

async function chatOf(tx: Tx, buyerId: string): Promise<number | null> {
  return (await findBuyer(tx, buyerId))?.telegramId ?? null;
}
