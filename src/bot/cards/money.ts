import { formatUsd } from "../../core/money.ts";
import { type Html, money } from "../../texts/html.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Action } from "../callback-data.ts";
import { type Card, lines, linkButton, tap } from "./card.ts";

/** Asks for typed input; Back gives up and leads to where the question came from. */
export function askCard(texts: Texts, text: string, back: Action): Card {
  return { text, keyboard: [[tap(texts.labels.back, back)]] };
}

export function cryptoInvoiceCard(texts: Texts, invoice: { amountMicros: bigint; payUrl: string }): Card {
  const { labels, messages } = texts;
  return {
    text: messages.cryptoInvoice({ amount: money(invoice.amountMicros) }),
    keyboard: [[linkButton(labels.payNow(formatUsd(invoice.amountMicros)), invoice.payUrl, "primary")]],
  };
}

/** Money came in. `next`: the purchase that waited for it is being made; null: none waited. */
export function creditedCard(
  texts: Texts,
  credit: { amountMicros: bigint; availableMicros: bigint },
  next: Html | null,
): Card {
  const { labels, messages } = texts;
  const text = messages.credited({
    amount: money(credit.amountMicros),
    available: money(credit.availableMicros),
  });
  if (next !== null) return { text: lines(text, messages.gettingNumber({ product: next })), keyboard: [] };
  return { text, keyboard: [[tap(labels.buy, { kind: "services", page: 0, sort: "popular" })]] };
}
