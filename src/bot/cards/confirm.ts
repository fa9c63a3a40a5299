import type { InlineKeyboardButton } from "grammy/types";
import type { CountryItem, CountryOffer, Quote, QuoteFacts, ServiceItem } from "../../catalog/catalog.ts";
import { formatUsd } from "../../core/money.ts";
import { type Html, money, moneyInStars } from "../../texts/html.ts";
import type { Texts } from "../../texts/texts.ts";
import { type Card, lines, productTitle, tap } from "./card.ts";
import { offerLabel, productLabel } from "./label.ts";

export interface ConfirmView {
  readonly service: ServiceItem;
  readonly quote: Quote;
  readonly offer: CountryOffer;
  readonly facts: QuoteFacts;
  readonly availableMicros: bigint;
  readonly isFavourite: boolean;
  /** Null: the balance covers it. */
  readonly shortfall: Shortfall | null;
  /** The terms that this purchase would accept; 0: accepted before. */
  readonly termsVersion: number;
  /** Why the buyer sees this card again. */
  readonly note: string | null;
}

const MINUTE_MS = 60_000;

/** Screen 3: what it costs, when it is charged, and what can be done afterwards. Short of money, it begins with paying. */
export function confirmCard(texts: Texts, view: ConfirmView): Card {
  const { labels, messages } = texts;
  const { service, quote, offer, termsVersion, isFavourite, shortfall } = view;
  const { serviceId, countryId } = quote;
  const save = { kind: "save", serviceId, countryId, isFavourite: !isFavourite } as const;
  const success =
    offer.successPercent !== null &&
    messages.success({ percent: offer.successPercent, seconds: offer.medianSeconds });
  const debt = shortfall !== null && shortfall.debtMicros > 0n && shortfall.debtMicros;
  return {
    text: lines(
      view.note,
      productTitle(texts, service, offer.country),
      messages.heldOnly({ price: money(quote.priceMicros) }),
      quote.fullPriceMicros !== null && messages.insteadOf({ price: money(quote.fullPriceMicros) }),
      factsLine(texts, view.facts, offer.stock),
      success,
      messages.yourBalance({ available: money(view.availableMicros) }),
      debt !== false && messages.debt({ debt: money(debt) }),
      shortfall !== null && messages.payFirst({ missing: missingOf(shortfall) }),
      termsVersion > 0 && messages.acceptTerms,
    ),
    keyboard: [
      ...buyButtons(texts, view),
      [tap(isFavourite ? labels.saved : labels.save, save)],
      [
        tap(labels.back, { kind: "countries", serviceId, page: 0, sort: "best" }),
        tap(labels.home, { kind: "home" }),
      ],
    ],
  };
}

/** Get, or pay what is missing and get; never both. */
function buyButtons(
  texts: Texts,
  { quote, termsVersion, shortfall }: Pick<ConfirmView, "quote" | "termsVersion" | "shortfall">,
): InlineKeyboardButton[][] {
  const { labels } = texts;
  const by = { quoteId: quote.id, termsVersion };
  if (shortfall !== null) {
    return [
      [tap(payLabel(texts, shortfall), { kind: "payShort", ...by }, "primary")],
      [tap(shortfall.hasOtherWays ? labels.otherWays : labels.otherAmount, { kind: "otherWays", ...by })],
    ];
  }
  const price = formatUsd(quote.priceMicros);
  const label = termsVersion > 0 ? labels.acceptAndGet(price) : labels.getNumber(price);
  return [[tap(label, { kind: "get", ...by }, "primary")]];
}

export interface AskedView {
  readonly service: ServiceItem;
  readonly country: CountryItem;
  /** Why it was not bought by itself. */
  readonly reason: string;
  /** Today's price, binding; null: the next step shows what can be had. */
  readonly quote: Quote | null;
}

/** Paid, but not bought at what was agreed: asked once, with one button. */
export function askedCard(texts: Texts, view: AskedView): Card {
  const { labels } = texts;
  const { service, country, quote } = view;
  const button =
    quote === null
      ? tap(productLabel({ service, country }, labels.getThis), {
          kind: "confirm",
          serviceId: service.id,
          countryId: country.id,
        })
      : tap(
          labels.getNumber(formatUsd(quote.priceMicros)),
          { kind: "get", quoteId: quote.id, termsVersion: 0 },
          "primary",
        );
  return {
    text: lines(
      productTitle(texts, service, country),
      view.reason,
      quote !== null && texts.messages.heldOnly({ price: money(quote.priceMicros) }),
    ),
    keyboard: [[button]],
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

/** How a purchase is paid that the balance does not cover. */
export interface Shortfall {
  /** Includes what is owed. */
  readonly missingMicros: bigint;
  readonly debtMicros: bigint;
  /** What the first button pays: as many Stars, or dollars where Stars are off. */
  readonly pays: { readonly stars: number } | { readonly amountMicros: bigint };
  /** False: the second button leads to other amounts only. */
  readonly hasOtherWays: boolean;
}

function missingOf({ missingMicros, pays }: Shortfall): Html {
  return "stars" in pays ? moneyInStars(missingMicros, pays.stars) : money(missingMicros);
}

function payLabel(texts: Texts, { pays }: Shortfall): string {
  const { labels } = texts;
  return "stars" in pays ? labels.payStarsAndBuy(pays.stars) : labels.payAndBuy(formatUsd(pays.amountMicros));
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
