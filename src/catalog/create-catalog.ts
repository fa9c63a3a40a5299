import { selectSaleState } from "../db/queries/provider-lists.ts";
import { selectQuote } from "../db/queries/quotes.ts";
import type { Catalog } from "./catalog.ts";
import type { CatalogDeps } from "./catalog-deps.ts";
import type { CatalogInspection } from "./catalog-inspection.ts";
import { createSnapshot } from "./lists/snapshot.ts";
import { createLists } from "./lists/sync-lists.ts";
import { createBlocklist } from "./names/blocklist.ts";
import { countryIndex } from "./names/country-index.ts";
import { createCountryNames } from "./names/country-names.ts";
import { loadCatalogData } from "./names/data.ts";
import { createMapper } from "./names/mapping.ts";
import { createCountries } from "./offers/country-offers.ts";
import { createStatistics } from "./offers/delivery-statistics.ts";
import { createFavouritesAndRecents } from "./offers/favourites-and-recents.ts";
import { createMarket, type MarketView } from "./offers/market.ts";
import { createStoredOffers } from "./offers/stored-offers.ts";
import { createFreshness } from "./prices/freshness.ts";
import { createPriceInspection } from "./prices/inspection.ts";
import { createLookedAt } from "./prices/looked-at.ts";
import { createPriceList } from "./prices/price-list.ts";
import { createQuoting } from "./prices/quoting.ts";
import { createRefreshLookedAt } from "./prices/refresh-looked-at.ts";
import { findScopes } from "./search/find-scopes.ts";
import { createServicesAndSearch } from "./search/services-and-search.ts";

export interface CatalogJobs {
  /** Refreshes the prices people look at, lists that are due and what search needs. Call every few seconds. Takes 10 s at most; a provider's failure does not reject. */
  refreshLookedAt(): Promise<void>;
  /** Reads every provider's lists of services and countries. Call at start; `refreshLookedAt` keeps them up to date. */
  syncLists(): Promise<void>;
}

/** Prices younger than this are not requested again. */
const FRESH_MS = 30_000;

/** Creates the catalogue. It reads and requests nothing before the first call. */
export function createCatalog(deps: CatalogDeps): Catalog & CatalogJobs & CatalogInspection {
  const { db, clock, providers } = deps;
  const data = loadCatalogData();
  const blockReasonOf = createBlocklist(data, deps.allowedServices ?? []);
  const snapshot = createSnapshot({ db, clock, providers, data, blockReasonOf });
  const names = createCountryNames(data, (id) => snapshot.peek()?.countryNames.get(id));
  const index = countryIndex(data, names);
  const lists = createLists({ ...deps, mapper: createMapper(data, index), onChange: snapshot.expire });
  const statistics = createStatistics(deps);
  const country: Catalog["country"] = (id, language) => names.item(id, language);
  const storedOffers = createStoredOffers({ ...deps, statistics });
  const market = createMarket(deps);
  const { popularCountries } = data;
  const freshness = createFreshness({ ...deps, popularCountries, snapshot: snapshot.get });
  const lookedAt = createLookedAt(clock);

  const refusal: Catalog["refusal"] = async (product) => {
    const state = await selectSaleState(db, product, clock.now());
    const name = data.services.get(product.serviceId) ?? state.name ?? "";
    if (state.isBlocked ?? blockReasonOf(product.serviceId, name) !== undefined) return "service_blocked";
    if (state.isPaused) return "sales_paused";
    return state.isOff ? "not_on_sale" : undefined;
  };
  const isKnown: Catalog["isKnown"] = async ({ serviceId, countryId }) => {
    const { services, countryNames } = await snapshot.get();
    const isCountry = data.countries.has(countryId) || countryNames.has(countryId);
    return isCountry && services.some(({ id }) => id === serviceId);
  };
  const isWithheld = (serviceId: string, { decisions }: MarketView): boolean => {
    const name = snapshot.peek()?.serviceNames.get(serviceId) ?? data.services.get(serviceId) ?? "";
    const decision = decisions.find((row) => row.serviceId === serviceId)?.isBlocked;
    return decision ?? blockReasonOf(serviceId, name) !== undefined;
  };

  const { prepareSearch, ...servicesAndSearch } = createServicesAndSearch({
    data,
    snapshot,
    statistics,
    country,
  });
  const refreshLookedAt = createRefreshLookedAt({ deps, lists, lookedAt, freshness, maxAgeMs: FRESH_MS });

  return {
    ...servicesAndSearch,
    ...createCountries({
      deps,
      popularCountries,
      market,
      freshness,
      lookedAt,
      statistics,
      country,
      isWithheld,
    }),
    ...createFavouritesAndRecents({ deps, snapshot: snapshot.get, market, lookedAt, country, isKnown }),
    priceList: createPriceList({ snapshot, market }),
    ...createQuoting({ deps, market, freshness, statistics, country, isWithheld }),
    quoted: async (quoteId, buyerId) => {
      const quote = await selectQuote(db, quoteId);
      return quote?.buyerId === buyerId ? quote : undefined;
    },
    route: storedOffers.route,
    reportRefusal: storedOffers.reportRefusal,
    country,
    refusal,
    isKnown,
    refreshLookedAt: async () => {
      await refreshLookedAt();
      await prepareSearch();
    },
    syncLists: lists.sync,
    ...createPriceInspection(deps, market),
    findScopes: (text) =>
      findScopes(
        { providers: [...providers.keys()], countries: index, search: servicesAndSearch.search },
        text,
      ),
  };
}
