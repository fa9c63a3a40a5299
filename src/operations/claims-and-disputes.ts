import type { Database } from "../db/client.ts";
import { findBuyer } from "../db/queries/buyers.ts";
import { selectClaim } from "../db/queries/manual-claims.ts";
import { selectDispute } from "../db/queries/operations.ts";
import { selectTopup } from "../db/queries/topups.ts";

export interface ManualClaimView {
  readonly claimId: string;
  readonly buyerTelegramId: number | null;
  readonly amountMicros: bigint;
  readonly note: string | null;
  readonly fileId: string | null;
  readonly isDuplicate: boolean;
  /** Why the buyer is marked for the operators' eyes; null: not marked. */
  readonly flagReason: string | null;
  readonly decision: "approved" | "rejected" | null;
}

export interface DisputeView {
  readonly buyerTelegramId: number | null;
  readonly text: string;
  readonly createdAt: Date;
}

/** What operators are shown to decide about; undefined: deleted meanwhile. */
export interface ClaimsAndDisputes {
  readonly claims: { load(claimId: string): Promise<ManualClaimView | undefined> };
  readonly disputes: { load(disputeId: string): Promise<DisputeView | undefined> };
}

export function createClaimsAndDisputes(db: Database): ClaimsAndDisputes {
  return {
    claims: {
      async load(claimId) {
        const claim = await selectClaim(db, claimId);
        const topup = claim && (await selectTopup(db, claim.topupId));
        if (!claim || !topup) return undefined;
        const buyer = await findBuyer(db, topup.buyerId);
        const { note, fileId, duplicateOf, decision } = claim;
        return {
          claimId,
          buyerTelegramId: buyer?.telegramId ?? null,
          flagReason: buyer?.flagReason ?? null,
          amountMicros: topup.amountMicros,
          note,
          fileId,
          isDuplicate: duplicateOf !== null,
          decision: decision === "approved" || decision === "rejected" ? decision : null,
        };
      },
    },
    disputes: {
      async load(disputeId) {
        const dispute = await selectDispute(db, disputeId);
        if (!dispute) return undefined;
        const buyer = await findBuyer(db, dispute.buyerId);
        const { text, createdAt } = dispute;
        return { buyerTelegramId: buyer?.telegramId ?? null, text, createdAt };
      },
    },
  };
}
