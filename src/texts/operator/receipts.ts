import { escapeHtml, mention, money } from "../html.ts";

/** Receipts of manual transfers, and questions by /paysupport, as operators read them. */
export const receiptTexts = {
  approve: "Approve",
  otherAmount: "Other amount…",
  otherAmountPrompt:
    "What came in? Like 4.50, in dollars. It leads to before and after; nothing is done yet.",
  otherAmountAgain: "An amount like 4.50: digits, a point, at most six decimals. No comma.",
  /** Leads to the question for the reason. */
  reject: "Reject…",
  open: "Open",
  decided: {
    approved: "Approved.",
    rejected: "Rejected.",
    already: "Already decided.",
    own: "This claim is your own. Another operator has to approve it.",
    not_found: "No such claim.",
  },
  claim: (view: {
    buyer: number | null;
    amount: bigint;
    note: string | null;
    isDuplicate: boolean;
    flagReason: string | null;
  }): string =>
    [
      `<b>Manual top-up</b> of ${money(view.amount)}`,
      `Buyer ${view.buyer === null ? "(deleted)" : mention(view.buyer)}`,
      view.note === null ? "" : `Note: ${escapeHtml(view.note)}`,
      view.isDuplicate ? "The same picture or note was sent before." : "",
      view.flagReason === null ? "" : `Flagged: ${escapeHtml(view.flagReason)}`,
    ]
      .filter((line) => line !== "")
      .join("\n"),
  question: (view: { buyer: number | null; text: string }): string =>
    `<b>Payment question</b> from ${view.buyer === null ? "(deleted)" : mention(view.buyer)}\n${escapeHtml(view.text)}`,
} as const;
