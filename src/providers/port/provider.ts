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
 * What an upstream can do, as data. Buttons, watching and reconciliation depend on these flags, never on a protocol's name.
 */
export interface Capabilities {
  /** An order can be cancelled before its first SMS. */
  readonly cancel: boolean;
  /** Before its first SMS, a number can be returned with the reason that the app refused it. */
  readonly ban: boolean;
  /** Another SMS can be asked for on the same number. */
  readonly another: boolean;
  /** The upstream expects a request when an order is done. */
  readonly finish: boolean;
  /** `check` is available. False: SMS arrive by webhook only, and orders expire by our own clock. */
  readonly poll: boolean;
  /** The upstream calls our webhook, and `parseWebhook` reads its calls. */
  readonly webhook: boolean;
  /** `checkMany` covers many orders with few requests. */
  readonly checkMany: boolean;
  /** `text` can tell the full text of an SMS of which only the code is known. */
  readonly text: boolean;
  /** `active` lists our open rentals. Reconciliation needs it to find the number of a purchase in doubt. */
  readonly activeList: boolean;
  /** What one price request covers. "configured": the API has no prices, the operator sets them. */
  readonly prices: "all" | "per-service" | "per-pair" | "configured";
  /** A purchase request carries a maximum price, and the upstream enforces it. */
  readonly priceCeiling: boolean;
  /** A number works for every service: prices are per country, and no service code is sent. */
  readonly anyService: boolean;
  /** When the upstream takes the money for good. The self-check computes the expected balance from it. */
  readonly chargedAt: "purchase" | "sms";
  /** How long after the purchase a cancel is refused. Null: not documented, CANCEL_AFTER_SECONDS applies. */
  readonly cancelAfterMs: number | null;
  /** How long a number lives. Null: not documented, ORDER_LIFETIME_SECONDS applies. */
  readonly lifetimeMs: number | null;
  /** The shortest time between two checks of the same order. */
  readonly pollIntervalMs: number;
  /** The most orders that one request of `checkMany` covers: the rows of a page. */
  readonly checkManyLimit: number;
}

/**
 * The order in which requests get the budget: purchases and taps, then polls, then background work (prices, balances). "list": a
 * page of a list that is polled. It waits for its turn where a poll is refused, because a list that breaks off begins anew.
 */
export type Priority = "purchase" | "tap" | "list" | "poll" | "background";

export interface CallOptions {
  readonly priority: Priority;
}

/** Requests that may be sent now, out of the budget that all replicas share. */
export interface Reservation {
  readonly count: number;
  /** When further ones will be there, for whoever needs more. */
  readonly nextInMs: number;
  /** The rate of all requests now: the configured one, or what was learned from the upstream's 429. */
  readonly requestsPerSecond: number;
}

export interface ProviderBalance {
  /** The money that can be spent now. */
  readonly balanceMicros: bigint;
  /** The money that the upstream holds for open orders. Null: the API does not report it. */
  readonly escrowMicros: bigint | null;
}

export interface ProviderService {
  readonly code: string;
  readonly name: string;
}

export interface ProviderCountry {
  readonly code: string;
  readonly name: string;
  /** ISO 3166-1 alpha-2 in upper case. Null: the upstream does not give it. */
  readonly iso2: string | null;
}

export interface ProviderPrice {
  /** Null where `capabilities.anyService`. */
  readonly serviceCode: string | null;
  readonly countryCode: string;
  /** A mobile operator, pool or sub-supplier at the upstream. Null: any. */
  readonly operator: string | null;
  /** Rounded up to a whole micro-dollar. */
  readonly costMicros: bigint;
  /** Numbers left. Null: unknown, the offer may be sold out. */
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
  /** Our order id. It is sent where the protocol has a field for it. */
  readonly reference: string;
}

/** A rented number. */
export interface Rental {
  readonly upstreamId: string;
  /** E.164 with "+". */
  readonly phone: string;
  /** What the number cost. Null: the answer does not say, so the offer's cost counts. */
  readonly costMicros: bigint | null;
  readonly expiresAt: Date | null;
  readonly cancelOpensAt: Date | null;
  /** Null: the answer does not say. */
  readonly canAnother: boolean | null;
}

/** One SMS as the upstream returns it. At least one of `code` and `text` is set. */
export interface ObservedSms {
  /** The code with its leading zeros. Null: the upstream gives only the text. */
  readonly code: string | null;
  readonly text: string | null;
  /** When the upstream received it, if the answer says so. */
  readonly arrivedAt?: Date;
}

