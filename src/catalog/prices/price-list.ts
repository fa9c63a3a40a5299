import { setImmediate } from "node:timers/promises";
import type { Cached } from "../../core/cached.ts";
import type { Catalog, PriceListRow } from "../catalog.ts";
import type { Snapshot } from "../lists/snapshot.ts";
import type { Market } from "../offers/market.ts";

/** Other work goes on between two parts: merging all of a large shop at once takes a noticeable time. */
const SERVICES_AT_ONCE = 25;

/** Lists what is known of all prices, without asking any provider. */
export function createPriceList(parts: {
  readonly snapshot: Cached<Snapshot>;
  readonly market: Market;
}): Catalog["priceList"] {
  return async () => {
    const { services } = await parts.snapshot.get();
    const ids = services.map(({ id }) => id);
    const rows: PriceListRow[] = [];
    for (let from = 0; from < ids.length; from += SERVICES_AT_ONCE) {
      const some = ids.slice(from, from + SERVICES_AT_ONCE);
      const view = await parts.market.look(some);
      for (const serviceId of some) {
        for (const { countryId, priceMicros, stock } of view.offers(serviceId).values())
          rows.push({ serviceId, countryId, priceMicros, stock });
      }
      await setImmediate();
    }
    return rows;
  };
}
