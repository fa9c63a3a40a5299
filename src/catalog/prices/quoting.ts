import { addMs } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import { insertQuote } from "../../db/queries/quotes.ts";
import type { Catalog, CountryItem, Offer, Quote, QuoteFacts, QuoteResult } from "../catalog.ts";
import type { CatalogDeps } from "../catalog-deps.ts";
import type { Statistics } from "../offers/delivery-statistics.ts";
import { countryOffer, type MergedOffer } from "../offers/merged-offers.ts";
import type { StoredOffers } from "../offers/stored-offers.ts";
import type { Freshness } from "./freshness.ts";
import { waitBriefly, waitForFirst } from "./waiting.ts";

const QUOTE_LIFETIME_MS = 10 * 60 * 1000;
const QUOTE_MAX_AGE_MS = 60_000;

export interface QuotingParts {
  readonly deps: CatalogDeps;
  readonly storedOffers: StoredOffers;
  readonly freshness: Freshness;
  readonly statistics: () => Promise<Statistics>;
  readonly country: (countryId: string, language: string) => CountryItem;
  readonly isBlocked: (serviceId: string) => Promise<boolean>;
}

/** Stores a binding price for the buyer, with the cost ceiling of its purchase. */
export function createQuoting(parts: QuotingParts): Catalog["quote"] {
  const { deps, storedOffers } = parts;

  async function freshOffer(serviceId: string, countryId: string): Promise<MergedOffer | undefined> {
    const read = async () => (await storedOffers.offers(serviceId, [countryId])).get(countryId);
    const known = await read();
    const refreshes = await parts.freshness.refresh({ serviceId, countryId }, QUOTE_MAX_AGE_MS, "tap");
    if (known) await waitBriefly(deps.clock, refreshes);
    else await waitForFirst(deps.clock, refreshes);
    return await read();
  }

  return async ({ buyerId, serviceId, countryId, language }): Promise<QuoteResult> => {
    if (await parts.isBlocked(serviceId)) return { kind: "refused", code: "service_blocked" };
    const offer = await freshOffer(serviceId, countryId);
    const ceilingMicros = offer?.ceilingMicros ?? 0n;
    const [first] = offer ? await storedOffers.route({ serviceId, countryId, ceilingMicros }) : [];
    if (!offer || !first) {
      const { isOutOfReach } = await parts.freshness.standing({ serviceId, countryId }, QUOTE_MAX_AGE_MS);
      return { kind: "refused", code: isOutOfReach ? "providers_unavailable" : "out_of_stock" };
    }
    const createdAt = deps.clock.now();
    const quote: Quote = {
      id: newId(),
      serviceId,
      countryId,
      priceMicros: offer.priceMicros,
      costCeilingMicros: ceilingMicros,
      expiresAt: addMs(createdAt, QUOTE_LIFETIME_MS),
    };
    await insertQuote(deps.db, { ...quote, buyerId, createdAt });
    const country = parts.country(countryId, language);
    const shown = countryOffer(serviceId, offer, country, await parts.statistics());
    return { kind: "quote", quote, offer: shown, facts: factsOf(deps, first) };
  };
}

/** The facts of the offer that is tried first. The purchase may end at another provider. */
function factsOf(deps: CatalogDeps, first: Offer): QuoteFacts {
  const capabilities = deps.providers.get(first.provider)?.capabilities;
  const { cancelAfterMs, lifetimeMs } = deps.defaults;
  return {
    lifetimeMs: capabilities?.lifetimeMs ?? lifetimeMs,
    cancelAfterMs: capabilities?.cancel ? (capabilities.cancelAfterMs ?? cancelAfterMs) : null,
    another: capabilities?.another ?? false,
  };
}
