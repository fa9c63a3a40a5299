import { addMs } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Tx } from "../db/client.ts";
import { findBuyer, flagBuyer } from "../db/queries/buyers.ts";
import { selectBalance } from "../db/queries/ledger.ts";
import { enqueueToAll } from "../db/queries/outbox.ts";
import { lockPayment, selectRefunding, setPaymentState } from "../db/queries/topup-payments.ts";
import { inTransaction } from "../db/transaction.ts";
import { refundableMicros, restoreTopupBonus } from "../promotions/topup-bonus.ts";
import { bookTopupLoss, restoreTopup } from "../wallet/wallet.ts";
import { bookRefund, takeWhatIsThere } from "./refunded.ts";
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
 * Refunds a Stars payment because an operator decided so. First the credit is taken back; what the buyer has spent is
 * the operator's loss. Then Telegram is asked. It refunds a charge at most once, so after a lost answer it is simply
 * asked again. Money that an open order holds is not spent yet and may come back to the buyer, who would then have it
 * twice: the refund has to wait for the end of that order.
 */
export async function refundStars(deps: TopupDeps, input: RefundInput): Promise<RefundResult> {
  const begun = await inTransaction(deps.db, (tx) => beginRefund(deps, tx, input));
  return begun.kind === "begun" ? await finishRefund(deps, input.chargeId, begun.telegramId) : begun;
}

export interface RefundInput {
  readonly chargeId: string;
  readonly actor: string;
  readonly reason: string;
}

export type BegunRefund =
  | { readonly kind: "begun"; readonly telegramId: number | null }
  | { readonly kind: "not_found" }
  | { readonly kind: "already" }
  | { readonly kind: "held" };

/** The first half of {@link refundStars}, in the caller's transaction. What is begun is finished by itself after a minute. */
export async function beginRefund(deps: TopupDeps, tx: Tx, input: RefundInput): Promise<BegunRefund> {
  const payment = await lockPayment(tx, "stars", input.chargeId);
  if (!payment?.buyerId) return { kind: "not_found" as const };
  if (payment.state !== "credited") return { kind: "already" as const };
  const { heldMicros } = await selectBalance(tx, payment.buyerId, { lock: true });
  const { chargeId, buyerId } = payment;
  const { thereMicros } = await refundableMicros(tx, { gateway: "stars", chargeId, buyerId });
  if (thereMicros < payment.amountMicros && heldMicros > 0n) return { kind: "held" as const };
  const at = deps.clock.now();
  const { lostMicros, money } = await takeWhatIsThere(tx, payment, payment.buyerId, { ...input, at });
  if (lostMicros > 0n) {
    await bookTopupLoss(tx, { ...money, amountMicros: lostMicros });
    await flagBuyer(tx, payment.buyerId, "refunded a payment that was partly spent", at);
  }
  await setPaymentState(tx, "stars", input.chargeId, { ...input, state: "refunding", at });
  const buyer = await findBuyer(tx, payment.buyerId);
  return { kind: "begun" as const, telegramId: buyer?.telegramId ?? null };
}

/** The other half, after the commit: asks Telegram. */
export async function finishRefund(
  deps: TopupDeps,
  chargeId: string,
  telegramId: number | null,
): Promise<RefundResult> {
  deps.checkpoint("refund/taken-back");
  return await askTelegram(deps, chargeId, telegramId);
}

/** Asks Telegram again for refunds whose answer was lost. */
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
  await inTransaction(deps.db, async (tx) => {
    const payment = await lockPayment(tx, "stars", chargeId);
    if (payment) await bookRefund(deps, tx, payment, telegramId);
  });
  deps.checkpoint("refund/booked");
  deps.onMessages();
  return { kind: "refunded" };
}

/** Telegram will not refund: what was taken is given back to the buyer, and the operators are told. */
async function undo(deps: TopupDeps, chargeId: string, reason: string): Promise<RefundResult> {
  await inTransaction(deps.db, async (tx) => {
    const payment = await lockPayment(tx, "stars", chargeId);
    if (payment?.state !== "refunding" || !payment.buyerId) return;
    const at = deps.clock.now();
    const round = payment.refundRound;
    const { buyerId } = payment;
    await restoreTopup(tx, { chargeId, gateway: "stars", round, buyerId, at });
    await restoreTopupBonus(tx, { gateway: "stars", chargeId, buyerId, refundRound: round }, at);
    const back = { state: "credited" as const, refundRound: round + 1, actor: "system", reason, at };
    await setPaymentState(tx, "stars", chargeId, back);
    const params = { chargeId, reason, amountMicros: payment.amountMicros.toString() };
    const message = { kind: "operator_notice" as const, notice: "refund_refused", params };
    await enqueueToAll(tx, deps.operatorChatIds, {
      message,
      subject: `refund_refused:${chargeId}:${round}`,
      at,
    });
  });
  deps.checkpoint("refund/undone");
  deps.onMessages();
  deps.logger.warn({ reason }, "refund refused by Telegram; the credit stands");
  return { kind: "refused" };
}
