import type { ServiceItem } from "../catalog.ts";
import type { CatalogData } from "../names/data.ts";
import type { SearchData } from "../names/search-data.ts";
import { type CountryKeys, countryKeys } from "./country-keys.ts";
import { type ServiceKeys, serviceKeys } from "./service-keys.ts";

/** All that typed text is compared with. */
export interface SearchIndex {
  readonly words: SearchData;
  readonly services: ServiceKeys;
  readonly countries: CountryKeys;
  /** Tells whether two indexes have the same countries that only providers know. */
  readonly ownCountries: string;
  isCountry(id: string): boolean;
  /** 0–0.1, the more popular the more. */
  countryPopularity(id: string): number;
}

export interface IndexedLists {
  /** On sale. */
  readonly services: readonly ServiceItem[];
  /** The providers' names of a service. */
  readonly providerNames: ReadonlyMap<string, readonly string[]>;
  /** The providers' names of ids that are not countries. */
  readonly countryNames: ReadonlyMap<string, string>;
}

/**
 * Takes about a tenth of a second: keep it until the lists change. `earlier`: the index that it replaces, whose countries
 * are used again if the providers' own countries are the same.
 */
export function createSearchIndex(
  data: CatalogData,
  words: SearchData,
  lists: IndexedLists,
  earlier?: SearchIndex,
): SearchIndex {
  const ranks = new Map(data.popularCountries.map((id, rank) => [id, rank]));
  const unmapped = new Map([...lists.countryNames].filter(([id]) => !data.countries.has(id)));
  const ownCountries = JSON.stringify([...unmapped].sort());
  return {
    words,
    services: serviceKeys(data, lists.services, lists.providerNames),
    countries:
      earlier?.ownCountries === ownCountries ? earlier.countries : countryKeys(data, words, unmapped),
    ownCountries,
    isCountry: (id) => data.countries.has(id),
    countryPopularity: (id) => {
      const rank = ranks.get(id);
      return rank === undefined ? 0 : 0.1 - rank / 1000;
    },
  };
}
