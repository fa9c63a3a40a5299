import type { ShopErrorCode } from "../core/errors.ts";

/** The code of a language in src/texts. */
export type LanguageCode = string;

export interface ServiceItem {
  readonly id: string;
  readonly name: string;
}

export interface CountryItem {
  readonly id: string;
  /** In the requested language. */
  readonly name: string;
  /** The flag as an emoji, "" for ids that are not countries. */
  readonly flag: string;
}

/** A country's best offer for a service, as buyers see it. */
export interface CountryOffer {
  readonly country: CountryItem;
  readonly priceMicros: bigint;
  /** The sum over all providers. Null: no provider tells its stock. */
  readonly stock: number | null;
  /** Percentage of numbers that received a code in the last 7 days. Null: fewer than 20 samples. */
  readonly successPercent: number | null;
  /** Median seconds to the first SMS. Null: fewer than 20 samples. */
  readonly medianSeconds: number | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly page: number;
  readonly pageCount: number;
}

export interface ServicePage extends Page<ServiceItem> {
  /** True: there are none because no provider's list has been read yet. */
  readonly isReading: boolean;
}

export type CountrySort = "best" | "price" | "name";

export interface CountryPage extends Page<CountryOffer> {
  /** True: a provider has not answered lately, so the prices shown may be old. A quote is binding all the same. */
  readonly stale: boolean;
  /** How many providers that sell this service were not read lately, so their offers are missing. */
  readonly unanswered: number;
  /** Why there are no items: the service is not sold at all, or not now. */
  readonly refusal: "service_blocked" | "not_on_sale" | null;
}

/** Something bought or saved before, with today's price where one is known. */
export interface PricedPair {
  readonly service: ServiceItem;
  readonly country: CountryItem;
  readonly priceMicros: bigint | null;
}

/** Something bought before: the buyer's last order of it that had a number, and its price. */
export interface BoughtPair extends PricedPair {
  readonly orderId: string;
  readonly paidMicros: bigint;
}

/** One way to buy a number: the provider and the codes that a purchase sends to it. */
export interface Offer {
  readonly provider: string;
  readonly serviceId: string;
  readonly countryId: string;
  readonly serviceCode: string | null;
  readonly countryCode: string;
  readonly operator: string | null;
  readonly costMicros: bigint;
  readonly stock: number | null;
  readonly observedAt: Date;
  /** The median wait for a code of this service at this provider. Null: too few came. */
  readonly usualWaitMs: number | null;
}

/** A binding price: the price that the buyer sees is the price that is charged. */
export interface Quote {
  readonly id: string;
  readonly serviceId: string;
  readonly countryId: string;
  readonly priceMicros: bigint;
  /** What it costs without the discount of the buyer's promo code; null: they have none for this. */
  readonly fullPriceMicros: bigint | null;
  readonly costCeilingMicros: bigint;
  readonly expiresAt: Date;
}

export type QuoteResult =
  | {
      readonly kind: "quote";
      readonly quote: Quote;
      readonly offer: CountryOffer;
      /** The buyer has saved this service and country. */
      readonly isFavourite: boolean;
      readonly facts: QuoteFacts;
    }
  | { readonly kind: "refused"; readonly code: ShopErrorCode };

/** What the buyer is told before the purchase, taken from the offer that will be tried first. */
export interface QuoteFacts {
  readonly lifetimeMs: number;
  /** Null: the order cannot be cancelled. Its hold is released when the number expires. */
  readonly cancelAfterMs: number | null;
  readonly another: boolean;
}

/** Half of a product. */
export interface Chosen {
  readonly serviceId?: string;
  readonly countryId?: string;
}

export type SearchResult =
  /** The text names a service and a country. */
  | { readonly kind: "pair"; readonly service: ServiceItem; readonly country: CountryItem }
  | {
      readonly kind: "services";
      readonly services: readonly ServiceItem[];
      readonly country: CountryItem | null;
    }
  /** The service is clear, but the country is one of several: "whatsapp congo". */
  | { readonly kind: "countries"; readonly service: ServiceItem; readonly countries: readonly CountryItem[] }
  | { readonly kind: "none" };

/** One product with its price; `stock` as in {@link CountryOffer}. */
export interface PriceListRow {
  readonly serviceId: string;
  readonly countryId: string;
  readonly priceMicros: bigint;
  readonly stock: number | null;
}

