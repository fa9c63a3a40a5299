import { z } from "zod";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { formatUsd } from "../../core/money.ts";
import type { Database } from "../../db/client.ts";
import { createClaimsAndDisputes } from "../../operations/claims-and-disputes.ts";
import type { TopupJobs } from "../../topups/create-topups.ts";
import { type AnyDraftKind, draftKind } from "../drafts/draft-kind.ts";

/** Rejecting a receipt: the reason goes to the buyer. Approving is one tap, because deciding twice decides once. */
export function receiptKinds(deps: {
  readonly db: Database;
  readonly topups: Pick<TopupJobs, "decideIn">;
}): readonly AnyDraftKind[] {
  const { claims } = createClaimsAndDisputes(deps.db);
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
      const claim = await claims.load(content.claimId);
      if (!claim) throw new DeskRefusal("not_found");
      if (claim.decision !== null) throw new DeskRefusal("already_done");
      return { facts: [{ label: formatUsd(claim.amountMicros), before: "waiting", after: "rejected" }] };
    },
    async apply(tx, { staff, content, reason, updateId }) {
      const decision = { claimId: content.claimId, operatorTelegramId: staff.telegramId, approve: false };
      const decided = await deps.topups.decideIn(tx, { ...decision, reason, updateId });
      if (decided !== "rejected") throw new DeskRefusal("already_done");
      return { note: "Rejected. The buyer is told why." };
    },
  });
  return [kind];
}
