import { addMs, type Clock } from "../../core/clock.ts";
import type { Database } from "../../db/client.ts";
import {
  ANY_SERVICE,
  markCost,
  markMappingRefused,
  markSoldOut,
  type OfferKey,
  type OfferRow,
  selectRoute,
} from "../../db/queries/offers.ts";
import { markShortage } from "../../db/queries/provider-health.ts";
import type { Provider } from "../../providers/port/provider.ts";
import type { Offer } from "../catalog.ts";
import { expectedCostMicros, PRIOR, type Statistics } from "./delivery-statistics.ts";
import { OFFER_LIFETIME_MS } from "./kept-merged.ts";

export interface StoredOffersDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly statistics: () => Promise<Statistics>;
}

/** The offers to buy from, as they are in the database: a purchase does not rely on what this process remembers. */
export interface StoredOffers {
  route(input: { serviceId: string; countryId: string; ceilingMicros: bigint }): Promise<readonly Offer[]>;
  reportRefusal(
    offer: Offer,
    kind: "no_stock" | "price_moved" | "bad_mapping" | "no_funds",
    minCostMicros: bigint | null,
  ): Promise<void>;
}

export function createStoredOffers(deps: StoredOffersDeps): StoredOffers {
  const { db, clock } = deps;
  const filter = (serviceId: string) => ({
    providers: [...deps.providers.keys()],
    serviceIds: [serviceId],
    at: clock.now(),
    since: addMs(clock.now(), -OFFER_LIFETIME_MS),
  });

  return {
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
      if (kind === "no_funds") await markShortage(db, offer.provider, offer.costMicros, at);
      else if (kind === "bad_mapping") await markMappingRefused(db, key, at);
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
    .map(({ row }) => offerOf(row, serviceId, statistics.usualWaitMs(row.provider, serviceId)));
}

function sortKey(row: OfferRow): string {
  return [row.provider, row.serviceCode, row.countryCode, row.operator].join("\n");
}

function offerOf(row: OfferRow, serviceId: string, usualWaitMs: number | undefined): Offer {
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
    usualWaitMs: usualWaitMs ?? null,
  };
}
