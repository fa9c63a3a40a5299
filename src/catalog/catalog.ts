import type { ShopErrorCode } from "../core/errors.ts";

/** A language that the shop speaks (texts/). */
export type LanguageCode = string;

export interface ServiceItem {
  readonly id: string;
  readonly name: string;
}

export interface CountryItem {
  readonly id: string;
  /** In the asked language. */
  readonly name: string;
  /** Emoji flag, or "" for what is no country. */
  readonly flag: string;
}

/** A country's best offer for a service, as buyers see it. */
export interface CountryOffer {
  readonly country: CountryItem;
  readonly priceMicros: bigint;
  /** Sum over providers; null: not told. */
  readonly stock: number | null;
  /** Codes received here in 7 days, 0–100; null under 20 samples. */
  readonly successPercent: number | null;
  /** Median seconds to the first SMS; null under 20 samples. */
  readonly medianSeconds: number | null;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly page: number;
  readonly pageCount: number;
}

export type CountrySort = "best" | "price" | "name";

export interface CountryPage extends Page<CountryOffer> {
  /** True: some provider has not answered lately; prices shown may be old (the quote is still binding). */
  readonly stale: boolean;
}

/** One way to buy: what the purchase sends to which provider. */
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
}

/** A binding price: what is shown is what is charged. */
export interface Quote {
  readonly id: string;
  readonly serviceId: string;
  readonly countryId: string;
  readonly priceMicros: bigint;
  readonly costCeilingMicros: bigint;
  readonly expiresAt: Date;
}

export type QuoteResult =
  | {
      readonly kind: "quote";
      readonly quote: Quote;
      readonly offer: CountryOffer;
      readonly facts: QuoteFacts;
    }
  | { readonly kind: "refused"; readonly code: ShopErrorCode };

/** What a buyer should know before buying; from the offer that will be tried first. */
export interface QuoteFacts {
  readonly lifetimeMs: number;
  /** Null: cannot be cancelled (the number runs to its end, then the money is released). */
  readonly cancelAfterMs: number | null;
  readonly another: boolean;
}

export type SearchResult =
  /** Service and country were both named. */
  | { readonly kind: "pair"; readonly service: ServiceItem; readonly country: CountryItem }
  | {
      readonly kind: "services";
      readonly services: readonly ServiceItem[];
      readonly country: CountryItem | null;
    }
  | { readonly kind: "none" };

export interface Catalog {
  /** Sellable services, the shop's most bought and then the generally popular first; `sort: "name"` for A–Z. */
  services(input: { page: number; pageSize: number; sort: "popular" | "name" }): Promise<Page<ServiceItem>>;
  /** Fetches prices where older than 30 s (waits for them when there are none), and marks the service as looked at. */
  countries(input: {
    serviceId: string;
    page: number;
    pageSize: number;
    sort: CountrySort;
    language: LanguageCode;
  }): Promise<CountryPage>;
  /** "whatsapp uk", "wa gb", "uk whatsapp", a service alone, a misspelt one. */
  search(text: string, language: LanguageCode): Promise<SearchResult>;
  /** Refreshes this pair when older than 60 s, then stores a quote. */
  quote(input: {
    buyerId: string;
    serviceId: string;
    countryId: string;
    language: LanguageCode;
  }): Promise<QuoteResult>;
  /** Offers at or under the ceiling in the order to try them; open circuits and sold-out ones left out. */
  route(input: { serviceId: string; countryId: string; ceilingMicros: bigint }): Promise<readonly Offer[]>;
  /**
   * A definite "no numbers" or a moved price: the offer leaves the menu until it is seen again. "no_funds": it and the
   * dearer ones of its provider leave until the provider's balance covers them.
   */
  reportRefusal(
    offer: Offer,
    kind: "no_stock" | "price_moved" | "bad_mapping" | "no_funds",
    minCostMicros: bigint | null,
  ): Promise<void>;
  service(serviceId: string): Promise<ServiceItem | undefined>;
  country(countryId: string, language: LanguageCode): CountryItem;
  /** Next-best countries when one is sold out or brought no code. */
  alternatives(input: {
    serviceId: string;
    countryId: string;
    language: LanguageCode;
    limit: number;
  }): Promise<readonly CountryOffer[]>;
  /** The buyer's last distinct purchases, newest first. */
  recent(
    buyerId: string,
    language: LanguageCode,
    limit: number,
  ): Promise<readonly { service: ServiceItem; country: CountryItem; priceMicros: bigint | null }[]>;
  favourites(
    buyerId: string,
    language: LanguageCode,
  ): Promise<readonly { service: ServiceItem; country: CountryItem; priceMicros: bigint | null }[]>;
  setFavourite(buyerId: string, serviceId: string, countryId: string, isFavourite: boolean): Promise<void>;
  /** Banks, payments and government are blocked unless the operator allows them. */
  isBlocked(serviceId: string): Promise<boolean>;
}
