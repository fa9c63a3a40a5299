import { escapeHtml, type Html, money } from "../html.ts";

type Params = Readonly<Record<string, string>>;

/** The notices with a sentence of their own; any other is shown by its name and facts. */
const notices: Readonly<Record<string, (params: Params) => string>> = {
  possible_loss: (params) =>
    `Possible loss at ${fact(params, "provider")}: up to ${amount(params)}. A purchase got no clear answer and no number was found (${fact(params, "why")}). Check order ${fact(params, "orderId")} there.`,
  stray_lost: (params) =>
    `Loss at ${fact(params, "provider")}: ${amount(params)}. A number that was bought for nobody could not be given back.`,
  crypto_pay_amount: (params) =>
    `Crypto Pay invoice ${fact(params, "invoiceId")} is paid, but not over the ${amount(params)} that top-up ${fact(params, "topupId")} asked for. Nothing was credited. An owner gives it to its buyer: /admin, Payments, unassigned.`,
  crypto_pay_nobody: (params) =>
    `Crypto Pay invoice ${fact(params, "invoiceId")} over ${amount(params)} was paid after its buyer had their data deleted (top-up ${fact(params, "topupId")}). The money is on an account of nobody. Settle it by hand.`,
  refund_debt: (params) =>
    `Telegram refunded payment ${fact(params, "chargeId")}, but ${amount(params)} of it is spent or held for an order. ${params.telegramId === undefined ? "The buyer, whose data is deleted, owes it when they come back." : `Buyer ${fact(params, "telegramId")} owes it: what comes in pays it first, and they cannot buy until then.`}`,
  refund_refused: (params) =>
    `Telegram will not refund payment ${fact(params, "chargeId")} over ${amount(params)} (${fact(params, "reason")}). The buyer has the credit back.`,
  provider_down: (params) =>
    `${fact(params, "provider")} is out (${fact(params, "reason")}). Its offers are hidden until it answers.`,
  provider_short: (params) =>
    `${fact(params, "provider")} is out of money for some of its offers (${fact(params, "reason")}): its balance is ${amount(params)}. Dearer offers are hidden until you top it up.`,
  provider_up: (params) => `${fact(params, "provider")} answers again. Its offers are back.`,
  low_balance: (params) => `Low balance at ${fact(params, "provider")}: ${amount(params)}. Please top it up.`,
  paused: (params) =>
    `${fact(params, "what")} paused by ${fact(params, "who")}: ${fact(params, "why")}. Codes, cancels, refunds and credits go on.`,
  resumed: (params) => `${fact(params, "what")} on again (${fact(params, "who")}).`,
  hours_left: (params) =>
    `${fact(params, "provider")}: ${amount(params)} is left, enough for ${fact(params, "hours")} hours as it sells now. When it is empty, its offers are gone.`,
  delivery_fell: (params) =>
    `${fact(params, "provider")} delivers ${fact(params, "now")} % of ${fact(params, "count")} numbers in 6 hours; in 7 days it was ${fact(params, "usual")} %.`,
  price_rose: (params) =>
    `${fact(params, "product")} now costs ${amount(params)} at the cheapest provider, over 25 % more than in the last 7 days.`,
  no_numbers: (params) =>
    `${fact(params, "provider")} had no number for ${fact(params, "percent")} % of ${fact(params, "count")} tries in 30 minutes.`,
  stock_empty: (params) => `${fact(params, "product")} is sold out at every provider, and sells well.`,
  message_set_aside: (params) =>
    `A message (${fact(params, "about")}${params.orderId === undefined ? "" : ` of order ${fact(params, "orderId")}`}) could not be made three times and was set aside. It is tried again every ten minutes for a day. The log says why (outboxId ${fact(params, "message")}).`,
  queue_waiting: (params) =>
    `Waiting for half an hour: ${fact(params, "count")} × ${fact(params, "kind")}. /admin → Queue.`,
  adjusted: (params) =>
    `${fact(params, "by")} changed the balance of buyer ${fact(params, "telegramId")} by ${fact(params, "sign")}${amount(params)}: ${fact(params, "reason")}.`,
  codes_made: (params) =>
    `${fact(params, "by")} made ${fact(params, "what")}${params.amountMicros === undefined ? "" : `, ${amount(params)} in all at most`}. /admin → Codes.`,
  staff_joined: (params) => `${fact(params, "telegramId")} now works at the desk as ${fact(params, "role")}.`,
  staff_refused: (params) =>
    `${fact(params, "telegramId")} (${fact(params, "role")}) has asked five times in an hour for what their role does not allow. The audit log says what.`,
  operators_chat_away: (params) =>
    `The operators' group (OPERATORS_CHAT ${fact(params, "chat")}) cannot be reached: I was put out, may not write, or the group has a new id. You are told here; the group is tried again every hour.`,
  broadcast_done: (params) =>
    `The broadcast is sent: ${fact(params, "sent")} got it, ${fact(params, "blocked")} have blocked the bot, ${fact(params, "failed")} failed, ${fact(params, "skipped")} were left out.`,
  broadcast_deleted: (params) =>
    `The broadcast is deleted from ${fact(params, "removed")} chats. In ${fact(params, "kept")} it could not be deleted.`,
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
