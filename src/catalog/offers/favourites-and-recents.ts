import {
  deleteFavourite,
  insertFavourite,
  type ServiceInCountry,
  selectFavourites,
  selectRecentPurchases,
} from "../../db/queries/favourites.ts";
import type { Catalog, CountryItem, LanguageCode, ServiceItem } from "../catalog.ts";
import type { CatalogDeps } from "../catalog-deps.ts";
import type { Snapshot } from "../lists/snapshot.ts";
import type { LookedAt } from "../prices/looked-at.ts";
import type { StoredOffers } from "./stored-offers.ts";

const MAX_FAVOURITES = 20;
const MAX_RECENT = 20;

export interface FavouritesParts {
  readonly deps: CatalogDeps;
  readonly snapshot: () => Promise<Snapshot>;
  readonly storedOffers: StoredOffers;
  readonly lookedAt: LookedAt;
  readonly country: (countryId: string, language: LanguageCode) => CountryItem;
}

interface PricedPair {
  readonly service: ServiceItem;
  readonly country: CountryItem;
  readonly priceMicros: bigint | null;
}

/** A buyer's favourites and recent purchases, with the current price if it is known. */
export function createFavouritesAndRecents(
  parts: FavouritesParts,
): Pick<Catalog, "recent" | "favourites" | "setFavourite"> {
  const { db, clock } = parts.deps;

  async function priced(
    pairs: readonly ServiceInCountry[],
    language: LanguageCode,
    limit: number,
  ): Promise<PricedPair[]> {
    const { services } = await parts.snapshot();
    const sold = new Map(services.map((service) => [service.id, service]));
    const known = pairs.filter(({ serviceId }) => sold.has(serviceId)).slice(0, Math.max(limit, 0));
    const prices = await parts.storedOffers.prices(known);
    return known.flatMap(({ serviceId, countryId }, at) => {
      const service = sold.get(serviceId);
      if (!service) return [];
      // The buyer sees this service, so its prices are kept fresh.
      parts.lookedAt.mark(serviceId);
      return [{ service, country: parts.country(countryId, language), priceMicros: prices[at] ?? null }];
    });
  }

  return {
    recent: async (buyerId, language, limit) =>
      await priced(await selectRecentPurchases(db, buyerId, MAX_RECENT), language, limit),
    favourites: async (buyerId, language) =>
      await priced(await selectFavourites(db, buyerId, MAX_FAVOURITES), language, MAX_FAVOURITES),
    setFavourite: async (buyerId, serviceId, countryId, isFavourite) => {
      const favourite = { buyerId, serviceId, countryId };
      if (isFavourite) await insertFavourite(db, { ...favourite, at: clock.now() }, MAX_FAVOURITES);
      else await deleteFavourite(db, favourite);
    },
  };
}
