/** The wire protocols an operator can name in PROVIDER_<NAME>_PROTOCOL. */
export const protocols = [
  "oxgel",
  "handler-api",
  "push-gateway",
  "otpbuddy",
  "tempcode77",
  "fivesim",
] as const;
export type Protocol = (typeof protocols)[number];

/**
 * What an upstream can do, as data: buttons, watching and reconciling follow it, nobody asks for a protocol's name.
 */
export interface Capabilities {
  /** An order can be cancelled before its first SMS. */
  readonly cancel: boolean;
  /** A number that the app refused can be handed back as such, before its first SMS. */
  readonly ban: boolean;
  /** Another SMS can be asked for on the same number. */
  readonly another: boolean;
  /** The upstream wants to be told that an order is done. */
  readonly finish: boolean;
  /** `check` answers. False: SMS come by webhook only, and expiry is by our own clock. */
  readonly poll: boolean;
  /** `parseWebhook` understands the upstream's calls. */
  readonly webhook: boolean;
  /** `checkMany` covers many orders in one request. */
  readonly checkMany: boolean;
  /** `active` lists rentals, so that a purchase with an unknown outcome can be found again. */
  readonly activeList: boolean;
  /** What one price request covers; "configured": the operator sets prices, the API has none. */
  readonly prices: "all" | "per-service" | "per-pair" | "configured";
  /** A purchase takes a maximum price that the upstream enforces. */
  readonly priceCeiling: boolean;
  /** A number serves any service: prices are per country, the service code is not sent. */
  readonly anyService: boolean;
  /** When the upstream takes the money for good: decides what its balance should read. */
  readonly chargedAt: "purchase" | "sms";
  /** Cancel is refused before this; null: the upstream does not say (CANCEL_AFTER_SECONDS applies). */
  readonly cancelAfterMs: number | null;
  /** How long a number lives; null: the upstream does not say (ORDER_LIFETIME_SECONDS applies). */
  readonly lifetimeMs: number | null;
  /** The shortest interval at which one order should be checked. */
  readonly pollIntervalMs: number;
  /** The most orders that one `checkMany` call covers. */
  readonly checkManyLimit: number;
}

/** Purchases and taps go before polls, polls before background work (price lists, balances). */
export type Priority = "purchase" | "tap" | "poll" | "background";

export interface CallOptions {
  readonly priority: Priority;
}

export interface ProviderBalance {
  /** Spendable now. */
  readonly balanceMicros: bigint;
  /** Set aside upstream for open orders; null where the API does not tell. */
  readonly escrowMicros: bigint | null;
}

export interface ProviderService {
  readonly code: string;
  readonly name: string;
}

export interface ProviderCountry {
  readonly code: string;
  readonly name: string;
  /** ISO 3166-1 alpha-2, upper case, where the upstream says it. */
  readonly iso2: string | null;
}

export interface ProviderPrice {
  /** Null where `capabilities.anyService`. */
  readonly serviceCode: string | null;
  readonly countryCode: string;
  /** An upstream operator, pool or sub-provider; null: any. */
  readonly operator: string | null;
  /** Rounded up. */
  readonly costMicros: bigint;
  /** Null: unknown, may be sold out. */
  readonly stock: number | null;
}

export interface PriceQuery {
  readonly serviceCode?: string;
  readonly countryCode?: string;
}

export interface PurchaseRequest {
  readonly serviceCode: string | null;
  readonly countryCode: string;
  readonly operator: string | null;
  /** The most that this purchase may cost us. */
  readonly ceilingMicros: bigint;
  /** Our order id, sent where the protocol has a field for it. */
  readonly reference: string;
}

/** A rented number. */
export interface Rental {
  readonly upstreamId: string;
  /** E.164 with "+". */
  readonly phone: string;
  /** What it cost; null where the answer does not say (the offer's cost stands). */
  readonly costMicros: bigint | null;
  readonly expiresAt: Date | null;
  readonly cancelOpensAt: Date | null;
  /** Null: not said. */
  readonly canAnother: boolean | null;
}

/** One SMS as an upstream shows it. At least one of `code` and `text` is set. */
export interface ObservedSms {
  /** As sent, leading zeros kept; null where the upstream gives the text only. */
  readonly code: string | null;
  readonly text: string | null;
}

