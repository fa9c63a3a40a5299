import { addMs } from "../../core/clock.ts";
import type { Catalog, CountryItem, CountryOffer, LanguageCode } from "../catalog.ts";
import type { CatalogDeps } from "../catalog-deps.ts";
import { pageOf } from "../page.ts";
import type { Freshness } from "../prices/freshness.ts";
import type { LookedAt } from "../prices/looked-at.ts";
import { waitBriefly, waitForFirst } from "../prices/waiting.ts";
import type { Statistics } from "./delivery-statistics.ts";
import { countryOffer, type MergedOffer, sortOffers } from "./merged-offers.ts";
import type { StoredOffers } from "./stored-offers.ts";

/** Prices older than this are requested again in the background. */
const REFRESH_AFTER_MS = 30_000;
/** For prices older than this the buyer waits shortly. If no newer ones arrive, they are marked as old. */
const STALE_AFTER_MS = 60_000;

export interface CountriesParts {
  readonly deps: CatalogDeps;
  readonly popularCountries: readonly string[];
  readonly storedOffers: StoredOffers;
  readonly freshness: Freshness;
  readonly lookedAt: LookedAt;
  readonly statistics: () => Promise<Statistics>;
  readonly country: (countryId: string, language: LanguageCode) => CountryItem;
  readonly isBlocked: (serviceId: string) => Promise<boolean>;
}

type Offers = ReadonlyMap<string, MergedOffer>;

/** Lists the countries of a service with price, stock and success rate. */
export function createCountries(parts: CountriesParts): Pick<Catalog, "countries" | "alternatives"> {
  const { deps, storedOffers, freshness, popularCountries } = parts;

  function hasOld(offers: Offers): boolean {
    const limit = addMs(deps.clock.now(), -STALE_AFTER_MS);
    return [...offers.values()].some(({ observedAt }) => observedAt < limit);
  }

  async function freshOffers(serviceId: string): Promise<Offers> {
    const subject = { serviceId, countryId: null };
    const known = await storedOffers.offers(serviceId);
    const isEmpty = known.size === 0;
    const priority = isEmpty ? "tap" : "background";
    const refreshes = await freshness.refresh(subject, REFRESH_AFTER_MS, priority);
    if (!isEmpty && !hasOld(known)) return known;
    // Offers are read again even if there was nothing to wait for: a request may have ended a moment ago.
    if (isEmpty) await waitForFirst(deps.clock, refreshes);
    else await waitBriefly(deps.clock, refreshes);
    return await storedOffers.offers(serviceId);
  }

  async function shown(serviceId: string, offers: Offers, language: LanguageCode): Promise<CountryOffer[]> {
    const statistics = await parts.statistics();
    return [...offers.values()].map((offer) =>
      countryOffer(serviceId, offer, parts.country(offer.countryId, language), statistics),
    );
  }

  return {
    countries: async ({ serviceId, page, pageSize, sort, language }) => {
      if (await parts.isBlocked(serviceId)) return { ...pageOf([], 0, pageSize), stale: false };
      parts.lookedAt.mark(serviceId);
      const offers = await freshOffers(serviceId);
      const { isStale } = await freshness.standing({ serviceId, countryId: null }, STALE_AFTER_MS);
      const sorted = sortOffers(await shown(serviceId, offers, language), {
        sort,
        language,
        popularCountries,
      });
      return { ...pageOf(sorted, page, pageSize), stale: isStale || hasOld(offers) };
    },
    alternatives: async ({ serviceId, countryId, language, limit }) => {
      if (await parts.isBlocked(serviceId)) return [];
      const offers = await shown(serviceId, await storedOffers.offers(serviceId), language);
      const others = offers.filter(({ country }) => country.id !== countryId);
      return sortOffers(others, { sort: "best", language, popularCountries }).slice(0, Math.max(limit, 0));
    },
  };
}
