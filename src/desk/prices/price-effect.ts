import type { CatalogInspection, ComparedOffer } from "../../catalog/catalog-inspection.ts";
import type { PriceRule } from "../../catalog/prices/pricing.ts";
import { addMs, type Clock } from "../../core/clock.ts";
import { formatUsd } from "../../core/money.ts";
import type { PriceStep } from "../../core/price-step.ts";
import { type Scope, wholeCatalogue } from "../../core/scope.ts";
import type { Database } from "../../db/client.ts";
import { selectPriceRules } from "../../db/queries/price-rules.ts";
import { selectSoldPairs } from "../../db/queries/sold-pairs.ts";
import type { Fact } from "../drafts/draft-kind.ts";
import { type Naming, nameScope } from "../scope-names.ts";

const MONTH_MS = 30 * 24 * 60 * 60 * 1000;
/** Shown with their old and new price. */
const TOP_PAIRS = 6;
/** Looked at: more sold products than any shop lists on one screen. */
const MAX_PAIRS = 2_000;
const MAX_SERVICES = 20;

export interface EffectDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly catalog: CatalogInspection & Naming;
  /** What prices are rounded up to, as it is set now. */
  readonly priceStep: () => PriceStep;
}

/** What a change of prices means for what was really sold. */
export interface PriceEffect {
  /** The best-selling first. */
  readonly top: readonly (ComparedOffer & { readonly sold: number })[];
  /** Of the products sold in 30 days; where nothing was sold, of all that the rule's service is offered in. */
  readonly compared: number;
  readonly changed: number;
  readonly lower: number;
  /** The change with the least profit a number. */
  readonly leanest: ComparedOffer | undefined;
  readonly isOfSales: boolean;
}

/** Compares today's prices with those of other rules, on what was sold in this part of the catalogue in 30 days. */
export async function priceEffect(
  { db, clock, catalog }: EffectDeps,
  scope: Scope,
  after: { readonly rules: readonly PriceRule[]; readonly step: PriceStep },
): Promise<PriceEffect> {
  const since = addMs(clock.now(), -MONTH_MS);
  const sold = await selectSoldPairs(db, { since, scope, limit: MAX_PAIRS });
  const own = scope.serviceId === null ? [] : [scope.serviceId];
  const serviceIds = [...new Set([...own, ...sold.map(({ serviceId }) => serviceId)])].slice(0, MAX_SERVICES);
  const offers = await catalog.compare(serviceIds, after);
  const byPair = new Map(offers.map((offer) => [`${offer.serviceId}/${offer.countryId}`, offer]));
  const ofSales = sold.flatMap((pair) => {
    const offer = byPair.get(`${pair.serviceId}/${pair.countryId}`);
    return offer ? [{ ...offer, sold: pair.sold }] : [];
  });
  const isOfSales = ofSales.length > 0;
  const compared = isOfSales
    ? ofSales
    : offers.filter(({ countryId }) => scope.countryId === null || countryId === scope.countryId);
  const changed = compared.filter((offer) => offer.before.priceMicros !== offer.after.priceMicros);
  return {
    top: ofSales.slice(0, TOP_PAIRS),
    compared: compared.length,
    changed: changed.length,
    lower: changed.filter((offer) => offer.after.priceMicros < offer.before.priceMicros).length,
    leanest: changed.reduce<ComparedOffer | undefined>(
      (least, offer) => (least === undefined || profitOf(offer) < profitOf(least) ? offer : least),
      undefined,
    ),
    isOfSales,
  };
}

function profitOf({ after }: ComparedOffer): bigint {
  return after.priceMicros - after.costMicros;
}

/** The effect as lines of a preview. */
export async function effectFacts(catalog: Naming, effect: PriceEffect): Promise<readonly Fact[]> {
  const top = effect.top.map(async ({ serviceId, countryId, before, after, sold }): Promise<Fact> => {
    const name = await nameScope(catalog, { serviceId, countryId, provider: null });
    const label = `${name} (${sold} sold)`;
    return { label, before: formatUsd(before.priceMicros), after: formatUsd(after.priceMicros) };
  });
  const what = effect.isOfSales ? "Prices sold in 30 days that change" : "Prices on sale that change";
  const { leanest } = effect;
  const least = leanest && {
    label: "Least profit after the change",
    after: `${formatUsd(profitOf(leanest))} (${await nameScope(catalog, { ...leanest, provider: null })})`,
  };
  return [
    ...(await Promise.all(top)),
    { label: what, after: `${effect.changed} of ${effect.compared}` },
    { label: "Of them lower than now", after: String(effect.lower) },
    ...(least ? [least] : []),
  ];
}

/** What another rounding step means for what was sold. */
export async function stepEffect(deps: EffectDeps, step: PriceStep): Promise<readonly Fact[]> {
  const rules = await selectPriceRules(deps.db, deps.clock.now());
  return await effectFacts(deps.catalog, await priceEffect(deps, wholeCatalogue, { rules, step }));
}
