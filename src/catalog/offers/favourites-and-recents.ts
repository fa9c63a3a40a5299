import {
  deleteFavourite,
  insertFavourite,
  type ServiceInCountry,
  selectShelf,
} from "../../db/queries/favourites.ts";
import type { BoughtPair, Catalog, CountryItem, LanguageCode, PricedPair } from "../catalog.ts";
import type { CatalogDeps } from "../catalog-deps.ts";
import type { Snapshot } from "../lists/snapshot.ts";
import type { LookedAt } from "../prices/looked-at.ts";
import type { Market } from "./market.ts";

/** Of each kind. */
const MAX_ON_SHELF = 20;

export interface FavouritesParts {
  readonly deps: CatalogDeps;
  readonly snapshot: () => Promise<Snapshot>;
  readonly market: Market;
  readonly lookedAt: LookedAt;
  readonly isKnown: Catalog["isKnown"];
  readonly country: (countryId: string, language: LanguageCode) => CountryItem;
}

/** A buyer's favourites and recent purchases, with the current price if it is known. */
export function createFavouritesAndRecents(parts: FavouritesParts): Pick<Catalog, "shelf" | "setFavourite"> {
  const { db, clock } = parts.deps;
  return {
    shelf: async (buyerId, language) => {
      const rows = await selectShelf(db, buyerId, MAX_ON_SHELF);
      const { services } = await parts.snapshot();
      const sold = new Map(services.map((service) => [service.id, service]));
      const onSale = <Pair extends ServiceInCountry>(pairs: readonly Pair[]) =>
        pairs.filter(({ serviceId }) => sold.has(serviceId));
      const [recent, favourites] = [onSale(rows.recent), onSale(rows.favourites)];
      const serviceIds = [...new Set([...recent, ...favourites].map(({ serviceId }) => serviceId))];
      if (serviceIds.length === 0) return { recent: [], favourites: [] };
      const view = await parts.market.look(serviceIds);
      // The buyer sees these services, so their prices are kept fresh.
      for (const serviceId of serviceIds) parts.lookedAt.mark(serviceId);
      const priced = ({ serviceId, countryId }: ServiceInCountry): PricedPair[] => {
        const service = sold.get(serviceId);
        const priceMicros = view.offers(serviceId).get(countryId)?.priceMicros ?? null;
        return service ? [{ service, country: parts.country(countryId, language), priceMicros }] : [];
      };
      const bought = (pair: (typeof recent)[number]): BoughtPair[] =>
        priced(pair).map((item) => ({ ...item, orderId: pair.orderId, paidMicros: BigInt(pair.paidMicros) }));
      return { recent: recent.flatMap(bought), favourites: favourites.flatMap(priced) };
    },
    setFavourite: async (buyerId, serviceId, countryId, isFavourite) => {
      const favourite = { buyerId, serviceId, countryId };
      if (isFavourite && !(await parts.isKnown(favourite))) return;
      if (isFavourite) await insertFavourite(db, { ...favourite, at: clock.now() }, MAX_ON_SHELF);
      else await deleteFavourite(db, favourite);
    },
  };
}
