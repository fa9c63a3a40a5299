import type { PriceStep } from "../../core/price-step.ts";
import type { CountryItem, CountryOffer, CountrySort } from "../catalog.ts";
import { costCeilingMicros, type PriceTerms, salePriceMicros } from "../prices/pricing.ts";
import type { Sellable } from "./compact-offers.ts";
import { expectedCostMicros, PRIOR, type Statistics, successPercent } from "./delivery-statistics.ts";

/** The offers of all providers for one country, as one offer: the lowest price and the total stock. */
export interface MergedOffer {
  readonly countryId: string;
  readonly priceMicros: bigint;
  /** The highest cost that is acceptable for a sale at this price. */
  readonly ceilingMicros: bigint;
  /** What the number with this price costs us. */
  readonly costMicros: bigint;
  readonly stock: number | null;
  readonly observedAt: Date;
}

/** Merges the offers of one service by country. */
export function mergeByCountry(
  rows: readonly Sellable[],
  termsOf: (row: Sellable) => PriceTerms,
  step: PriceStep,
): Map<string, MergedOffer> {
  const merged = new Map<string, MergedOffer>();
  for (const row of rows) {
    const terms = termsOf(row);
    const costMicros = BigInt(row.cost);
    const priceMicros = salePriceMicros(costMicros, terms, step);
    const offer: MergedOffer = {
      countryId: row.countryId,
      priceMicros,
      ceilingMicros: costCeilingMicros(priceMicros, terms),
      costMicros,
      stock: row.stock,
      observedAt: new Date(row.observedMs),
    };
    const other = merged.get(row.countryId);
    merged.set(row.countryId, other ? combine(offer, other) : offer);
  }
  return merged;
}

function combine(a: MergedOffer, b: MergedOffer): MergedOffer {
  const cheaper = b.priceMicros < a.priceMicros ? b : a;
  return {
    ...cheaper,
    stock: a.stock === null && b.stock === null ? null : (a.stock ?? 0) + (b.stock ?? 0),
    observedAt: new Date(Math.min(a.observedAt.getTime(), b.observedAt.getTime())),
  };
}

/** A merged offer as buyers see it. */
export function countryOffer(
  serviceId: string,
  offer: MergedOffer,
  country: CountryItem,
  statistics: Statistics,
): CountryOffer {
  const facts = statistics.pair(serviceId, offer.countryId);
  return {
    country,
    priceMicros: offer.priceMicros,
    stock: offer.stock,
    successPercent: facts ? successPercent(facts.delivery) : null,
    medianSeconds: facts?.medianSeconds ?? null,
  };
}

export interface Sorting {
  readonly sort: CountrySort;
  readonly language: string;
  readonly popularCountries: readonly string[];
}

/** A country with a lower success rate is listed last. */
const POOR_PERCENT = 30;

/** Returns a new list in the requested order. Ties are sorted by name. */
export function sortOffers(offers: readonly CountryOffer[], sorting: Sorting): CountryOffer[] {
  const compareNames = nameComparison(sorting.language);
  const compare = comparisons(sorting)[sorting.sort];
  return [...offers].sort((a, b) => compare(a, b) || compareNames(a, b));
}

function comparisons(
  sorting: Sorting,
): Readonly<Record<CountrySort, (a: CountryOffer, b: CountryOffer) => number>> {
  const ranks = new Map(sorting.popularCountries.map((id, rank) => [id, rank]));
  const rank = (offer: CountryOffer): number => ranks.get(offer.country.id) ?? ranks.size;
  return {
    name: () => 0,
    price: (a, b) => compareMicros(a.priceMicros, b.priceMicros),
    best: (a, b) =>
      tier(a, ranks) - tier(b, ranks) ||
      (a.successPercent === null ? rank(a) - rank(b) : 0) ||
      compareMicros(expectedPriceMicros(a), expectedPriceMicros(b)),
  };
}

/**
 * The rank for the order "best": 1. countries with a good success rate, 2. countries that are popular everywhere, 3. the
 * rest, 4. countries with a poor success rate.
 */
function tier(offer: CountryOffer, ranks: ReadonlyMap<string, number>): number {
  if (offer.successPercent !== null) return offer.successPercent >= POOR_PERCENT ? 0 : 3;
  return ranks.has(offer.country.id) ? 1 : 2;
}

function expectedPriceMicros(offer: CountryOffer): bigint {
  const delivery = offer.successPercent === null ? PRIOR : { rented: 100, received: offer.successPercent };
  return expectedCostMicros(offer.priceMicros, delivery);
}

function compareMicros(a: bigint, b: bigint): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function nameComparison(language: string): (a: CountryOffer, b: CountryOffer) => number {
  const collator = collatorFor(language);
  return (a, b) => collator.compare(a.country.name, b.country.name);
}

function collatorFor(language: string): Intl.Collator {
  try {
    return new Intl.Collator(language);
  } catch {
    // `language` is not a valid language tag: fall back to English order.
    return new Intl.Collator("en");
  }
}
