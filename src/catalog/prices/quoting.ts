import { addMs } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import type { ServiceInCountry } from "../../db/queries/favourites.ts";
import { insertQuote } from "../../db/queries/quotes.ts";
import type { AskAs, Catalog, CountryItem, Quote, QuoteFacts, QuoteResult } from "../catalog.ts";
import type { CatalogDeps } from "../catalog-deps.ts";
import { expectedCostMicros, PRIOR, type Statistics } from "../offers/delivery-statistics.ts";
import { OFFER_LIFETIME_MS } from "../offers/kept-merged.ts";
import type { Market, MarketView } from "../offers/market.ts";
import { countryOffer } from "../offers/merged-offers.ts";
import { type Freshness, type Plan, providersOf } from "./freshness.ts";
import { waitBriefly, waitForFirst } from "./waiting.ts";

const QUOTE_LIFETIME_MS = 10 * 60 * 1000;
const QUOTE_MAX_AGE_MS = 60_000;

export interface QuotingParts {
  readonly deps: CatalogDeps;
  readonly market: Market;
  readonly freshness: Freshness;
  readonly statistics: () => Promise<Statistics>;
  readonly country: (countryId: string, language: string) => CountryItem;
  readonly isWithheld: (serviceId: string, view: MarketView) => boolean;
}

/** Stores a binding price for the buyer, with the cost ceiling of its purchase. */
export function createQuoting(parts: QuotingParts): Pick<Catalog, "quote" | "knownPrice"> {
  const { deps, market, freshness } = parts;

  /** What is known of the pair, after a short wait for newer prices where it is too old. */
  async function refreshed(
    pair: ServiceInCountry,
    plan: Plan,
    seen: MarketView,
    askAs: AskAs,
  ): Promise<MarketView> {
    const refreshes = freshness.begin(plan, seen, QUOTE_MAX_AGE_MS, askAs);
    const isKnown = seen.offers(pair.serviceId).has(pair.countryId);
    if (isKnown && refreshes.length === 0) return seen;
    if (isKnown) await waitBriefly(deps.clock, refreshes);
    else await waitForFirst(deps.clock, refreshes);
    return await market.look([pair.serviceId], plan.scopes);
  }

  const knownPrice: Catalog["knownPrice"] = async ({ serviceId, countryId }) => {
    const plan = await freshness.plan({ serviceId, countryId });
    const view = await market.look([serviceId], plan.scopes);
    const offer = view.offers(serviceId).get(countryId);
    const { isStale } = freshness.standing(plan, view, QUOTE_MAX_AGE_MS);
    return offer && { priceMicros: offer.priceMicros, isOld: isStale };
  };

  const quote: Catalog["quote"] = async (input): Promise<QuoteResult> => {
    const { id = newId(), buyerId, serviceId, countryId, language, askAs = "tap" } = input;
    const plan = await freshness.plan({ serviceId, countryId });
    const seen = await market.look([serviceId], plan.scopes);
    if (parts.isWithheld(serviceId, seen)) return { kind: "refused", code: "service_blocked" };
    if (seen.isPaused) return { kind: "refused", code: "sales_paused" };
    if (seen.isOff({ serviceId, countryId }, providersOf(plan)))
      return { kind: "refused", code: "not_on_sale" };
    const view = await refreshed({ serviceId, countryId }, plan, seen, askAs);
    const offer = view.offers(serviceId).get(countryId);
    const statistics = await parts.statistics();
    const first = offer && firstProvider(view, { serviceId, countryId }, offer.ceilingMicros, statistics);
    if (!offer || first === undefined) {
      const { isOutOfReach } = freshness.standing(plan, view, QUOTE_MAX_AGE_MS);
      if (isOutOfReach) return { kind: "refused", code: "providers_unavailable" };
      const isUnread = freshness.unread(plan, view, OFFER_LIFETIME_MS).asks.length > 0;
      return { kind: "refused", code: isUnread ? "prices_not_read" : "out_of_stock" };
    }
    const createdAt = deps.clock.now();
    const expiresAt = addMs(createdAt, QUOTE_LIFETIME_MS);
    const { isFavourite, ...stored } = await insertQuote(deps.db, {
      id,
      buyerId,
      serviceId,
      countryId,
      priceMicros: offer.priceMicros,
      costMicros: offer.costMicros,
      costCeilingMicros: offer.ceilingMicros,
      createdAt,
      expiresAt,
    });
    const made: Quote = { id, serviceId, countryId, expiresAt, ...stored };
    const shown = countryOffer(serviceId, offer, parts.country(countryId, language), statistics);
    return { kind: "quote", quote: made, offer: shown, isFavourite, facts: factsOf(deps, first) };
  };
  return { quote, knownPrice };
}

/** The provider that a purchase will try first. Undefined: nothing can be had at or under the ceiling. */
function firstProvider(
  view: MarketView,
  { serviceId, countryId }: ServiceInCountry,
  ceilingMicros: bigint,
  statistics: Statistics,
): string | undefined {
  const rows = view
    .inCountry(serviceId, countryId)
    .filter(({ cost }) => BigInt(cost) <= ceilingMicros)
    .map(({ provider, cost }) => {
      const delivery = statistics.provider(provider, serviceId, countryId) ?? PRIOR;
      return { provider, cost, expected: expectedCostMicros(BigInt(cost), delivery) };
    });
  rows.sort((a, b) => {
    if (a.expected !== b.expected) return a.expected < b.expected ? -1 : 1;
    return a.cost - b.cost || (a.provider < b.provider ? -1 : 1);
  });
  return rows[0]?.provider;
}

/** The facts of the offer that is tried first. The purchase may end at another provider. */
function factsOf(deps: CatalogDeps, first: string): QuoteFacts {
  const capabilities = deps.providers.get(first)?.capabilities;
  const { cancelAfterMs, lifetimeMs } = deps.defaults;
  return {
    lifetimeMs: capabilities?.lifetimeMs ?? lifetimeMs,
    cancelAfterMs: capabilities?.cancel ? (capabilities.cancelAfterMs ?? cancelAfterMs) : null,
    another: capabilities?.another ?? false,
  };
}
