import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { PriceStep } from "../core/price-step.ts";
import type { Database } from "../db/client.ts";
import type { Provider } from "../providers/port/provider.ts";
import type { PriceTerms } from "./prices/pricing.ts";

export interface CatalogDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly providers: ReadonlyMap<string, Provider>;
  /** The price terms where no rule in the database says others. Read for each use: owners may change them. */
  readonly pricing: PriceTerms;
  /** What prices are rounded up to, as it is set now; left out: cents. */
  readonly priceStep?: () => PriceStep;
  /** Used only if the provider does not say. */
  readonly defaults: { readonly cancelAfterMs: number; readonly lifetimeMs: number };
  /** Ids or names of services that are sold although they are on the blocklist. */
  readonly allowedServices?: readonly string[];
}
