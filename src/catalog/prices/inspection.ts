import { addMs } from "../../core/clock.ts";
import { includes, type Scope } from "../../core/scope.ts";
import { type OfferFilter, selectOffersInCountry } from "../../db/queries/offers.ts";
import type { CatalogDeps } from "../catalog-deps.ts";
import type { CatalogInspection, ExplainedOffer, HiddenBecause } from "../catalog-inspection.ts";
import { OFFER_LIFETIME_MS } from "../offers/kept-merged.ts";
import type { Market, MarketView } from "../offers/market.ts";
import { costCeilingMicros, ruleFor, rulesAt, salePriceMicros } from "./pricing.ts";

export function createPriceInspection(
  deps: CatalogDeps,
  market: Market,
): Pick<CatalogInspection, "compare" | "explain"> {
  const { db, clock } = deps;

  return {
    async compare(serviceIds, after) {
      const view = await market.look(serviceIds);
      return serviceIds.flatMap((serviceId) => {
        const before = view.offers(serviceId);
        const changed = view.offersBy(serviceId, after);
        return [...changed.values()].flatMap((offer) => {
          const { countryId } = offer;
          const known = before.get(countryId);
          return known ? [{ serviceId, countryId, before: known, after: offer }] : [];
        });
      });
    },
    async explain(serviceId, countryId) {
      const view = await market.look([serviceId]);
      const filter: OfferFilter = {
        providers: [...deps.providers.keys()],
        serviceIds: [serviceId],
        countryIds: [countryId],
        at: clock.now(),
        since: addMs(clock.now(), -OFFER_LIFETIME_MS),
      };
      const rules = rulesAt(view.pricing.rules, filter.at);
      const rows = await selectOffersInCountry(db, filter);
      const explained = rows.map((row): ExplainedOffer => {
        const { provider, operator, stock, observedAt, costMicros } = row;
        const rule = ruleFor(rules, { provider, serviceId, countryId }) ?? null;
        const terms = rule ?? deps.pricing;
        const priceMicros = salePriceMicros(costMicros, terms, view.pricing.step);
        const ceilingMicros = costCeilingMicros(priceMicros, terms);
        const subject = { provider, serviceId, countryId };
        const hiddenBecause = whyHidden(view, subject, { ...row, since: filter.since });
        return {
          provider,
          operator,
          stock,
          observedAt,
          costMicros,
          rule,
          priceMicros,
          ceilingMicros,
          hiddenBecause,
        };
      });
      return explained.sort(
        (a, b) =>
          Number(a.hiddenBecause !== null) - Number(b.hiddenBecause !== null) ||
          Number(a.priceMicros - b.priceMicros) ||
          Number(a.costMicros - b.costMicros),
      );
    },
  };
}

function whyHidden(
  view: MarketView,
  subject: Scope,
  offer: {
    readonly costMicros: bigint;
    readonly stock: number | null;
    readonly observedAt: Date;
    readonly isRefused: boolean;
    readonly since: Date;
  },
): HiddenBecause | null {
  if (view.switches.some((off) => includes(off, subject))) return "off";
  const hidden = view.hidden.find(({ provider }) => provider === subject.provider);
  if (hidden?.isOpen) return "out";
  if (offer.isRefused) return "codes refused";
  if (offer.stock === 0) return "sold out";
  if (offer.observedAt <= offer.since) return "old";
  const cost = Number(offer.costMicros);
  const isShort =
    hidden !== undefined &&
    ((hidden.fromMicros !== null && cost >= hidden.fromMicros) ||
      (hidden.aboveMicros !== null && cost > hidden.aboveMicros));
  return isShort ? "no money" : null;
}