export interface Observation {
  readonly status: "waiting" | "received" | "cancelled" | "expired" | "finished";
  /** Every SMS that the answer shows, oldest first; an old code shown while waiting for the next is not one. */
  readonly sms: readonly ObservedSms[];
  /** Where the answer says it. */
  readonly expiresAt?: Date;
  /** `sms` is what the number has had in its whole life, so that one known from an earlier round is old. */
  readonly isWholeLife?: boolean;
}

export type CancelOutcome =
  | { readonly kind: "cancelled" }
  /** Refused until later; `retryAfterMs` null: not said. */
  | { readonly kind: "too_early"; readonly retryAfterMs: number | null }
  /** An SMS came first; `sms` may be empty, then a check tells it. */
  | { readonly kind: "has_sms"; readonly sms: readonly ObservedSms[] }
  /** The upstream will not cancel this order any more (window over, already ended): a check tells the truth. */
  | { readonly kind: "refused" };

export type AnotherOutcome = { readonly kind: "requested" } | { readonly kind: "refused" };

/** One row of the upstream's list of our rentals. */
export interface ActiveRental {
  readonly upstreamId: string;
  readonly phone: string;
  readonly serviceCode: string | null;
  readonly countryCode: string | null;
  readonly costMicros: bigint | null;
  readonly createdAt: Date | null;
  readonly observation: Observation;
}

export type WebhookEvent =
  /** Look at this order now (unsigned webhooks are only a hint, confirmed by a check). */
  | { readonly kind: "check"; readonly upstreamId: string }
  /** The SMS itself, where the webhook is the only delivery. `phone` is E.164. */
  | { readonly kind: "sms"; readonly phone: string; readonly sms: ObservedSms };

/**
 * The port to one upstream account. Methods reject with a ProviderError only; `buy` makes exactly one HTTP
 * request and never retries. A method whose capability is off rejects with kind "unsupported".
 */
export interface Provider {
  readonly name: string;
  readonly protocol: Protocol;
  readonly capabilities: Capabilities;
  balance(options: CallOptions): Promise<ProviderBalance | null>;
  services(options: CallOptions): Promise<readonly ProviderService[]>;
  countries(options: CallOptions): Promise<readonly ProviderCountry[]>;
  prices(query: PriceQuery, options: CallOptions): Promise<readonly ProviderPrice[]>;
  buy(request: PurchaseRequest, options: CallOptions): Promise<Rental>;
  check(upstreamId: string, options: CallOptions): Promise<Observation>;
  /** Ids that the answer does not cover are absent from the map: check them one by one. */
  checkMany(upstreamIds: readonly string[], options: CallOptions): Promise<ReadonlyMap<string, Observation>>;
  cancel(upstreamId: string, options: CallOptions): Promise<CancelOutcome>;
  /** Like a cancel, and the upstream learns that the app refused this number: it is not sold to us again. */
  ban(upstreamId: string, options: CallOptions): Promise<CancelOutcome>;
  another(upstreamId: string, options: CallOptions): Promise<AnotherOutcome>;
  finish(upstreamId: string, options: CallOptions): Promise<void>;
  active(options: CallOptions): Promise<readonly ActiveRental[]>;
  /** Undefined: not a body that the protocol documents. */
  parseWebhook(body: unknown): WebhookEvent | undefined;
}

/** One configured upstream account (config.ts reads it from PROVIDER_<NAME>_*). */
export interface ProviderSettings {
  readonly name: string;
  readonly protocol: Protocol;
  /** The handler-api dialect: a preset's name, or "plain". */
  readonly dialect: string;
  readonly key: string;
  /** A free string: may carry its own query or lack ".php". */
  readonly url: string;
  readonly currency: string;
  /** Decimal string: USD for one unit of `currency`. */
  readonly usdRate: string;
  readonly requestsPerSecond: number;
  /** The operator's own prices, instead of the API's. */
  readonly prices: PriceTable | null;
}

/** Country code → decimal price in the account's currency. */
export type CountryPrices = Readonly<Record<string, string>>;

/** PROVIDER_<NAME>_PRICES. */
export type PriceTable =
  | { readonly kind: "any-service"; readonly countries: CountryPrices }
  | { readonly kind: "by-service"; readonly services: Readonly<Record<string, CountryPrices>> };
