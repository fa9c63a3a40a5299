import { addBasisPointsUp, roundUpTo } from "../../core/money.ts";

/** The terms by which a sale price is computed from a cost. */
export interface PriceTerms {
  /** 10,000 = 100 %. */
  readonly markupBasisPoints: bigint;
  readonly minProfitMicros: bigint;
}

/** Terms for a part of the catalogue. A null column matches everything. */
export interface PriceRule extends PriceTerms {
  readonly provider: string | null;
  readonly countryId: string | null;
  readonly serviceId: string | null;
  readonly createdAt: Date;
}

export interface PriceSubject {
  readonly provider: string;
  readonly countryId: string;
  readonly serviceId: string;
}

const DIME_MICROS = 100_000n;
const CENT_MICROS = 10_000n;
const TENTH_OF_A_CENT_MICROS = 1_000n;

/**
 * The sale price: the larger of cost plus markup and cost plus minimum profit, rounded up to a cent, or to a tenth of a
 * cent below ten cents.
 */
export function salePriceMicros(costMicros: bigint, terms: PriceTerms): bigint {
  const withMarkup = addBasisPointsUp(costMicros, terms.markupBasisPoints);
  const withProfit = costMicros + terms.minProfitMicros;
  const exact = larger(withMarkup, withProfit);
  return roundUpTo(exact, exact < DIME_MICROS ? TENTH_OF_A_CENT_MICROS : CENT_MICROS);
}

/** Math.max does not take a bigint. */
function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}

/**
 * The cost ceiling of a sale at this price: the price minus the minimum profit. A purchase may use a dearer provider up to
 * this cost without changing the price.
 */
export function costCeilingMicros(priceMicros: bigint, terms: PriceTerms): bigint {
  return priceMicros - terms.minProfitMicros;
}

/**
 * The terms that apply: those of the most specific matching rule. A rule for a provider outranks one for a country, then
 * one for a service, then a general rule; several set columns add up. The newest rule wins a tie.
 */
export function termsFor(
  rules: readonly PriceRule[],
  starting: PriceTerms,
  subject: PriceSubject,
): PriceTerms {
  let best: PriceRule | undefined;
  for (const rule of rules) {
    if (!fits(rule, subject)) continue;
    if (best === undefined || comesBefore(rule, best)) best = rule;
  }
  return best ?? starting;
}

function fits(rule: PriceRule, subject: PriceSubject): boolean {
  return (
    (rule.provider === null || rule.provider === subject.provider) &&
    (rule.countryId === null || rule.countryId === subject.countryId) &&
    (rule.serviceId === null || rule.serviceId === subject.serviceId)
  );
}

function comesBefore(rule: PriceRule, other: PriceRule): boolean {
  const difference = weight(rule) - weight(other);
  return difference === 0 ? rule.createdAt > other.createdAt : difference > 0;
}

function weight(rule: PriceRule): number {
  return (
    (rule.provider === null ? 0 : 4) + (rule.countryId === null ? 0 : 2) + (rule.serviceId === null ? 0 : 1)
  );
}
