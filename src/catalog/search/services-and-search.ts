import type { Cached } from "../../core/cached.ts";
import type { Catalog, CountryItem, LanguageCode, ServiceItem } from "../catalog.ts";
import type { Snapshot } from "../lists/snapshot.ts";
import type { CatalogData } from "../names/data.ts";
import { countryKey } from "../names/normalise.ts";
import type { Statistics } from "../offers/delivery-statistics.ts";
import { pageOf } from "../page.ts";
import { search } from "./search.ts";
import { type CountrySearch, createCountrySearch } from "./search-countries.ts";
import { createServiceSearch, type ServiceSearch } from "./search-services.ts";

export interface ServicesAndSearchParts {
  readonly data: CatalogData;
  readonly snapshot: Cached<Snapshot>;
  readonly statistics: () => Promise<Statistics>;
  readonly country: (countryId: string, language: LanguageCode) => CountryItem;
  /** Every name of every country → country id. */
  readonly index: ReadonlyMap<string, string>;
}

/** Sales in 30 days that place a service before those that are popular elsewhere. */
const MIN_SALES = 3;

interface SearchIndex {
  readonly snapshot: Snapshot;
  readonly services: ServiceSearch;
  readonly countries: CountrySearch;
}

/** The list of services, and the search by text. */
export function createServicesAndSearch(
  parts: ServicesAndSearchParts,
): Pick<Catalog, "services" | "service" | "search"> {
  const { data, snapshot } = parts;
  const ranks = new Map(data.popularServices.map((id, rank) => [id, rank]));
  let index: SearchIndex | undefined;

  /** Building the index takes tens of milliseconds, so it is cached until the lists change. */
  function indexOf(current: Snapshot): SearchIndex {
    if (index?.snapshot === current) return index;
    index = {
      snapshot: current,
      services: createServiceSearch(data, current.services, current.providerNames),
      countries: createCountrySearch(data, withUnmapped(parts.index, current.countryNames)),
    };
    return index;
  }

  function popularFirst(services: readonly ServiceItem[], statistics: Statistics): ServiceItem[] {
    const salesOf = ({ id }: ServiceItem): number => {
      const sold = statistics.sold(id);
      return sold >= MIN_SALES ? sold : 0;
    };
    const rankOf = ({ id }: ServiceItem): number => ranks.get(id) ?? ranks.size;
    // The sort is stable, so services without sales or rank stay in the order of names.
    return [...services].sort((a, b) => salesOf(b) - salesOf(a) || rankOf(a) - rankOf(b));
  }

  return {
    services: async ({ page, pageSize, sort }) => {
      const { services, isReading } = await snapshot.get();
      const sorted = sort === "name" ? services : popularFirst(services, await parts.statistics());
      return { ...pageOf(sorted, page, pageSize), isReading };
    },
    service: async (serviceId) => {
      const { serviceNames } = await snapshot.get();
      const name = serviceNames.get(serviceId);
      return name === undefined ? undefined : { id: serviceId, name };
    },
    search: async (text, language) => {
      const current = await snapshot.get();
      const { services, countries } = indexOf(current);
      const statistics = await parts.statistics();
      return search(text, {
        services,
        countries,
        popular: () => popularFirst(current.services, statistics),
        countryItem: (id) => parts.country(id, language),
      });
    },
  };
}

function withUnmapped(
  index: ReadonlyMap<string, string>,
  unmapped: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const own = [...unmapped].map(([id, name]) => [countryKey(name), id] as const);
  return new Map([...own.filter(([key]) => key !== ""), ...index]);
}
