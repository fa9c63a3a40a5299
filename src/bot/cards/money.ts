import type { CountryItem, ServiceItem } from "../../catalog/catalog.ts";
import { formatUsd } from "../../core/money.ts";
import { localTime, money } from "../../texts/html.ts";
import { ltrIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Balance, Movement } from "../../wallet/reader.ts";
import { type Card, lines, linkButton, pager, shortProduct, tap } from "./card.ts";

/** /balance: what can be spent, what is set aside, what is owed, and how it came about. */
export function balanceCard(
  texts: Texts,
  balance: Balance & { readonly debtMicros: bigint },
  page: { items: readonly Movement[]; page: number; pageCount: number },
): Card {
  const { labels, messages } = texts;
  const movements = page.items.map(
    ({ kind, amountMicros, at }) =>
      `${localTime(at)} · ${movementWord(texts, kind)} ${ltrIn(texts.language, `${amountMicros > 0n ? "+" : ""}${money(amountMicros)}`)}`,
  );
  return {
    text: lines(
      messages.balance({ available: money(balance.availableMicros), held: money(balance.heldMicros) }),
      balance.debtMicros > 0n && messages.debt({ debt: money(balance.debtMicros) }),
      movements.length === 0 ? messages.noMovements : messages.movements,
      ...movements,
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

/** Asks for typed input; Back gives up. */
export function askCard(texts: Texts, text: string): Card {
  return { text, keyboard: [[tap(texts.labels.back, { kind: "leave" })]] };
}

export function cryptoInvoiceCard(texts: Texts, invoice: { amountMicros: bigint; payUrl: string }): Card {
  const { labels, messages } = texts;
  return {
    text: messages.cryptoInvoice({ amount: money(invoice.amountMicros) }),
    keyboard: [[linkButton(labels.payNow(formatUsd(invoice.amountMicros)), invoice.payUrl)]],
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
  const price = priceMicros === null ? "" : ` · ${formatUsd(priceMicros)}`;
  const label = labels.getThis(`${shortProduct(service, country)}${price}`);
  return {
    text,
    keyboard: [[tap(label, { kind: "confirm", serviceId: service.id, countryId: country.id })]],
  };
}
