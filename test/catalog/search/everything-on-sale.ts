import type { Chosen, SearchResult } from "../../../src/catalog/catalog.ts";
import { createCountryNames } from "../../../src/catalog/names/country-names.ts";
import { loadCatalogData } from "../../../src/catalog/names/data.ts";
import { loadSearchData } from "../../../src/catalog/names/search-data.ts";
import { search } from "../../../src/catalog/search/search.ts";
import { createSearchIndex, type IndexedLists } from "../../../src/catalog/search/search-index.ts";

export const data = loadCatalogData();
export const searchData = loadSearchData();
const names = createCountryNames(data, () => undefined);

/** Every service that we know, so that every name competes with every other. */
export const allServices = [...data.services].map(([id, name]) => ({ id, name }));

/** A search in a shop that sells these services in all countries. */
export function searchAmong(
  lists: Partial<IndexedLists>,
): (text: string, language?: string, chosen?: Chosen) => SearchResult {
  const index = createSearchIndex(data, searchData, {
    services: allServices,
    providerNames: new Map(),
    countryNames: new Map(),
    ...lists,
  });
  return (text, language = "en", chosen = {}) =>
    search(text, index, {
      language,
      chosen,
      popular: () => data.popularServices.map((id) => ({ id, name: data.services.get(id) ?? id })),
      countryItem: (id) => names.item(id, language),
    });
}

/** The services that are shown, in their order. */
export function servicesIn(result: SearchResult): string[] {
  if (result.kind === "services") return result.services.map(({ id }) => id);
  return result.kind === "none" ? [] : [result.service.id];
}
