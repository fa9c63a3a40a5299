import { addBasisPointsUp, roundUpTo } from "../../core/money.ts";
import type { PriceStep } from "../../core/price-step.ts";
import { includes, type Scope, type ScopeSubject } from "../../core/scope.ts";

/** The terms by which a sale price is computed from a cost. */
export interface PriceTerms {
  /** 10,000 = 100 %. */
  readonly markupBasisPoints: bigint;
  readonly minProfitMicros: bigint;
}

/** Terms for a part of the catalogue. */
export interface PriceRule extends PriceTerms, Scope {
  readonly id: string;
  readonly createdAt: Date;
  /** The rule applies from then on, until `endsAt`; both null: always. */
  readonly startsAt: Date | null;
  readonly endsAt: Date | null;
}

const DIME_MICROS = 100_000n;
const NICKEL_MICROS = 50_000n;
const CENT_MICROS = 10_000n;
const TENTH_OF_A_CENT_MICROS = 1_000n;

/** The sale price: the larger of cost plus markup and cost plus minimum profit, rounded up to the shop's step. */
export function salePriceMicros(costMicros: bigint, terms: PriceTerms, step: PriceStep = "0.01"): bigint {
  const withMarkup = addBasisPointsUp(costMicros, terms.markupBasisPoints);
  const withProfit = costMicros + terms.minProfitMicros;
  return rounded(larger(withMarkup, withProfit), step);
}

function rounded(exact: bigint, step: PriceStep): bigint {
  switch (step) {
    case "0.01":
      return roundUpTo(exact, exact < DIME_MICROS ? TENTH_OF_A_CENT_MICROS : CENT_MICROS);
    case "0.05":
      return roundUpTo(exact, NICKEL_MICROS);
    case "0.10":
      return roundUpTo(exact, DIME_MICROS);
    case "nine":
      return roundUpTo(exact + CENT_MICROS, DIME_MICROS) - CENT_MICROS;
  }
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

/** The rules that apply at this time. */
export function rulesAt(rules: readonly PriceRule[], at: Date): readonly PriceRule[] {
  return rules.filter(
    ({ startsAt, endsAt }) => (startsAt === null || startsAt <= at) && (endsAt === null || endsAt > at),
  );
}

/** When the next rule begins or ends by itself, in milliseconds since 1970. Infinity: none does. */
export function nextChangeMs(rules: readonly PriceRule[], at: Date): number {
  const times = rules.flatMap(({ startsAt, endsAt }) => [startsAt, endsAt]);
  const coming = times.flatMap((time) => (time !== null && time > at ? [time.getTime()] : []));
  return Math.min(Number.POSITIVE_INFINITY, ...coming);
}

/**
 * The terms that apply: those of the most specific matching rule, see {@link ruleFor}. `rules` are those of one moment
 * ({@link rulesAt}).
 */
export function termsFor(
  rules: readonly PriceRule[],
  starting: PriceTerms,
  subject: ScopeSubject,
): PriceTerms {
  return ruleFor(rules, subject) ?? starting;
}

/**
 * The most specific matching rule. A rule for a provider outranks one for a country, then one for a service, then a general
 * rule; several set columns add up. Of two for the same, one that applies for a time goes before the standing one, and then
 * the newer one before the older.
 */
export function ruleFor(rules: readonly PriceRule[], subject: ScopeSubject): PriceRule | undefined {
  let best: PriceRule | undefined;
  for (const rule of rules) {
    if (includes(rule, subject) && (best === undefined || outranks(rule, best))) best = rule;
  }
  return best;
}

/** True: where both rules match, this one applies and not the other. */
export function outranks(rule: PriceRule, other: PriceRule): boolean {
  const difference = weight(rule) - weight(other);
  if (difference !== 0) return difference > 0;
  if ((rule.endsAt === null) !== (other.endsAt === null)) return rule.endsAt !== null;
  return rule.createdAt > other.createdAt;
}

function weight(rule: Scope): number {
  return (
    (rule.provider === null ? 0 : 4) + (rule.countryId === null ? 0 : 2) + (rule.serviceId === null ? 0 : 1)
  );
}
