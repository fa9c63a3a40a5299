import { outranks, type PriceRule, type PriceTerms } from "../../catalog/prices/pricing.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { newId } from "../../core/ids.ts";
import { includes, isSameScope, type Scope, wholeCatalogue } from "../../core/scope.ts";
import type { NewPriceRule, PriceRuleRow } from "../../db/queries/price-rules.ts";

/** More live rules than this nobody understands any more, and each is compared with each offer. */
export const MAX_LIVE_RULES = 500;
const MAX_BASIS_POINTS = 1_000_000n;
const LOW_BASIS_POINTS = 500n;
const HIGH_BASIS_POINTS = 30_000n;

/** What a change does to the live rules. */
export interface PricePlan {
  readonly removes: readonly PriceRuleRow[];
  readonly adds: readonly NewPriceRule[];
}

/** From when until when a rule applies; null: always. */
export type PriceWindow = { readonly startsAt: Date; readonly endsAt: Date } | null;

/** Sets the terms of a scope. A rule for a time takes the place of others for the same at the same time. */
export function planSet(
  rules: readonly PriceRuleRow[],
  change: { readonly scope: Scope; readonly terms: PriceTerms; readonly window: PriceWindow },
): PricePlan {
  const { scope, terms, window } = change;
  checkTerms(terms);
  const removes = rules.filter((rule) => isSameScope(rule, scope) && overlaps(rule, window));
  const { serviceId, countryId, provider } = scope;
  const times = { startsAt: window?.startsAt ?? null, endsAt: window?.endsAt ?? null };
  return {
    removes,
    adds: [{ id: newId(), serviceId, countryId, provider, ...terms, ...times }],
  };
}

function overlaps(rule: PriceRuleRow, window: PriceWindow): boolean {
  if (window === null || rule.startsAt === null || rule.endsAt === null) {
    return window === null && rule.startsAt === null;
  }
  return rule.startsAt < window.endsAt && window.startsAt < rule.endsAt;
}

/** Removes a rule. */
export function planRemove(rules: readonly PriceRuleRow[], ruleId: string): PricePlan {
  const rule = rules.find(({ id }) => id === ruleId);
  if (!rule) throw new DeskRefusal("changed");
  return { removes: [rule], adds: [] };
}

/** The standing rule for everything, or the environment's terms where there is none. */
export function generalTerms(rules: readonly PriceRuleRow[], starting: PriceTerms): PriceTerms {
  return standingRule(rules, wholeCatalogue) ?? starting;
}

export function standingRule(rules: readonly PriceRuleRow[], scope: Scope): PriceRuleRow | undefined {
  return rules.find((rule) => rule.startsAt === null && isSameScope(rule, scope));
}

/** Moves the general markup by so many basis points, and those of the special rules that were ticked. */
export function planShift(
  rules: readonly PriceRuleRow[],
  shift: { readonly basisPoints: bigint; readonly ruleIds: readonly string[] },
  starting: PriceTerms,
): PricePlan {
  const ticked = rules.filter(({ id }) => shift.ruleIds.includes(id));
  if (ticked.length < shift.ruleIds.length) throw new DeskRefusal("changed");
  const moved = (terms: PriceTerms): PriceTerms => ({
    markupBasisPoints: terms.markupBasisPoints + shift.basisPoints,
    minProfitMicros: terms.minProfitMicros,
  });
  const general = planSet(rules, {
    scope: wholeCatalogue,
    terms: moved(generalTerms(rules, starting)),
    window: null,
  });
  return ticked.reduce((plan: PricePlan, rule) => {
    const { serviceId, countryId, provider, startsAt, endsAt } = rule;
    const terms = moved(rule);
    checkTerms(terms);
    const add = { id: newId(), serviceId, countryId, provider, ...terms, startsAt, endsAt };
    return { removes: [...plan.removes, rule], adds: [...plan.adds, add] };
  }, general);
}

/** Takes a change back: what it added goes, what it removed comes again. */
export function planUndo(
  rules: readonly PriceRuleRow[],
  of: {
    readonly added: readonly (PriceRuleRow & { readonly isLive: boolean })[];
    readonly removed: readonly PriceRuleRow[];
  },
  at: Date,
): PricePlan {
  // Somebody has changed the same again since: taking this back would undo that as well.
  const again = of.removed.filter(({ endsAt }) => endsAt === null || endsAt > at);
  const isChanged =
    of.added.some(({ isLive, endsAt }) => !isLive && (endsAt === null || endsAt > at)) ||
    again.some((rule) => {
      const now = rule.startsAt === null ? standingRule(rules, rule) : undefined;
      return now !== undefined && !of.added.some(({ id }) => id === now.id);
    });
  if (isChanged) throw new DeskRefusal("changed");
  return {
    removes: of.added.filter(({ isLive }) => isLive),
    adds: again.map((rule) => ({
      id: newId(),
      serviceId: rule.serviceId,
      countryId: rule.countryId,
      provider: rule.provider,
      markupBasisPoints: rule.markupBasisPoints,
      minProfitMicros: rule.minProfitMicros,
      startsAt: rule.startsAt,
      endsAt: rule.endsAt,
    })),
  };
}

/** The live rules as they are after the change. */
export function rulesAfter(rules: readonly PriceRuleRow[], plan: PricePlan, at: Date): readonly PriceRule[] {
  const removed = new Set(plan.removes.map(({ id }) => id));
  return [
    ...rules.filter(({ id }) => !removed.has(id)),
    ...plan.adds.map((rule) => ({ ...rule, createdAt: at })),
  ];
}

function checkTerms({ markupBasisPoints, minProfitMicros }: PriceTerms): void {
  if (markupBasisPoints < 0n || markupBasisPoints > MAX_BASIS_POINTS || minProfitMicros < 0n) {
    throw new DeskRefusal("price_out_of_range");
  }
}

/** What an owner should think about before they save these terms. */
export function warningsOf(terms: PriceTerms): readonly string[] {
  if (terms.markupBasisPoints < LOW_BASIS_POINTS) return ["A markup under 5 % leaves hardly anything."];
  return terms.markupBasisPoints > HIGH_BASIS_POINTS ? ["A markup over 300 % is very much."] : [];
}

/**
 * The rules that together keep this one from ever applying; none: it applies somewhere. A rule for a provider goes before
 * one for a service or a country, so a rule without a provider never applies once every provider has a rule of its own for
 * all of it. `rules` are those of one moment.
 */
export function hiddenBy(
  rule: PriceRule,
  rules: readonly PriceRule[],
  providers: readonly string[],
): readonly PriceRule[] {
  const where = rule.provider === null ? providers : [rule.provider];
  const winners = where.map((provider) =>
    rules.find(
      (other) => other.id !== rule.id && includes(other, { ...rule, provider }) && outranks(other, rule),
    ),
  );
  const found = winners.filter((winner) => winner !== undefined);
  const isHidden = where.length > 0 && found.length === where.length;
  return isHidden ? [...new Set(found)] : [];
}
