import type { Cached } from "../../core/cached.ts";
import type { Catalog, CountryItem, LanguageCode, ServiceItem } from "../catalog.ts";
import type { Snapshot } from "../lists/snapshot.ts";
import type { CatalogData } from "../names/data.ts";
import { loadSearchData } from "../names/search-data.ts";
import type { Statistics } from "../offers/delivery-statistics.ts";
import { pageOf } from "../page.ts";
import { search } from "./search.ts";
import { createSearchIndex, type SearchIndex } from "./search-index.ts";

export interface ServicesAndSearchParts {
  readonly data: CatalogData;
  readonly snapshot: Cached<Snapshot>;
  readonly statistics: () => Promise<Statistics>;
  readonly country: (countryId: string, language: LanguageCode) => CountryItem;
}

/** Sales in 30 days that place a service before those that are popular elsewhere. */
const MIN_SALES = 3;

interface KeptIndex {
  readonly snapshot: Snapshot;
  readonly index: SearchIndex;
}

export interface SearchJob {
  /** Builds what search needs, if the lists have changed, so that no buyer waits for it. */
  prepareSearch(): Promise<void>;
}

/** The list of services, and the search by text. */
export function createServicesAndSearch(
  parts: ServicesAndSearchParts,
): Pick<Catalog, "services" | "service" | "search"> & SearchJob {
  const { data, snapshot } = parts;
  const ranks = new Map(data.popularServices.map((id, rank) => [id, rank]));
  let kept: KeptIndex | undefined;

  /** Building the index takes about a tenth of a second, so it is kept until the lists change. */
  function indexOf(current: Snapshot): SearchIndex {
    if (kept?.snapshot !== current) {
      const words = kept?.index.words ?? loadSearchData();
      kept = { snapshot: current, index: createSearchIndex(data, words, current, kept?.index) };
    }
    return kept.index;
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
      const { isReading, ...current } = await snapshot.get();
      const services = onSale(current);
      const sorted = sort === "name" ? services : popularFirst(services, await parts.statistics());
      return { ...pageOf(sorted, page, pageSize), isReading };
    },
    service: async (serviceId) => {
      const { serviceNames } = await snapshot.get();
      const name = serviceNames.get(serviceId);
      return name === undefined ? undefined : { id: serviceId, name };
    },
    prepareSearch: async () => {
      indexOf(await snapshot.get());
    },
    search: async (text, language, chosen) => {
      const current = await snapshot.get();
      const statistics = await parts.statistics();
      return search(text, indexOf(current), {
        language,
        chosen: chosen ?? {},
        popular: () => popularFirst(onSale(current), statistics),
        countryItem: (id) => parts.country(id, language),
      });
    },
  };
}

/** What is off sale can still be searched for: whoever does is told that it is not sold now. */
function onSale({
  services,
  offServices,
}: Pick<Snapshot, "services" | "offServices">): readonly ServiceItem[] {
  return offServices.size === 0 ? services : services.filter(({ id }) => !offServices.has(id));
}