export interface Observation {
  readonly status: "waiting" | "received" | "cancelled" | "expired" | "finished";
  /** Every SMS in the answer, oldest first. An old code that is still shown while the next SMS is awaited is left out. */
  readonly sms: readonly ObservedSms[];
  /** Set if the answer says it. */
  readonly expiresAt?: Date;
  /** True: `sms` holds every SMS since the purchase, so one that we know from an earlier round is not new. */
  readonly isWholeLife?: boolean;
}

export type CancelOutcome =
  | { readonly kind: "cancelled" }
  /** Refused now, possible later. `retryAfterMs` null: the upstream does not say when. */
  | { readonly kind: "too_early"; readonly retryAfterMs: number | null }
  /** Refused because an SMS has arrived. If `sms` is empty, `check` returns the SMS. */
  | { readonly kind: "has_sms"; readonly sms: readonly ObservedSms[] }
  /** Refused for good: the cancel window is over, or the order has ended. `check` tells the order's state. */
  | { readonly kind: "refused" };

export type AnotherOutcome = { readonly kind: "requested" } | { readonly kind: "refused" };

/** One row of the upstream's list of our open rentals. */
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
  /** Check this order now. Unsigned webhooks are never believed; the check brings the facts. */
  | { readonly kind: "check"; readonly upstreamId: string }
  /** The SMS itself, for upstreams that deliver by webhook only. `phone` is E.164. */
  | { readonly kind: "sms"; readonly phone: string; readonly sms: ObservedSms };

/**
 * The port to one upstream account. Methods reject with a ProviderError only. `buy` sends exactly one HTTP request and
 * never retries, so that it cannot buy twice. A method whose capability is off rejects with kind "unsupported".
 */
export interface Provider {
  readonly name: string;
  readonly protocol: Protocol;
  readonly capabilities: Capabilities;
  /**
   * Books up to `count` requests of this priority with one statement at most, and with none right after a shortage. Whoever
   * sends many requests asks first how many fit, and for how long to rest: each refused request would cost a statement. The
   * next calls of this process with that priority use the booked requests up; after a second they are lost. "poll" and
   * "background" leave a part of the budget that no purchase or tap has to wait for. Never books for a later time.
   */
  reserve(priority: Priority, count: number): Promise<Reservation>;
  balance(options: CallOptions): Promise<ProviderBalance | null>;
  services(options: CallOptions): Promise<readonly ProviderService[]>;
  countries(options: CallOptions): Promise<readonly ProviderCountry[]>;
  prices(query: PriceQuery, options: CallOptions): Promise<readonly ProviderPrice[]>;
  buy(request: PurchaseRequest, options: CallOptions): Promise<Rental>;
  check(upstreamId: string, options: CallOptions): Promise<Observation>;
  /**
   * Looks for these orders in the upstream's list and yields one map for each request, so that a code of the first page
   * does not wait for the last. Reads on until every id has come up, the list ends or repeats, or a bound is reached; each
   * page is a request of its own with `options.priority`, and several may be on their way at once. An error is thrown after
   * the maps of the pages before it. Ids that no map has were not covered: they have ended, are unreadable, or their row moved
   * from a page not yet read to one already read. The caller checks them one by one, so that no order is hidden by a list. An
   * id may come twice; the later one counts.
   */
  checkMany(
    upstreamIds: readonly string[],
    options: CallOptions,
  ): AsyncIterable<ReadonlyMap<string, Observation>>;
  /**
   * The full text of the SMS with this code, where `check` and `checkMany` told the code alone: `sms.text === null`. Null: the
   * upstream does not have it, do not ask again. It costs a request, and nobody waits for it: the code is delivered first, and
   * the watcher calls this with priority "background" from what the codes leave of the budget. A rejection is no reason to
   * look at the order again; the caller may try again later. Money never depends on it: the code has already been charged.
   */
  text(upstreamId: string, code: string, options: CallOptions): Promise<string | null>;
  cancel(upstreamId: string, options: CallOptions): Promise<CancelOutcome>;
  /** A cancel that also reports that the app refused the number, so that the upstream does not sell it to us again. */
  ban(upstreamId: string, options: CallOptions): Promise<CancelOutcome>;
  another(upstreamId: string, options: CallOptions): Promise<AnotherOutcome>;
  finish(upstreamId: string, options: CallOptions): Promise<void>;
  /** Our open numbers; and those of the last hour that the upstream was paid for and has ended, where its list shows them. */
  active(options: CallOptions): Promise<readonly ActiveRental[]>;
  /** Undefined: the protocol does not document such a body. */
  parseWebhook(body: unknown): WebhookEvent | undefined;
}

/** What a protocol implements. The budget is the same for all. */
export type ProtocolProvider = Omit<Provider, "reserve">;
