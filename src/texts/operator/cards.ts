import { bold, code, escapeHtml, type Html, mention, money } from "../html.ts";

/** Find, cards and lists of the desk. */
export const cardTexts = {
  find: "🔎 Find",
  findPrompt:
    "Send anything: an order's id or its last 8 characters, a number or its last 4 digits, a Telegram id, an @name, a payment's charge id, a provider's id, a receipt's #id – or forward a buyer's message.",
  findAgain: "🔎 Find another",
  found: (count: number): string => (count === 1 ? "Found:" : `Found ${count}:`),
  notFound: (tried: readonly string[]): string =>
    tried.length === 0
      ? "This looks like nothing that the shop knows."
      : `Nothing found. Tried: ${escapeHtml(tried.join(", "))}.`,
  orders: "🧾 Orders",
  payments: "💳 Payments",
  adjust: "± Balance",
  adjustPrompt: "How much? Like 2.50 or -1, in dollars. It leads to before and after; nothing is done yet.",
  adjustAgain: "An amount like 2.50 or -1: digits, a point, at most six decimals. No comma.",
  ban: "Ban",
  unban: "Lift ban",
  unflag: "Clear flag",
  message: "✉ Message",
  messagePrompt: "What should the buyer read? Up to 1000 characters.",
  messageAgain: "A message has to be text of up to 1000 characters.",
  buyer: "👤 Buyer",
  refund: "↩ Refund",
  assign: "👤 Give it to a buyer",
  assignPrompt:
    "Whose payment is it? Send the buyer's @name, Telegram id or id here, or forward a message of theirs. It leads to before and after; nothing is done yet.",
  assignNobody: "No buyer found. An @name, a Telegram id or the id of a buyer.",
  assignSeveral: "Several people were seen with this name. Send the Telegram id instead.",
  cancel: "✖ Cancel for the buyer",
  giveBack: "↩ Give back",
  checkNow: "⟳ Check now",
  checked: "The provider is asked now.",
  noOrders: "No orders.",
  noPayments: "No payments.",
} as const;

/** "Label: value" with a plain value. */
export function fact(label: string, value: string | number): string {
  return `${escapeHtml(label)}: ${escapeHtml(String(value))}`;
}

export function moneyFact(label: string, micros: bigint): string {
  return `${escapeHtml(label)}: ${money(micros)}`;
}

/** "2026-03-01 12:04:05". UTC, as the log has it. */
export function stamp(at: Date): string {
  return at.toISOString().slice(0, 19).replace("T", " ");
}

/** An id of a provider that may be made of the number itself. */
export function maskedIn(id: string, phone: string | null): string {
  const digits = phone?.replace(/\D/g, "") ?? "";
  return digits.length < 5 ? id : id.replaceAll(digits, `…${digits.slice(-4)}`);
}

/** "…0123": the last four digits of a number. */
export function maskedEnd(phone: string | null): string {
  return phone === null ? "no number" : `…${phone.slice(-4)}`;
}

export function title(text: string): Html {
  return bold(escapeHtml(text));
}

export function copyable(label: string, value: string): string {
  return `${escapeHtml(label)}: ${code(value)}`;
}

export function personOf(telegramId: number | null): string {
  return telegramId === null ? "(data deleted)" : mention(telegramId);
}
