import type { CountryItem, ServiceItem } from "../../catalog/catalog.ts";
import { formatUsd } from "../../core/money.ts";
import { localTime, money, signedMoney } from "../../texts/html.ts";
import { ltrIn, rlmIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Balance, Movement } from "../../wallet/reader.ts";
import { type Card, lines, linkButton, pageLine, pager, tap } from "./card.ts";
import { productLabel } from "./label.ts";

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

export interface ResumeView {
  readonly service: ServiceItem;
  readonly country: CountryItem;
  readonly priceMicros: bigint | null;
}

/** Money came in; the purchase that waited for it is one tap away. */
export function creditedCard(
  texts: Texts,
  credit: { amountMicros: bigint; availableMicros: bigint },
  resume: ResumeView | null,
): Card {
  const { labels, messages } = texts;
  const text = messages.credited({
    amount: money(credit.amountMicros),
    available: money(credit.availableMicros),
  });
  if (resume === null)
    return { text, keyboard: [[tap(labels.buy, { kind: "services", page: 0, sort: "popular" })]] };
  const { service, country, priceMicros } = resume;
  const price = priceMicros === null ? "" : formatUsd(priceMicros);
  const label = productLabel({ service, country, price }, labels.getThis);
  return {
    text,
    keyboard: [[tap(label, { kind: "confirm", serviceId: service.id, countryId: country.id }, "primary")]],
  };
}
