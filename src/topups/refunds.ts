import { addMs } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Tx } from "../db/client.ts";
import { findBuyer, flagBuyer } from "../db/queries/buyers.ts";
import { selectBalance } from "../db/queries/ledger.ts";
import { enqueue } from "../db/queries/outbox.ts";
import {
  lockPayment,
  type StoredPayment,
  selectRefunding,
  setPaymentState,
} from "../db/queries/topup-payments.ts";
import { moveTopup } from "../db/queries/topups.ts";
import { inTransaction } from "../db/transaction.ts";
import { bookTopupLoss, restoreTopup, takeBackTopup } from "../wallet/wallet.ts";
import { StarsRefundRefused, type TopupDeps } from "./topup-deps.ts";

const RETRY_AFTER_MS = 60_000;
const BATCH = 20;

export type RefundResult =
  | { readonly kind: "refunded" | "already" | "not_found" | "refused" }
  /** Part of the money is held for an open order. Nothing was done. */
  | { readonly kind: "held" }
  /** Telegram did not answer: asked again every minute until it does. */
  | { readonly kind: "pending" };

/**
 * Refunds a Stars payment by an operator's decision. The credit is taken back first (what the buyer has spent is
 * the operator's loss, never a negative balance), then Telegram is asked; it refunds a charge at most once, so an
 * unknown answer is simply asked for again. What an open order holds is not spent yet: it may come back to the buyer,
 * who would then have it twice, so the refund waits for that order's end.
 */
export async function refundStars(
  deps: TopupDeps,
  input: { chargeId: string; actor: string; reason: string },
): Promise<RefundResult> {
  const begun = await inTransaction(deps.db, async (tx) => {
    const payment = await lockPayment(tx, "stars", input.chargeId);
    if (!payment?.buyerId) return { kind: "not_found" as const };
    if (payment.state !== "credited") return { kind: "already" as const };
    const { availableMicros, heldMicros } = await selectBalance(tx, payment.buyerId, { lock: true });
    if (availableMicros < payment.amountMicros && heldMicros > 0n) return { kind: "held" as const };
    const at = deps.clock.now();
    await takeBack(tx, payment, payment.buyerId, { ...input, at });
    await setPaymentState(tx, "stars", input.chargeId, { ...input, state: "refunding", at });
    const buyer = await findBuyer(tx, payment.buyerId);
    return { kind: "begun" as const, telegramId: buyer?.telegramId ?? null };
  });
  if (begun.kind !== "begun") return begun;
  deps.checkpoint("refund/taken-back");
  return await askTelegram(deps, input.chargeId, begun.telegramId);
}

/** Asks again for refunds whose answer was lost. */
export async function resumeRefunds(deps: TopupDeps): Promise<void> {
  const before = addMs(deps.clock.now(), -RETRY_AFTER_MS);
  for (const { chargeId, telegramId } of await selectRefunding(deps.db, before, BATCH)) {
    await askTelegram(deps, chargeId, telegramId);
  }
}

async function askTelegram(
  deps: TopupDeps,
  chargeId: string,
  telegramId: number | null,
): Promise<RefundResult> {
  if (telegramId === null) return await undo(deps, chargeId, "the buyer's data is deleted");
  try {
    await deps.stars.refund(telegramId, chargeId);
  } catch (error) {
    if (error instanceof StarsRefundRefused) return await undo(deps, chargeId, error.message);
    deps.logger.warn({ reason: messageOf(error) }, "Telegram did not answer a refund; it is asked again");
    return { kind: "pending" };
  }
  deps.checkpoint("refund/answered");
  await refunded(deps, { chargeId, telegramId, stars: 0 });
  return { kind: "refunded" };
}

/** Telegram will not refund: what was taken back is given to the buyer again. */
async function undo(deps: TopupDeps, chargeId: string, reason: string): Promise<RefundResult> {
  await inTransaction(deps.db, async (tx) => {
    const payment = await lockPayment(tx, "stars", chargeId);
    if (payment?.state !== "refunding" || !payment.buyerId) return;
    const at = deps.clock.now();
    const round = payment.refundRound;
    await restoreTopup(tx, { chargeId, gateway: "stars", round, at });
    const back = { state: "credited" as const, refundRound: round + 1, actor: "system", reason, at };
    await setPaymentState(tx, "stars", chargeId, back);
  });
  deps.checkpoint("refund/undone");
  deps.logger.warn({ reason }, "refund refused by Telegram; the credit stands");
  return { kind: "refused" };
}

/** A payment was refunded, by us or by Telegram itself: booked once, whoever tells it and how often. */
export async function refunded(
  deps: TopupDeps,
  input: { chargeId: string; telegramId: number; stars: number },
): Promise<void> {
  await inTransaction(deps.db, async (tx) => {
    const payment = await lockPayment(tx, "stars", input.chargeId);
    if (!payment?.buyerId || payment.state === "refunded") return;
    const at = deps.clock.now();
    const why = { actor: "telegram", reason: "refunded payment", at };
    if (payment.state === "credited")
      await takeBack(tx, payment, payment.buyerId, { chargeId: input.chargeId, ...why });
    await setPaymentState(tx, "stars", input.chargeId, { ...why, state: "refunded" });
    if (payment.topupId) await moveTopup(tx, payment.topupId, ["credited"], "refunded", at);
    await tell(tx, payment, payment.buyerId, input, at);
  });
  deps.checkpoint("refund/booked");
  deps.onMessages();
}

/** Takes what is there; the rest is booked as a loss, and the buyer is flagged for the operator. */
async function takeBack(
  tx: Tx,
  payment: StoredPayment,
  buyerId: string,
  why: { chargeId: string; actor: string; reason: string; at: Date },
): Promise<void> {
  const { availableMicros } = await selectBalance(tx, buyerId, { lock: true });
  const taken = availableMicros < payment.amountMicros ? availableMicros : payment.amountMicros;
  const lost = payment.amountMicros - taken;
  const money = { ...why, gateway: "stars", topupId: payment.topupId, buyerId, round: payment.refundRound };
  if (taken > 0n) await takeBackTopup(tx, { ...money, amountMicros: taken });
  if (lost === 0n) return;
  await bookTopupLoss(tx, { ...money, amountMicros: lost });
  await flagBuyer(tx, buyerId, "refunded a payment that was partly spent", why.at);
}

async function tell(
  tx: Tx,
  payment: StoredPayment,
  buyerId: string,
  input: { chargeId: string },
  at: Date,
): Promise<void> {
  const buyer = await findBuyer(tx, buyerId);
  // Their data was deleted: nothing may lead back to the person.
  if (buyer?.telegramId == null) return;
  const { availableMicros } = await selectBalance(tx, buyerId);
  const message = {
    kind: "topup_refunded" as const,
    amountMicros: payment.amountMicros.toString(),
    stars: payment.stars ?? 0,
    availableMicros: availableMicros.toString(),
  };
  const dedupeKey = `topup_refunded:${input.chargeId}`;
  await enqueue(tx, { chatId: buyer.telegramId, buyerId, message, dedupeKey, at });
}
