import { formatUsd } from "../../core/money.ts";
import { type Html, localTime, money, signedMoney } from "../../texts/html.ts";
import { ltrIn, rlmIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Balance, Movement } from "../../wallet/reader.ts";
import { type Card, lines, linkButton, pageLine, pager, tap } from "./card.ts";

/** /balance: what can be spent, what is set aside, what is owed, and how it came about. */
export function balanceCard(
  texts: Texts,
  balance: Balance & { readonly debtMicros: bigint },
  page: { items: readonly Movement[]; page: number; pageCount: number },
): Card {
  const { labels, messages } = texts;
  const movements = page.items.map(
    ({ kind, amountMicros, at }) =>
      `${rlmIn(texts.language)}${ltrIn(texts.language, localTime(at))} · ${movementWord(texts, kind)} ${ltrIn(texts.language, signedMoney(amountMicros))}`,
  );
  return {
    text: lines(
      messages.balance({ available: money(balance.availableMicros), held: money(balance.heldMicros) }),
      balance.debtMicros > 0n && messages.debt({ debt: money(balance.debtMicros) }),
      movements.length === 0 ? messages.noMovements : messages.movements,
      ...movements,
      pageLine(texts, page),
    ),
    keyboard: [
      ...pager(texts, page, (to) => ({ kind: "balance", page: to })),
      [tap(labels.topup, { kind: "topup" }), tap(labels.home, { kind: "home" })],
    ],
  };
}

function movementWord(texts: Texts, kind: string): string {
  const words = texts.messages.movementKinds;
  switch (kind) {
    case "topup":
    case "topup_refund":
    case "hold":
    case "release":
    case "debt_settled":
    case "late_charge":
    case "adjustment":
      return words[kind];
    default:
      return words.other;
  }
}

/** Asks for typed input; Back gives up and leads to where the question came from. */
export function askCard(texts: Texts, text: string, back: "leave" | "leaveSupport" = "leave"): Card {
  return { text, keyboard: [[tap(texts.labels.back, { kind: back })]] };
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
