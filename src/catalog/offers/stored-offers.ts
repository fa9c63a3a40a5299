import { addMs, type Clock } from "../../core/clock.ts";
import type { Database } from "../../db/client.ts";
import type { ServiceInCountry } from "../../db/queries/favourites.ts";
import {
  ANY_SERVICE,
  markCost,
  markMappingRefused,
  markSoldOut,
  type OfferKey,
  type OfferRow,
  selectBestOffers,
  selectRoute,
} from "../../db/queries/offers.ts";
import { selectPriceRules } from "../../db/queries/price-rules.ts";
import type { Provider } from "../../providers/port/provider.ts";
import type { Offer } from "../catalog.ts";
import { type PriceRule, type PriceTerms, termsFor } from "../prices/pricing.ts";
import { expectedCostMicros, PRIOR, type Statistics } from "./delivery-statistics.ts";
import { type MergedOffer, mergeByCountry, type TermsOf } from "./merged-offers.ts";

/** An offer that no price list has shown for this long is hidden. */
const OFFER_LIFETIME_MS = 15 * 60 * 1000;

export interface StoredOffersDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly providers: ReadonlyMap<string, Provider>;
  /** Applies if no rule in the database does. */
  readonly pricing: PriceTerms;
  readonly statistics: () => Promise<Statistics>;
}

/** Reads the stored offers: prices for buyers, and offers to buy from. */
export interface StoredOffers {
  /** One merged offer for each country, by country id. `countryIds` undefined: all countries. */
  offers(serviceId: string, countryIds?: readonly string[]): Promise<ReadonlyMap<string, MergedOffer>>;
  /** The current price of each pair, in the same order. Null: not for sale now. */
  prices(pairs: readonly ServiceInCountry[]): Promise<readonly (bigint | null)[]>;
  route(input: { serviceId: string; countryId: string; ceilingMicros: bigint }): Promise<readonly Offer[]>;
  reportRefusal(
    offer: Offer,
    kind: "no_stock" | "price_moved" | "bad_mapping",
    minCostMicros: bigint | null,
  ): Promise<void>;
}

export function createStoredOffers(deps: StoredOffersDeps): StoredOffers {
  const { db, clock } = deps;
  const filter = (...serviceIds: readonly string[]) => ({
    providers: [...deps.providers.keys()],
    serviceIds: [...new Set(serviceIds)],
    since: addMs(clock.now(), -OFFER_LIFETIME_MS),
  });

  const termsOf =
    (rules: readonly PriceRule[], serviceId: string): TermsOf =>
    ({ provider, countryId }) =>
      termsFor(rules, deps.pricing, { provider, countryId, serviceId });

  return {
    offers: async (serviceId, countryIds) => {
      const [rows, rules] = await Promise.all([
        selectBestOffers(db, { ...filter(serviceId), ...(countryIds && { countryIds }) }),
        selectPriceRules(db),
      ]);
      return mergeByCountry(rows, termsOf(rules, serviceId));
    },
    prices: async (pairs) => {
      const countryIds = [...new Set(pairs.map(({ countryId }) => countryId))];
      const services = filter(...pairs.map(({ serviceId }) => serviceId));
      const [rows, rules] = await Promise.all([
        selectBestOffers(db, { ...services, countryIds }),
        selectPriceRules(db),
      ]);
      return pairs.map(({ serviceId, countryId }) => {
        const fits = rows.filter((row) => row.serviceId === serviceId || row.serviceId === ANY_SERVICE);
        return mergeByCountry(fits, termsOf(rules, serviceId)).get(countryId)?.priceMicros ?? null;
      });
    },
    route: async ({ serviceId, countryId, ceilingMicros }) => {
      const [rows, statistics] = await Promise.all([
        selectRoute(db, { ...filter(serviceId), countryIds: [countryId] }, ceilingMicros),
        deps.statistics(),
      ]);
      return byExpectedCost(rows, serviceId, statistics);
    },
    reportRefusal: async (offer, kind, minCostMicros) => {
      const key = keyOf(offer);
      const at = clock.now();
      if (kind === "bad_mapping") await markMappingRefused(db, key, at);
      else if (kind === "price_moved" && minCostMicros !== null && minCostMicros > 0n) {
        await markCost(db, key, minCostMicros, at);
      } else await markSoldOut(db, key, at);
    },
  };
}

function keyOf(offer: Offer): OfferKey {
  return {
    provider: offer.provider,
    serviceCode: offer.serviceCode ?? "",
    countryCode: offer.countryCode,
    operator: offer.operator ?? "",
  };
}

/**
 * Sorts offers by cost ÷ the provider's success rate with this service and country: a cheap number that brings no code
 * wastes the buyer's time and, at some upstreams, lowers our rating. Ties are sorted by cost, then by name.
 */
function byExpectedCost(rows: readonly OfferRow[], serviceId: string, statistics: Statistics): Offer[] {
  return rows
    .map((row) => {
      const delivery = statistics.provider(row.provider, serviceId, row.countryId) ?? PRIOR;
      return { row, expected: expectedCostMicros(row.costMicros, delivery) };
    })
    .sort((a, b) => {
      if (a.expected !== b.expected) return a.expected < b.expected ? -1 : 1;
      if (a.row.costMicros !== b.row.costMicros) return a.row.costMicros < b.row.costMicros ? -1 : 1;
      return sortKey(a.row) < sortKey(b.row) ? -1 : 1;
    })
    .map(({ row }) => offerOf(row, serviceId));
}

function sortKey(row: OfferRow): string {
  return [row.provider, row.serviceCode, row.countryCode, row.operator].join("\n");
}

function offerOf(row: OfferRow, serviceId: string): Offer {
  return {
    provider: row.provider,
    serviceId: row.serviceId === ANY_SERVICE ? serviceId : row.serviceId,
    countryId: row.countryId,
    serviceCode: row.serviceCode === "" ? null : row.serviceCode,
    countryCode: row.countryCode,
    operator: row.operator === "" ? null : row.operator,
    costMicros: row.costMicros,
    stock: row.stock,
    observedAt: row.observedAt,
  };
}
