import type { ClaimsAndDisputes } from "../../operations/claims-and-disputes.ts";
import { receiptTexts } from "../../texts/operator/receipts.ts";
import { tap } from "../cards/card.ts";
import { shorten } from "../cards/label.ts";
import { type Rendered, urgent } from "./rendered.ts";

const MAX_DISPUTE = 2500;

/** A receipt that waits for a decision; undefined: another operator has decided meanwhile. */
export async function renderClaim(deps: ClaimsAndDisputes, claimId: string): Promise<Rendered | undefined> {
  const claim = await deps.claims.load(claimId);
  if (!claim || claim.decision !== null) return undefined;
  const text = receiptTexts.claim({
    buyer: claim.buyerTelegramId,
    amount: claim.amountMicros,
    note: claim.note === null ? null : shorten(claim.note, 500),
    isDuplicate: claim.isDuplicate,
    flagReason: claim.flagReason,
  });
  const decide = [
    tap(receiptTexts.approve, { kind: "approve", claimId }),
    tap(receiptTexts.reject, { kind: "reject", claimId }),
  ];
  return urgent({ text, keyboard: [decide] }, claim.fileId);
}

/** What somebody wrote to the shop; undefined: it is deleted. */
export async function renderDispute(
  deps: ClaimsAndDisputes,
  disputeId: string,
): Promise<Rendered | undefined> {
  const dispute = await deps.disputes.load(disputeId);
  if (!dispute) return undefined;
  const text = shorten(dispute.text, MAX_DISPUTE);
  return urgent({ text: receiptTexts.question({ buyer: dispute.buyerTelegramId, text }), keyboard: [] });
}
