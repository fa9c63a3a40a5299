import type { CatalogInspection, ExplainedOffer } from "../../catalog/catalog-inspection.ts";
import { type PriceTerms, rulesAt } from "../../catalog/prices/pricing.ts";
import { addMs, type Clock } from "../../core/clock.ts";
import type { PriceStep } from "../../core/price-step.ts";
import { type Scope, wholeCatalogue } from "../../core/scope.ts";
import type { Database } from "../../db/client.ts";
import {
  type PriceChange,
  type PriceRuleRow,
  selectLastPriceChange,
  selectPriceRules,
} from "../../db/queries/price-rules.ts";
import { selectSoldPairs } from "../../db/queries/sold-pairs.ts";
import { type Naming, nameScope } from "../scope-names.ts";
import { generalTerms, hiddenBy, standingRule } from "./price-plan.ts";

const MONTH_MS = 30 * 24 * 60 * 60 * 1000;
const MAX_PAIRS = 2_000;

export interface PricesDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly starting: PriceTerms;
  readonly providers: readonly string[];
  readonly catalog: CatalogInspection & Naming;
  readonly priceStep: () => PriceStep;
}

export interface ListedRule {
  readonly rule: PriceRuleRow;
  readonly name: string;
  /** Names of the rules that keep it from ever applying now; none: it applies. */
  readonly hiddenBy: readonly string[];
  /** It does not apply yet. */
  readonly isComing: boolean;
}

export interface PriceBoard {
  readonly rules: readonly ListedRule[];
  /** What applies where no rule does. */
  readonly starting: PriceTerms;
  readonly step: PriceStep;
  /** What can be taken back. */
  readonly last: PriceChange | undefined;
}

/** What the desk shows of prices. Changes are draft kinds, see price-kinds.ts. */
export interface Prices {
  board(): Promise<PriceBoard>;
  rule(ruleId: string): Promise<ListedRule | undefined>;
  /** A scope's name, and the terms of its own rule, or else those for everything. */
  scope(
    scope: Scope,
  ): Promise<{ readonly name: string; readonly terms: PriceTerms; readonly isOwn: boolean }>;
  /** What a text may mean. */
  find(text: string): Promise<readonly { readonly scope: Scope; readonly name: string }[]>;
  /** The services that sold most in 30 days. */
  topServices(limit: number): Promise<readonly { readonly scope: Scope; readonly name: string }[]>;
  explain(serviceId: string, countryId: string): Promise<readonly ExplainedOffer[]>;
  now(): Date;
}

export function createPrices(deps: PricesDeps): Prices {
  const { db, clock, catalog, starting } = deps;
  const live = () => selectPriceRules(db, clock.now());
  const named = async (scope: Scope) => ({ scope, name: await nameScope(catalog, scope) });

  async function listed(rule: PriceRuleRow, rules: readonly PriceRuleRow[]): Promise<ListedRule> {
    const now = clock.now();
    const current = rulesAt(rules, now);
    const isComing = rule.startsAt !== null && rule.startsAt > now;
    const winners = isComing ? [] : hiddenBy(rule, current, deps.providers);
    return {
      rule,
      isComing,
      name: await nameScope(catalog, rule),
      hiddenBy: await Promise.all(winners.map((winner) => nameScope(catalog, winner))),
    };
  }

  return {
    async board() {
      const [rules, last] = await Promise.all([live(), selectLastPriceChange(db)]);
      const all = await Promise.all(rules.map((rule) => listed(rule, rules)));
      return { rules: all, starting, step: deps.priceStep(), last };
    },
    async rule(ruleId) {
      const rules = await live();
      const rule = rules.find(({ id }) => id === ruleId);
      return rule && (await listed(rule, rules));
    },
    async scope(scope) {
      const rules = await live();
      const own = standingRule(rules, scope);
      const terms = own ?? generalTerms(rules, starting);
      return { name: await nameScope(catalog, scope), terms, isOwn: own !== undefined };
    },
    find: async (text) => await Promise.all((await catalog.findScopes(text)).map(named)),
    async topServices(limit) {
      const since = addMs(clock.now(), -MONTH_MS);
      const pairs = await selectSoldPairs(db, { since, scope: wholeCatalogue, limit: MAX_PAIRS });
      const sold = new Map<string, number>();
      for (const pair of pairs) sold.set(pair.serviceId, (sold.get(pair.serviceId) ?? 0) + pair.sold);
      const top = [...sold].sort(([, a], [, b]) => b - a).slice(0, limit);
      return await Promise.all(top.map(([serviceId]) => named({ ...wholeCatalogue, serviceId })));
    },
    now: () => clock.now(),
    explain: (serviceId, countryId) => catalog.explain(serviceId, countryId),
  };
}
