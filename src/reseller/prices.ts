import type { Catalog, PriceListRow } from "../catalog/catalog.ts";
import { createCached } from "../core/cached.ts";
import type { Clock } from "../core/clock.ts";

export type { PriceListRow } from "../catalog/catalog.ts";

const WHOLE_SHOP_MS = 60_000;
const MAX_COUNTRIES = 1_000;

export interface PriceFilter {
  readonly serviceId: string | null;
  readonly countryId: string | null;
}

/** A country's offer of one service, with how often its numbers bring a code; null: not known. */
export interface RatedOffer extends PriceListRow {
  readonly successPercent: number | null;
}

/** What resellers' tools show of the shop's prices. A purchase makes its own quote, and only that counts. */
export interface ResellerPrices {
  /** Of one service: asked for anew where they are old. Of a whole country or shop: as known, read once a minute. */
  list(filter: PriceFilter): Promise<readonly PriceListRow[]>;
  /** The countries of a service, those first whose numbers bring codes most often, then the cheapest. */
  top(serviceId: string): Promise<readonly RatedOffer[]>;
  services(): Promise<readonly { readonly id: string; readonly name: string }[]>;
  countryName(countryId: string, language: string): string;
  /** Whether there is such a service, and it may be sold. */
  isSold(serviceId: string): Promise<boolean>;
  /** Whether the operator or the law forbids this service. */
  isBlocked(serviceId: string): Promise<boolean>;
}

export function createResellerPrices(catalog: Catalog, clock: Clock): ResellerPrices {
  const whole = createCached(clock, WHOLE_SHOP_MS, () => catalog.priceList());

  async function ofService(serviceId: string): Promise<readonly RatedOffer[]> {
    const page = { page: 0, pageSize: MAX_COUNTRIES, sort: "price", language: "en" } as const;
    const { items } = await catalog.countries({ serviceId, ...page, askAs: "background" });
    return items.map(({ country, priceMicros, stock, successPercent }) => ({
      serviceId,
      countryId: country.id,
      priceMicros,
      stock,
      successPercent,
    }));
  }

  // The blocklist is about services, whatever the country.
  const isBlocked = async (serviceId: string): Promise<boolean> =>
    (await catalog.refusal({ serviceId, countryId: "" })) === "service_blocked";

  return {
    async list({ serviceId, countryId }) {
      const rows = serviceId === null ? await whole.get() : await ofService(serviceId);
      return countryId === null ? rows : rows.filter((row) => row.countryId === countryId);
    },
    async top(serviceId) {
      const rate = ({ successPercent }: RatedOffer): number => successPercent ?? -1;
      // The sort is stable: equal rates stay in the order of prices.
      return [...(await ofService(serviceId))].sort((a, b) => rate(b) - rate(a));
    },
    services: async () =>
      (await catalog.services({ page: 0, pageSize: Number.MAX_SAFE_INTEGER, sort: "name" })).items,
    countryName: (countryId, language) => catalog.country(countryId, language).name,
    isBlocked,
    isSold: async (serviceId) =>
      (await catalog.service(serviceId)) !== undefined && !(await isBlocked(serviceId)),
  };
}
