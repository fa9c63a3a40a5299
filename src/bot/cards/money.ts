import type { CountryItem, ServiceItem } from "../../catalog/catalog.ts";
import { formatUsd } from "../../core/money.ts";
import { money } from "../../texts/html.ts";
import type { Texts } from "../../texts/texts.ts";
import type { Action } from "../callback-data.ts";
import { type Card, linkButton, tap } from "./card.ts";
import { productLabel } from "./label.ts";

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
