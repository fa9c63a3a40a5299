import type { CountryItem, CountryOffer, Quote, QuoteFacts, ServiceItem } from "../../catalog/catalog.ts";
import { formatUsd } from "../../core/money.ts";
import { money } from "../../texts/html.ts";
import type { Texts } from "../../texts/texts.ts";
import { type Card, lines, productName, productTitle, tap } from "./card.ts";
import { offerLabel } from "./label.ts";

export interface ConfirmView {
  readonly service: ServiceItem;
  readonly quote: Quote;
  readonly offer: CountryOffer;
  readonly facts: QuoteFacts;
  readonly availableMicros: bigint;
  readonly isFavourite: boolean;
  /** The terms that this purchase would accept; 0: accepted before. */
  readonly termsVersion: number;
  /** Why the buyer sees this card again. */
  readonly note: string | null;
}

const MINUTE_MS = 60_000;

/** Screen 3: what it costs, when it is charged, and what can be done afterwards. */
export function confirmCard(texts: Texts, view: ConfirmView): Card {
  const { labels, messages } = texts;
  const { service, quote, offer, termsVersion, isFavourite } = view;
  const { serviceId, countryId } = quote;
  const price = formatUsd(quote.priceMicros);
  const get = { kind: "get", quoteId: quote.id, termsVersion } as const;
  const save = { kind: "save", serviceId, countryId, isFavourite: !isFavourite } as const;
  const success =
    offer.successPercent !== null &&
    messages.success({ percent: offer.successPercent, seconds: offer.medianSeconds });
  return {
    text: lines(
      view.note,
      productTitle(texts, service, offer.country),
      messages.heldOnly({ price: money(quote.priceMicros) }),
      factsLine(texts, view.facts, offer.stock),
      success,
      messages.yourBalance({ available: money(view.availableMicros) }),
      termsVersion > 0 && messages.acceptTerms,
    ),
    keyboard: [
      [tap(termsVersion > 0 ? labels.acceptAndGet(price) : labels.getNumber(price), get, "primary")],
      [tap(isFavourite ? labels.saved : labels.save, save)],
      [
        tap(labels.back, { kind: "countries", serviceId, page: 0, sort: "best" }),
        tap(labels.home, { kind: "home" }),
      ],
    ],
  };
}

function factsLine(texts: Texts, facts: QuoteFacts, stock: number | null): string {
  const { messages } = texts;
  const known = [
    messages.window({ minutes: minutesOf(facts.lifetimeMs) }),
    cancelFact(texts, facts.cancelAfterMs),
    messages.secondCode({ another: facts.another }),
  ];
  // Some suppliers do not say how many they have.
  return (stock === null ? known : [...known, messages.inStock({ count: stock })]).join(" · ");
}

function cancelFact(texts: Texts, cancelAfterMs: number | null): string {
  if (cancelAfterMs === null) return texts.messages.noCancel;
  if (cancelAfterMs === 0) return texts.messages.cancelAnytime;
  return texts.messages.cancelAfter({ minutes: minutesOf(cancelAfterMs) });
}

function minutesOf(ms: number): number {
  return Math.max(1, Math.ceil(ms / MINUTE_MS));
}

export interface ShortView {
  readonly service: ServiceItem;
  readonly country: CountryItem;
  /** Includes what is owed. */
  readonly missingMicros: bigint;
  readonly debtMicros: bigint;
  /** Null: Stars are off. */
  readonly stars: number | null;
}

/** Not enough money, perhaps because of a debt: pay exactly what is missing and go on. */
export function shortCard(texts: Texts, view: ShortView): Card {
  const { labels, messages } = texts;
  const product = { serviceId: view.service.id, countryId: view.country.id };
  const payStars =
    view.stars === null
      ? []
      : [[tap(labels.payStarsAndBuy(view.stars), { kind: "payShort", ...product }, "primary")]];
  return {
    text: lines(
      view.debtMicros > 0n && messages.debt({ debt: money(view.debtMicros) }),
      messages.short({
        missing: money(view.missingMicros),
        product: productName(view.service, view.country),
      }),
    ),
    keyboard: [
      ...payStars,
      [
        tap(labels.otherWays, { kind: "otherWays", ...product }),
        tap(labels.back, { kind: "confirm", ...product }),
      ],
    ],
  };
}

export interface RefusedView {
  readonly service: ServiceItem;
  readonly country: CountryItem;
  readonly reason: string;
  readonly alternatives: readonly CountryOffer[];
  readonly canRetry: boolean;
}

/** It cannot be had: why, and what can be had instead. */
export function refusedCard(texts: Texts, view: RefusedView): Card {
  const { labels, messages } = texts;
  const { service, country } = view;
  const serviceId = service.id;
  const again = tap(labels.tryAgain, { kind: "confirm", serviceId, countryId: country.id });
  return {
    text: lines(
      productTitle(texts, service, country),
      view.reason,
      view.alternatives.length > 0 && messages.alternatives,
    ),
    keyboard: [
      ...view.alternatives.map((offer) => [
        tap(offerLabel(texts, offer, labels.tryCountry), {
          kind: "confirm",
          serviceId,
          countryId: offer.country.id,
        }),
      ]),
      view.canRetry
        ? [again]
        : [tap(labels.tellWhenBack, { kind: "tellWhenBack", serviceId, countryId: country.id })],
      [
        tap(labels.otherCountries, { kind: "countries", serviceId, page: 0, sort: "best" }),
        tap(labels.home, { kind: "home" }),
      ],
    ],
  };
}
