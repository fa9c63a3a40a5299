import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import type { Provider } from "../providers/port/provider.ts";
import type { PriceTerms } from "./prices/pricing.ts";

export interface CatalogDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly providers: ReadonlyMap<string, Provider>;
  /** The starting price rule; rules in the database come before it. */
  readonly pricing: PriceTerms;
  /** Used only where a provider does not say. */
  readonly defaults: { readonly cancelAfterMs: number; readonly lifetimeMs: number };
  /** Ids or names of services that are sold although the blocklist names them. */
  readonly allowedServices?: readonly string[];
}
