import { type KnownPerson, lockPerson } from "../buyers/people.ts";
import type { Tx } from "../db/client.ts";
import { findBuyer, flagBuyer } from "../db/queries/buyers.ts";
import { dropIfEmpty, lockForgottenPerson, updateForgottenPerson } from "../db/queries/forgotten-people.ts";
import { selectBalance } from "../db/queries/ledger.ts";
import { enqueue, enqueueToAll } from "../db/queries/outbox.ts";
import { lockPayment, type StoredPayment, setPaymentState } from "../db/queries/topup-payments.ts";
import { moveTopup } from "../db/queries/topups.ts";
import { inTransaction } from "../db/transaction.ts";
import { refundableMicros, takeTopupBonus } from "../promotions/topup-bonus.ts";
import { bookDebt, debtOf, settleDebt } from "../wallet/debts.ts";
import { takeBackTopup, takenBack } from "../wallet/wallet.ts";
import type { TopupDeps } from "./topup-deps.ts";

const FLAG = "Telegram refunded a payment that was spent or held";

export interface RefundTold {
  readonly chargeId: string;
  readonly telegramId: number;
  readonly stars: number;
}

/**
 * Telegram's list of transactions has a refund, by us or by Telegram itself. Its payment came before it in the list, so an
 * unknown one is not ours. Booked once, however often it is told.
 */
export async function refunded(deps: TopupDeps, told: RefundTold): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const payment = await lockPayment(tx, "stars", told.chargeId);
    if (payment) await bookRefund(deps, tx, payment, told.telegramId);
  });
  deps.checkpoint("refund/told");
  deps.onMessages();
}

/**
 * Books the refund of a locked payment. What the balance does not cover, because it is spent or held for an order,
 * the buyer owes: they have the Stars back.
 */
export async function bookRefund(
  deps: TopupDeps,
  tx: Tx,
  payment: StoredPayment,
  telegramId: number,
): Promise<void> {
  const { buyerId, chargeId, refundRound: round } = payment;
  if (buyerId === null || (payment.state !== "credited" && payment.state !== "refunding")) return;
  const at = deps.clock.now();
  // What we began ourselves is no chargeback (db/queries/alarms.ts counts those).
  const reason = payment.state === "refunding" ? "refund confirmed by Telegram" : "refunded payment";
  const why = { actor: "telegram", reason, at };
  // People before accounts, in the order in which a purchase locks them.
  const payer = (await findBuyer(tx, buyerId))?.telegramId ?? telegramId;
  const person = await lockPerson(tx, payer, at);
  const taken =
    payment.state === "refunding"
      ? { takenMicros: await takenBack(tx, { gateway: "stars", chargeId, round }), lostMicros: 0n }
      : await takeWhatIsThere(tx, payment, buyerId, why);
  await setPaymentState(tx, "stars", chargeId, { ...why, state: "refunded" });
  if (payment.topupId) await moveTopup(tx, payment.topupId, ["credited"], "refunded", at);
  await tell(tx, payment, buyerId, { ...taken, at });
  deps.onTopup?.({ gateway: "stars", outcome: "refunded", amountMicros: payment.amountMicros });
  if (taken.lostMicros > 0n) await owe(deps, tx, payment, person, { amountMicros: taken.lostMicros, at });
  else if (person.kind === "forgotten") await dropIfEmpty(tx, person.hash);
}

/** Takes back as much of the payment as is available, and the bonus that it brought. Bonus money pays no refund. What is lost by that is the caller's to book. */
export async function takeWhatIsThere(
  tx: Tx,
  payment: StoredPayment,
  buyerId: string,
  why: { actor: string; reason: string; at: Date },
) {
  const { chargeId, topupId, amountMicros, refundRound } = payment;
  await selectBalance(tx, buyerId, { lock: true });
  const brought = { gateway: "stars", chargeId, buyerId, refundRound };
  await takeTopupBonus(tx, brought, why.at);
  const { thereMicros } = await refundableMicros(tx, brought);
  const takenMicros = thereMicros < amountMicros ? thereMicros : amountMicros;
  const money = { ...why, gateway: "stars", chargeId, topupId, buyerId, round: refundRound };
  if (takenMicros > 0n) await takeBackTopup(tx, { ...money, amountMicros: takenMicros });
  return { takenMicros, lostMicros: amountMicros - takenMicros, money };
}

/** Books the debt of whoever paid, also where they had their data deleted, or came back as a new buyer, since. */
async function owe(
  deps: TopupDeps,
  tx: Tx,
  payment: StoredPayment,
  person: KnownPerson,
  { amountMicros, at }: { amountMicros: bigint; at: Date },
): Promise<void> {
  const { chargeId, topupId } = payment;
  const buyerId = person.kind === "buyer" ? person.buyer.id : null;
  await bookDebt(tx, { gateway: "stars", chargeId, topupId, buyerId, amountMicros, at });
  await flag(tx, person, { amountMicros, at });
  const who = person.kind === "buyer" ? { telegramId: String(person.buyer.telegramId) } : {};
  const params = { chargeId, amountMicros: amountMicros.toString(), ...who };
  const message = { kind: "operator_notice" as const, notice: "refund_debt", params };
  await enqueueToAll(tx, deps.operatorChatIds, { message, subject: `refund_debt:${chargeId}`, at });
  if (buyerId === null) return;
  // A buyer who came back may have money that the refunded payment never knew of.
  await selectBalance(tx, buyerId, { lock: true });
  await settleDebt(tx, { buyerId, cause: `debt:stars:${chargeId}`, at });
}

async function flag(
  tx: Tx,
  person: KnownPerson,
  { amountMicros, at }: { amountMicros: bigint; at: Date },
): Promise<void> {
  if (person.kind === "buyer") return await flagBuyer(tx, person.buyer.id, FLAG, at);
  const { hash } = person;
  const { flaggedAt, debtMicros } = await lockForgottenPerson(tx, hash);
  const mark = flaggedAt === null ? { flaggedAt: at, flagReason: FLAG } : {};
  await updateForgottenPerson(tx, hash, { ...mark, debtMicros: debtMicros + amountMicros });
}

async function tell(
  tx: Tx,
  payment: StoredPayment,
  buyerId: string,
  { takenMicros, lostMicros, at }: { takenMicros: bigint; lostMicros: bigint; at: Date },
): Promise<void> {
  const buyer = await findBuyer(tx, buyerId);
  // Their data was deleted: nothing may lead back to the person.
  if (buyer?.telegramId == null) return;
  const { availableMicros } = await selectBalance(tx, buyerId);
  const message = {
    kind: "topup_refunded" as const,
    amountMicros: takenMicros.toString(),
    stars: payment.stars ?? 0,
    availableMicros: availableMicros.toString(),
    ...(lostMicros > 0n && { debtMicros: ((await debtOf(tx, buyerId)) + lostMicros).toString() }),
  };
  const dedupeKey = `topup_refunded:${payment.chargeId}`;
  await enqueue(tx, { chatId: buyer.telegramId, buyerId, message, dedupeKey, at });
}