/** How providers are asked for prices: for a person who waits (the default), or for a program, after all people. */
export type AskAs = "tap" | "background";

export interface Catalog {
  /** The services on sale. "popular": the shop's most sold first, then those popular elsewhere. "name": A–Z. */
  services(input: { page: number; pageSize: number; sort: "popular" | "name" }): Promise<ServicePage>;
  /**
   * Requests prices older than 30 s, waits up to 1.5 s for providers that were not read lately, and marks the service as
   * looked at.
   */
  countries(input: {
    serviceId: string;
    page: number;
    pageSize: number;
    sort: CountrySort;
    language: LanguageCode;
    askAs?: AskAs;
  }): Promise<CountryPage>;
  /** Everything on sale, as known now: what nobody has looked at lately may be missing. Costs much for a large shop. */
  priceList(): Promise<readonly PriceListRow[]>;
  /**
   * Finds services by text: "whatsapp uk", "wa gb", "uk whatsapp", a service alone, misspelt names. `chosen` is what the
   * buyer has chosen before: it completes a text that names only the other half.
   */
  search(text: string, language: LanguageCode, chosen?: Chosen): Promise<SearchResult>;
  /** Requests this pair's prices if they are older than 60 s, then stores a quote. */
  quote(input: {
    /** For callers that make one quote at most for something; else a new id. */
    id?: string;
    buyerId: string;
    serviceId: string;
    countryId: string;
    language: LanguageCode;
    askAs?: AskAs;
  }): Promise<QuoteResult>;
  /** What a quote would cost by what is known now: nobody is asked. `isOld`: a quote would ask first. Undefined: not known. */
  knownPrice(product: {
    serviceId: string;
    countryId: string;
  }): Promise<{ readonly priceMicros: bigint; readonly isOld: boolean } | undefined>;
  /** A quote that this buyer was given, also when it has expired; undefined: none of theirs. */
  quoted(
    quoteId: string,
    buyerId: string,
  ): Promise<Pick<Quote, "id" | "serviceId" | "countryId" | "priceMicros"> | undefined>;
  /** The offers at or under the ceiling, in the order to try them. Without sold-out offers, open circuits and what is off sale. */
  route(input: { serviceId: string; countryId: string; ceilingMicros: bigint }): Promise<readonly Offer[]>;
  /**
   * Call after a definite refusal ("no numbers", moved price). Hides the offer until a price list shows it again; after
   * "no_funds" hides it and the dearer ones of its provider until the provider's balance covers them.
   */
  reportRefusal(
    offer: Offer,
    kind: "no_stock" | "price_moved" | "bad_mapping" | "no_funds",
    minCostMicros: bigint | null,
  ): Promise<void>;
  service(serviceId: string): Promise<ServiceItem | undefined>;
  /** True for a service that the shop sells, in a country that there is or that a provider lists. Anyone can send any ids. */
  isKnown(product: { serviceId: string; countryId: string }): Promise<boolean>;
  country(countryId: string, language: LanguageCode): CountryItem;
  /** The next-best countries, for a buyer whose country is sold out or brought no code. */
  alternatives(input: {
    serviceId: string;
    countryId: string;
    language: LanguageCode;
    limit: number;
  }): Promise<readonly CountryOffer[]>;
  /** The buyer's last different purchases and their favourites, each newest first, twenty at most. */
  shelf(
    buyerId: string,
    language: LanguageCode,
  ): Promise<{ readonly recent: readonly BoughtPair[]; readonly favourites: readonly PricedPair[] }>;
  /** Nothing is stored for what is not known. */
  setFavourite(buyerId: string, serviceId: string, countryId: string, isFavourite: boolean): Promise<void>;
  /**
   * Why this is not sold, whatever offers there are: it is on the blocklist, an operator has taken it off sale, or sales are
   * paused. Undefined: it is.
   */
  refusal(product: {
    serviceId: string;
    countryId: string;
  }): Promise<"service_blocked" | "not_on_sale" | "sales_paused" | undefined>;
}

/** Who is told when a sold-out product can be had again. */
export interface StockAlerts {
  /** Tells this buyer once if the product is back within a day. "too_many": of the products that they wait for. */
  add(alert: {
    readonly buyerId: string;
    readonly chatId: number;
    readonly serviceId: string;
    readonly countryId: string;
  }): Promise<"added" | "too_many" | "unknown">;
}
