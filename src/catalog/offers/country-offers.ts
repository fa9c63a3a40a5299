import { addMs } from "../../core/clock.ts";
import type { AskAs, Catalog, CountryItem, CountryOffer, CountrySort, LanguageCode } from "../catalog.ts";
import type { CatalogDeps } from "../catalog-deps.ts";
import { pageOf } from "../page.ts";
import { type Freshness, type Plan, providersOf } from "../prices/freshness.ts";
import type { LookedAt } from "../prices/looked-at.ts";
import { waitBriefly } from "../prices/waiting.ts";
import type { Statistics } from "./delivery-statistics.ts";
import { OFFER_LIFETIME_MS } from "./kept-merged.ts";
import type { Market, MarketView } from "./market.ts";
import { countryOffer, type MergedOffer, sortOffers } from "./merged-offers.ts";

/** Prices older than this are requested again in the background. */
const REFRESH_AFTER_MS = 30_000;
/** For prices older than this the buyer waits shortly. If no newer ones arrive, they are marked as old. */
const STALE_AFTER_MS = 60_000;

export interface CountriesParts {
  readonly deps: CatalogDeps;
  readonly popularCountries: readonly string[];
  readonly market: Market;
  readonly freshness: Freshness;
  readonly lookedAt: LookedAt;
  readonly statistics: () => Promise<Statistics>;
  readonly country: (countryId: string, language: LanguageCode) => CountryItem;
  readonly isWithheld: (serviceId: string, view: MarketView) => boolean;
}

type Offers = ReadonlyMap<string, MergedOffer>;

/** Lists the countries of a service with price, stock and success rate. */
export function createCountries(parts: CountriesParts): Pick<Catalog, "countries" | "alternatives"> {
  const { deps, market, freshness, popularCountries } = parts;
  const sortedOnce = new WeakMap<Offers, WeakMap<Statistics, Map<string, CountryOffer[]>>>();

  function hasOld(offers: Offers): boolean {
    const limit = addMs(deps.clock.now(), -STALE_AFTER_MS);
    return [...offers.values()].some(({ observedAt }) => observedAt < limit);
  }

  /** What is known, after a short wait for newer prices where it is too old. */
  async function refreshed(
    serviceId: string,
    plan: Plan,
    seen: MarketView,
    askAs: AskAs,
  ): Promise<MarketView> {
    const known = seen.offers(serviceId);
    const unread = freshness.unread(plan, seen, OFFER_LIFETIME_MS);
    const missing = freshness.begin(unread, seen, REFRESH_AFTER_MS, askAs);
    const refreshes = freshness.begin(plan, seen, REFRESH_AFTER_MS, known.size === 0 ? askAs : "background");
    const isOld = known.size === 0 || hasOld(known);
    if (!isOld && missing.length === 0) return seen;
    await waitBriefly(deps.clock, isOld ? refreshes : missing);
    // Looked at again even if there was nothing to wait for: a request may have ended a moment ago.
    return await market.look([serviceId], plan.scopes);
  }

  /** Sorting two hundred names takes longer than all else of a tap, so it is done once for offers that stay the same. */
  async function sorted(
    serviceId: string,
    offers: Offers,
    { sort, language }: { sort: CountrySort; language: LanguageCode },
  ): Promise<readonly CountryOffer[]> {
    const statistics = await parts.statistics();
    const byStatistics = sortedOnce.get(offers) ?? new WeakMap<Statistics, Map<string, CountryOffer[]>>();
    sortedOnce.set(offers, byStatistics);
    const byOrder = byStatistics.get(statistics) ?? new Map<string, CountryOffer[]>();
    byStatistics.set(statistics, byOrder);
    const key = `${sort} ${language}`;
    const known = byOrder.get(key);
    if (known) return known;
    const shown = [...offers.values()].map((offer) =>
      countryOffer(serviceId, offer, parts.country(offer.countryId, language), statistics),
    );
    const fresh = sortOffers(shown, { sort, language, popularCountries });
    byOrder.set(key, fresh);
    return fresh;
  }

  return {
    countries: async ({ serviceId, page, pageSize, sort, language, askAs = "tap" }) => {
      const plan = await freshness.plan({ serviceId, countryId: null });
      const seen = await market.look([serviceId], plan.scopes);
      if (parts.isWithheld(serviceId, seen)) {
        return { ...nothing(pageSize), refusal: "service_blocked" };
      }
      if (seen.isOff({ serviceId, countryId: null }, providersOf(plan))) {
        return { ...nothing(pageSize), refusal: "not_on_sale" };
      }
      parts.lookedAt.mark(serviceId);
      const view = await refreshed(serviceId, plan, seen, askAs);
      const offers = view.offers(serviceId);
      const { isStale } = freshness.standing(plan, view, STALE_AFTER_MS);
      const all = await sorted(serviceId, offers, { sort, language });
      const unanswered = freshness.unread(plan, view, OFFER_LIFETIME_MS).asks.length;
      const stale = isStale || hasOld(offers);
      return { ...pageOf(all, page, pageSize), stale, unanswered, refusal: null };
    },
    alternatives: async ({ serviceId, countryId, language, limit }) => {
      const view = await market.look([serviceId]);
      if (parts.isWithheld(serviceId, view)) return [];
      const all = await sorted(serviceId, view.offers(serviceId), { sort: "best", language });
      return all.filter(({ country }) => country.id !== countryId).slice(0, Math.max(limit, 0));
    },
  };
}

function nothing(pageSize: number) {
  return { ...pageOf<CountryOffer>([], 0, pageSize), stale: false, unanswered: 0 };
}
