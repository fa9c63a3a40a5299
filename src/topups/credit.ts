import { addMs } from "../core/clock.ts";
import type { Tx } from "../db/client.ts";
import { selectBalance } from "../db/queries/ledger.ts";
import { enqueue } from "../db/queries/outbox.ts";
import { insertPaidPurchase, selectOrderOfAgreement } from "../db/queries/paid-purchases.ts";
import { insertPayment } from "../db/queries/topup-payments.ts";
import { moveTopup, type TopupRow } from "../db/queries/topups.ts";
import { payTopupBonus } from "../promotions/topup-bonus.ts";
import { creditTopup } from "../wallet/wallet.ts";

/** How long after the agreement a paid purchase is made by itself; later the buyer is asked, who may have gone. */
const AGREED_FOR_MS = 60 * 60 * 1000;

export interface Charge {
  readonly gateway: string;
  /** The gateway's own id of this payment. It is credited once, however often it is told. */
  readonly chargeId: string;
  readonly topup: TopupRow | null;
  readonly buyerId: string;
  readonly chatId: number;
  readonly amountMicros: bigint;
  readonly stars: number | null;
  readonly feeMicros: bigint;
  readonly paidAt: Date;
  readonly actor: string;
  readonly at: Date;
}

/**
 * Credits one payment: payment row, transfer, receipt, in the caller's transaction. False: it was credited before, and
 * nothing was done.
 * An invoice that is paid twice, or after it had expired, is credited each time: the money came in.
 */
export async function credit(tx: Tx, charge: Charge): Promise<boolean> {
  const { topup, at } = charge;
  const topupId = topup?.id ?? null;
  if (!(await insertPayment(tx, { ...charge, topupId }))) return false;
  await creditTopup(tx, { ...charge, topupId, reason: `${charge.gateway} payment` });
  if (topup) await moveTopup(tx, topup.id, ["pending", "expired"], "credited", at);
  await tellCredited(tx, charge, topup && (await storePurchase(tx, topup, charge)));
  await payTopupBonus(tx, charge);
  return true;
}

/** Owes the buyer the receipt of a payment that was just credited; `resume` is what is being bought with it. */
export async function tellCredited(
  tx: Tx,
  charge: Pick<Charge, "gateway" | "chargeId" | "buyerId" | "chatId" | "amountMicros" | "topup" | "at">,
  resume: { serviceId: string; countryId: string } | null,
): Promise<void> {
  const { gateway, chargeId, buyerId, chatId, amountMicros, topup, at } = charge;
  const { availableMicros } = await selectBalance(tx, buyerId);
  const message = {
    kind: "topup_credited" as const,
    topupId: topup?.id ?? null,
    gateway,
    amountMicros: amountMicros.toString(),
    availableMicros: availableMicros.toString(),
    resume,
  };
  await enqueue(tx, { chatId, buyerId, message, dedupeKey: `topup_credited:${gateway}:${chargeId}`, at });
}

/** The purchase that waited for this money, to be made by `buyPaid` of the orders. Null: none, or it is too late for it. */
async function storePurchase(
  tx: Tx,
  topup: TopupRow,
  charge: Charge,
): Promise<{ serviceId: string; countryId: string } | null> {
  const { resumeServiceId: serviceId, resumeCountryId: countryId, resumePriceMicros: priceMicros } = topup;
  if (serviceId === null || countryId === null || priceMicros === null) return null;
  const { buyerId, chatId, at } = charge;
  const agreedQuoteId = topup.resumeQuoteId;
  // Paid twice, or bought meanwhile by a tap: the money is the buyer's, and nothing more is bought.
  if (agreedQuoteId !== null && (await selectOrderOfAgreement(tx, agreedQuoteId))) return null;
  const boughtUntil = addMs(topup.createdAt, AGREED_FOR_MS);
  const agreed = { buyerId, serviceId, countryId, priceMicros, agreedQuoteId };
  const purchase = { ...agreed, topupId: topup.id, chatId, boughtUntil, at };
  await insertPaidPurchase(tx, purchase);
  return at < boughtUntil ? { serviceId, countryId } : null;
}
