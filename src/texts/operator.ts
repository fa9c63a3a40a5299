import { parseUsd } from "../core/money.ts";
import { escapeHtml, type Html, mention, money } from "./html.ts";

/** What operators read. In English only: it is the language of the logs and of the documentation. */
export const operatorLabels = { approve: "Approve", reject: "Reject" } as const;

export const operatorTexts = {
  usageAdjust: "Usage: /adjust &lt;telegram id&gt; &lt;amount, like 2.50 or -1&gt; &lt;reason&gt;",
  usageRefund: "Usage: /refund &lt;payment charge id&gt;",
  usageBan: "Usage: /ban &lt;telegram id&gt; &lt;reason&gt;",
  usageUnban: "Usage: /unban &lt;telegram id&gt;",
  done: "Done.",
  notFound: "Not found.",
  refundHeld:
    "Part of this money is held for an open order. Nothing was refunded: try again when the order has ended.",
  refundRefused: "Telegram will not refund this payment. The buyer has the credit back.",
  refundPending: "The credit is taken back, but Telegram did not answer. It is asked again every minute.",
  claimDecided: {
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
  dispute: (view: { buyer: number | null; text: string }): string =>
    `<b>Payment question</b> from ${view.buyer === null ? "(deleted)" : mention(view.buyer)}\n${escapeHtml(view.text)}`,
} as const;

type Params = Readonly<Record<string, string>>;

/** The notices with a sentence of their own; any other is shown by its name and facts. */
const notices: Readonly<Record<string, (params: Params) => string>> = {
  possible_loss: (params) =>
    `Possible loss at ${fact(params, "provider")}: up to ${amount(params)}. A purchase got no clear answer and no number was found. Check order ${fact(params, "orderId")} there.`,
  stray_lost: (params) =>
    `Loss at ${fact(params, "provider")}: ${amount(params)}. A number that was bought for nobody had an SMS before it could be given back.`,
  crypto_pay_amount: (params) =>
    `Crypto Pay invoice ${fact(params, "invoiceId")} is paid, but not over the ${amount(params)} that top-up ${fact(params, "topupId")} asked for. Nothing was credited. Settle it by hand.`,
  crypto_pay_nobody: (params) =>
    `Crypto Pay invoice ${fact(params, "invoiceId")} over ${amount(params)} was paid after its buyer had their data deleted (top-up ${fact(params, "topupId")}). The money is on an account of nobody. Settle it by hand.`,
  refund_debt: (params) =>
    `Telegram refunded payment ${fact(params, "chargeId")}, but ${amount(params)} of it is spent or held for an order. ${params.telegramId === undefined ? "The buyer, whose data is deleted, owes it when they come back." : `Buyer ${fact(params, "telegramId")} owes it: what comes in pays it first, and they cannot buy until then.`}`,
  refund_refused: (params) =>
    `Telegram will not refund payment ${fact(params, "chargeId")} over ${amount(params)} (${fact(params, "reason")}). The buyer has the credit back.`,
  provider_down: (params) =>
    `${fact(params, "provider")} is out (${fact(params, "reason")}). Its offers are hidden until it answers.`,
  provider_up: (params) => `${fact(params, "provider")} answers again. Its offers are back.`,
  low_balance: (params) => `Low balance at ${fact(params, "provider")}: ${amount(params)}. Please top it up.`,
  message_set_aside: (params) =>
    `A message (${fact(params, "about")}${params.orderId === undefined ? "" : ` of order ${fact(params, "orderId")}`}) could not be made three times and was set aside. It is tried again every ten minutes for a day. The log says why (outboxId ${fact(params, "message")}).`,
  finding: (params) =>
    `Self-check: ${fact(params, "kind")} at ${fact(params, "subject")}. Run npm run doctor for details.`,
};

/** A notice as HTML. `notice` and its facts come from the outbox; unknown ones lose nothing but their sentence. */
export function operatorNotice(notice: string, params: Params): string {
  const known = Object.hasOwn(notices, notice) ? notices[notice] : undefined;
  if (known) return known(params);
  const facts = Object.entries(params).map(([name, value]) => `${escapeHtml(name)}: ${escapeHtml(value)}`);
  return [`<b>${escapeHtml(notice)}</b>`, ...facts].join("\n");
}

function fact(params: Params, name: string): Html {
  return escapeHtml(params[name] ?? "?");
}

/** Amounts are decimal strings of micro-dollars. */
function amount(params: Params): Html {
  const text = params.amountMicros ?? "";
  return /^\d{1,19}$/.test(text) ? money(BigInt(text)) : escapeHtml(text === "" ? "?" : text);
}

/** "2.50" or "-1" as micro-dollars; undefined for anything else and for zero. */
export function parseSignedUsd(text: string): bigint | undefined {
  const isNegative = text.startsWith("-");
  const micros = parseUsd(text.replace(/^[+-]/, "").replace(/^\$/, ""), "exact");
  if (micros === undefined || micros === 0n) return undefined;
  return isNegative ? -micros : micros;
}
