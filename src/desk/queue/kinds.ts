import { z } from "zod";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { formatUsd, plainUsd } from "../../core/money.ts";
import type { Database } from "../../db/client.ts";
import { createClaimsAndDisputes, type ManualClaimView } from "../../operations/claims-and-disputes.ts";
import type { TopupJobs } from "../../topups/create-topups.ts";
import { manualTerms } from "../../topups/manual.ts";
import { type AnyDraftKind, draftKind, microsText } from "../drafts/draft-kind.ts";

/**
 * Rejecting a receipt: the reason goes to the buyer. Approving it as it is needs one tap and no draft, because deciding
 * twice decides once; approving another amount shows before and after.
 */
export function receiptKinds(deps: {
  readonly db: Database;
  readonly topups: Pick<TopupJobs, "decideIn">;
}): readonly AnyDraftKind[] {
  const { claims } = createClaimsAndDisputes(deps.db);
  const waiting = async (claimId: string): Promise<ManualClaimView> => {
    const claim = await claims.load(claimId);
    if (!claim) throw new DeskRefusal("not_found");
    if (claim.decision !== null) throw new DeskRefusal("already_done");
    return claim;
  };
  const otherAmount = draftKind({
    name: "receipt_amount",
    title: "Approve another amount",
    right: "receipts",
    content: z.object({ claimId: z.uuid(), amountMicros: microsText }),
    reasons: ["The amount that came in is another one.", "The fee was taken off."],
    async preview(_db, { content }) {
      const claim = await waiting(content.claimId);
      const { amountMicros } = content;
      if (amountMicros < manualTerms.minMicros || amountMicros > manualTerms.maxMicros)
        throw new DeskRefusal("wrong_state", { state: "an amount outside of what a manual top-up can be" });
      return {
        facts: [{ label: "Credited", before: formatUsd(claim.amountMicros), after: formatUsd(amountMicros) }],
        ...(amountMicros > claim.amountMicros && { typeToConfirm: plainUsd(amountMicros) }),
      };
    },
    async apply(tx, { staff, content, reason, updateId }) {
      const { claimId, amountMicros } = content;
      const decision = { claimId, amountMicros, operatorTelegramId: staff.telegramId, approve: true };
      const decided = await deps.topups.decideIn(tx, { ...decision, reason, updateId });
      if (decided === "own") throw new DeskRefusal("own_balance");
      if (decided !== "approved") throw new DeskRefusal("already_done");
      return { note: `Approved: ${formatUsd(amountMicros)} credited.` };
    },
  });
  const kind = draftKind({
    name: "receipt_reject",
    title: "Reject a receipt",
    right: "receipts",
    content: z.object({ claimId: z.uuid() }),
    reasons: [
      "The payment has not arrived.",
      "The amount is another one.",
      "The receipt is somebody else's.",
    ],
    async preview(_db, { content }) {
      const claim = await waiting(content.claimId);
      return { facts: [{ label: formatUsd(claim.amountMicros), before: "waiting", after: "rejected" }] };
    },
    async apply(tx, { staff, content, reason, updateId }) {
      const decision = { claimId: content.claimId, operatorTelegramId: staff.telegramId, approve: false };
      const decided = await deps.topups.decideIn(tx, { ...decision, reason, updateId });
      if (decided !== "rejected") throw new DeskRefusal("already_done");
      return { note: "Rejected. The buyer is told why." };
    },
  });
  return [kind, otherAmount];
}
