import type { Protocol } from "./provider.ts";

/** The settings of one upstream account, read from PROVIDER_<NAME>_* by config.ts. */
export interface ProviderSettings {
  readonly name: string;
  readonly protocol: Protocol;
  /** The variant of handler-api: a preset's name, or "plain". */
  readonly dialect: string;
  readonly key: string;
  /** The base URL as the operator typed it. It may have a query of its own, or lack ".php". */
  readonly url: string;
  readonly currency: string;
  /** Decimal string: USD for one unit of `currency`. */
  readonly usdRate: string;
  readonly requestsPerSecond: number;
  /** The operator's own prices, used instead of the API's. Null: the API's prices apply. */
  readonly prices: PriceTable | null;
}

/** The upstream's country code → price as a decimal string in the account's currency. */
export type CountryPrices = Readonly<Record<string, string>>;

/** The parsed value of PROVIDER_<NAME>_PRICES. */
export type PriceTable =
  | { readonly kind: "any-service"; readonly countries: CountryPrices }
  | { readonly kind: "by-service"; readonly services: Readonly<Record<string, CountryPrices>> };
