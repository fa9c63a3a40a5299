import type { Tx } from "../db/client.ts";
import { selectBalance } from "../db/queries/ledger.ts";
import { enqueue } from "../db/queries/outbox.ts";
import { insertPayment } from "../db/queries/topup-payments.ts";
import { moveTopup, type TopupRow } from "../db/queries/topups.ts";
import { creditTopup } from "../wallet/wallet.ts";

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
  const { availableMicros } = await selectBalance(tx, charge.buyerId);
  const canResume = topup?.resumeServiceId != null && topup.resumeCountryId != null;
  const message = {
    kind: "topup_credited" as const,
    topupId,
    gateway: charge.gateway,
    amountMicros: charge.amountMicros.toString(),
    availableMicros: availableMicros.toString(),
    resume: canResume ? { serviceId: topup.resumeServiceId, countryId: topup.resumeCountryId } : null,
  };
  const dedupeKey = `topup_credited:${charge.gateway}:${charge.chargeId}`;
  await enqueue(tx, { chatId: charge.chatId, buyerId: charge.buyerId, message, dedupeKey, at });
  return true;
}
