import type { InlineKeyboardButton } from "grammy/types";
import type {
  BoughtPair,
  CountryItem,
  CountryPage,
  CountrySort,
  PricedPair,
  ServiceItem,
  ServicePage,
} from "../../catalog/catalog.ts";
import { formatUsd } from "../../core/money.ts";
import { escapeHtml, money } from "../../texts/html.ts";
import { ltrIn } from "../../texts/rtl.ts";
import type { Texts } from "../../texts/texts.ts";
import { type Card, inRows, lines, pageLine, pager, quoted, searchButton, tap } from "./card.ts";
import { fitted, LABEL_WIDTH, offerLabel, productLabel, shorten } from "./label.ts";

export interface ServicesView {
  readonly availableMicros: bigint;
  readonly recent: readonly BoughtPair[];
  readonly favourites: readonly PricedPair[];
  /** One tap on a recent purchase buys it, unless it costs more than last time. */
  readonly isQuick: boolean;
  /** The bot can be asked below the message field. */
  readonly hasInline: boolean;
  readonly page: ServicePage;
  readonly sort: "popular" | "name";
}

/** Screen 1: what was bought before, favourites, then all services. */
export function servicesCard(texts: Texts, view: ServicesView): Card {
  const { labels, messages } = texts;
  const { page, sort } = view;
  if (page.items.length === 0) {
    return {
      text: page.isReading ? messages.readingServices : messages.nothingOnSale,
      keyboard: [
        [tap(labels.tryAgain, { kind: "services", page: 0, sort }), tap(labels.home, { kind: "home" })],
      ],
    };
  }
  const other = sort === "popular" ? "name" : "popular";
  return {
    text: lines(messages.services({ available: money(view.availableMicros) }), pageLine(texts, page)),
    keyboard: [
      ...view.recent.map((item) => [
        view.isQuick && item.priceMicros !== null && item.priceMicros <= item.paidMicros
          ? quickButton(texts, item)
          : shortcut(labels.repeat, item),
      ]),
      ...inRows(
        view.favourites.map((item) => shortcut((what) => `★ ${what}`, item)),
        2,
      ),
      ...inRows(page.items.map(serviceButton), 2),
      ...pager(texts, page, (to) => ({ kind: "services", page: to, sort })),
      ...(view.hasInline ? [[searchButton(labels.search)]] : []),
      [
        tap(sort === "popular" ? labels.alphabetical : labels.popular, {
          kind: "services",
          page: 0,
          sort: other,
        }),
        tap(labels.home, { kind: "home" }),
      ],
    ],
  };
}

function shortcut(label: (what: string) => string, item: PricedPair): InlineKeyboardButton {
  const { service, country, priceMicros } = item;
  const price = priceMicros === null ? "" : formatUsd(priceMicros);
  return tap(productLabel({ service, country, price }, label), {
    kind: "confirm",
    serviceId: service.id,
    countryId: country.id,
  });
}

/** Buys without another question, so it names what may be charged at most rather than what it costs now. */
function quickButton({ language }: Texts, item: BoughtPair): InlineKeyboardButton {
  const { service, country, paidMicros, orderId } = item;
  const price = ltrIn(language, `≤ ${formatUsd(paidMicros)}`);
  return tap(
    productLabel({ service, country, price }, (what) => `⚡ ${what}`),
    { kind: "quick", orderId },
  );
}

function serviceButton(service: ServiceItem): InlineKeyboardButton {
  return tap(shorten(service.name, LABEL_WIDTH), {
    kind: "countries",
    serviceId: service.id,
    page: 0,
    sort: "best",
  });
}

/** What a typed text could mean; with a country, each button leads straight to the confirm card. */
export function foundServicesCard(
  texts: Texts,
  found: { services: readonly ServiceItem[]; country: CountryItem | null },
): Card {
  const { labels, messages } = texts;
  const { country } = found;
  const buttons = found.services.map((service) =>
    country === null
      ? serviceButton(service)
      : tap(
          productLabel({ service, country }, (what) => what),
          {
            kind: "confirm",
            serviceId: service.id,
            countryId: country.id,
          },
        ),
  );
  return {
    text: country === null ? messages.whichOne : messages.servicesIn({ country: escapeHtml(country.name) }),
    keyboard: [
      ...inRows(buttons, 2),
      [
        tap(labels.browse, { kind: "services", page: 0, sort: "popular" }),
        tap(labels.home, { kind: "home" }),
      ],
    ],
  };
}

/** The countries that a typed text could mean; each button leads straight to the confirm card. */
export function foundCountriesCard(
  texts: Texts,
  found: { service: ServiceItem; countries: readonly CountryItem[] },
): Card {
  const { labels, messages } = texts;
  const { service, countries } = found;
  const buttons = countries.map((country) =>
    tap(
      fitted(country.name, (name) => `${country.flag} ${name}`.trim()),
      { kind: "confirm", serviceId: service.id, countryId: country.id },
    ),
  );
  return {
    text: messages.countries({ service: escapeHtml(shorten(service.name, 60)) }),
    keyboard: [
      ...inRows(buttons, 2),
      [tap(labels.otherCountries, { kind: "countries", serviceId: service.id, page: 0, sort: "best" })],
      [
        tap(labels.browse, { kind: "services", page: 0, sort: "popular" }),
        tap(labels.home, { kind: "home" }),
      ],
    ],
  };
}

export function notFoundCard(texts: Texts, query: string): Card {
  const { labels, messages } = texts;
  return {
    text: messages.notFound({ query: quoted(query, 40) }),
    keyboard: [
      [
        tap(labels.browse, { kind: "services", page: 0, sort: "popular" }),
        tap(labels.home, { kind: "home" }),
      ],
    ],
  };
}

const nextSort: Readonly<Record<CountrySort, CountrySort>> = { best: "price", price: "name", name: "best" };

/** Screen 2: where the number comes from, with price, success and speed. */
export function countriesCard(
  texts: Texts,
  service: ServiceItem,
  page: CountryPage,
  sort: CountrySort,
): Card {
  const { labels, messages } = texts;
  const serviceId = service.id;
  const name = escapeHtml(shorten(service.name, 60));
  const back = tap(labels.back, { kind: "services", page: 0, sort: "popular" });
  const home = tap(labels.home, { kind: "home" });
  if (page.items.length === 0) {
    const again = tap(labels.tryAgain, { kind: "countries", serviceId, page: 0, sort });
    const why = page.unanswered > 0 ? messages.readingPrices : messages.noCountries;
    return { text: why({ service: name }), keyboard: [[again], [back, home]] };
  }
  const hasStatistics = page.items.some((offer) => offer.successPercent !== null);
  return {
    text: lines(
      messages.countries({ service: name }),
      hasStatistics && messages.percentNote,
      page.unanswered > 0
        ? messages.unanswered({ count: page.unanswered })
        : page.stale && messages.staleNote,
      pageLine(texts, page),
    ),
    keyboard: [
      ...page.items.map((offer) => [
        tap(offerLabel(texts, offer), { kind: "confirm", serviceId, countryId: offer.country.id }),
      ]),
      ...pager(texts, page, (to) => ({ kind: "countries", serviceId, page: to, sort })),
      [tap(labels.sort[sort], { kind: "countries", serviceId, page: 0, sort: nextSort[sort] })],
      [back, home],
    ],
  };
}
