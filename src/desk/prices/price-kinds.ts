import { z } from "zod";
import type { PriceTerms } from "../../catalog/prices/pricing.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { formatUsd } from "../../core/money.ts";
import { type Scope, scopeName, wholeCatalogue } from "../../core/scope.ts";
import { actorOf } from "../../core/staff.ts";
import type { Executor, Tx } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import * as queries from "../../db/queries/price-rules.ts";
import {
  type AnyDraftKind,
  type Applying,
  draftKind,
  type Fact,
  microsText,
  type Preview,
} from "../drafts/draft-kind.ts";
import { nameScope, scopeSchema } from "../scope-names.ts";
import { type EffectDeps, effectFacts, priceEffect } from "./price-effect.ts";
import { percent } from "./price-names.ts";
import {
  generalTerms,
  MAX_LIVE_RULES,
  type PricePlan,
  planRemove,
  planSet,
  planShift,
  planUndo,
  rulesAfter,
  standingRule,
  warningsOf,
} from "./price-plan.ts";

export interface PriceKindDeps extends EffectDeps {
  /** Applies where no rule does. */
  readonly starting: PriceTerms;
}

const time = z.iso.datetime().transform((text) => new Date(text));
const setSchema = z.object({
  scope: scopeSchema,
  markupBasisPoints: microsText,
  minProfitMicros: microsText,
  window: z.object({ startsAt: time, endsAt: time }).nullable(),
});
const removeSchema = z.object({ ruleId: z.uuid() });
const shiftSchema = z.object({ basisPoints: microsText, ruleIds: z.array(z.uuid()).max(MAX_LIVE_RULES) });
const undoSchema = z.object({ changeId: z.uuid() });

/** A kind of change to the rules: what it does to those that are live, and which sales it concerns. */
interface RuleChange<C> {
  readonly name: string;
  readonly title: string;
  readonly kind: queries.PriceChangeKind;
  readonly content: z.ZodType<C>;
  plan(db: Executor, rules: readonly queries.PriceRuleRow[], content: C): Promise<PricePlan>;
  readonly undoes?: (content: C) => string;
}

/** Everything that changes prices: each by a preview on what was sold, and once for each draft. */
export function priceKinds(deps: PriceKindDeps): readonly AnyDraftKind[] {
  const { starting, clock } = deps;
  return [
    ruleKind(deps, {
      name: "price.set",
      title: "Save a price rule",
      kind: "set",
      content: setSchema,
      plan: async (_db, rules, { scope, window, ...terms }) => planSet(rules, { scope, window, terms }),
    }),
    ruleKind(deps, {
      name: "price.remove",
      title: "Remove a price rule",
      kind: "remove",
      content: removeSchema,
      plan: async (_db, rules, { ruleId }) => planRemove(rules, ruleId),
    }),
    ruleKind(deps, {
      name: "price.shift",
      title: "Move all markups",
      kind: "shift",
      content: shiftSchema,
      plan: async (_db, rules, shift) => planShift(rules, shift, starting),
    }),
    ruleKind(deps, {
      name: "price.undo",
      title: "Take the last price change back",
      kind: "undo",
      content: undoSchema,
      plan: async (db, rules, { changeId }) =>
        planUndo(rules, await queries.selectRulesOfChange(db, changeId), clock.now()),
      undoes: ({ changeId }) => changeId,
    }),
  ];
}

function ruleKind<C>(deps: PriceKindDeps, change: RuleChange<C>): AnyDraftKind {
  const { name, title, content } = change;
  return draftKind<C>({
    name,
    title,
    content,
    right: "prices",
    reasons: [],
    async preview(db, { content: asked }) {
      const rules = await queries.selectPriceRules(db, deps.clock.now());
      return await previewOf(deps, rules, await change.plan(db, rules, asked));
    },
    async apply(tx, applying) {
      const rules = await queries.lockPriceRules(tx, applying.at);
      const plan = await change.plan(tx, rules, applying.content);
      const live = rules.length - plan.removes.length + plan.adds.length;
      if (live > MAX_LIVE_RULES && plan.adds.length > 0) throw new DeskRefusal("too_many_rules");
      const undoes = change.undoes?.(applying.content) ?? null;
      await store(tx, plan, { ...applying, kind: change.kind, undoes });
      return { note: `${title}: done. Buyers see it within 10 seconds; prices they were offered stay.` };
    },
  });
}

async function store(
  tx: Tx,
  plan: PricePlan,
  {
    draftId,
    staff,
    at,
    kind,
    undoes,
    updateId,
  }: Omit<Applying<unknown>, "content"> & {
    kind: queries.PriceChangeKind;
    undoes: string | null;
  },
): Promise<void> {
  const actor = actorOf(staff.telegramId);
  const change = { id: draftId, kind, undoes, actor, at };
  if (!(await queries.insertPriceChange(tx, change))) throw new DeskRefusal("changed");
  const ids = plan.removes.map(({ id }) => id);
  // Somebody removed one of them while this waited for the rows.
  if ((await queries.removePriceRules(tx, ids, change)) < ids.length) throw new DeskRefusal("changed");
  for (const rule of plan.adds) await queries.insertPriceRule(tx, rule, change);
  for (const { scope, before, after } of pairsOf(plan)) {
    await writeAudit(tx, {
      actor,
      action: `price rule ${kind}`,
      subjectKind: "price",
      subject: scopeName(scope),
      before: before ? auditOf(before) : null,
      after: after ? auditOf(after) : null,
      updateId,
      at,
    });
  }
}

type Rule = queries.NewPriceRule;

/** Each rule that goes with the one that takes its place. */
function pairsOf(plan: PricePlan): readonly { scope: Scope; before?: Rule; after?: Rule }[] {
  const isFor = (a: Rule) => (b: Rule) =>
    scopeName(a) === scopeName(b) && (a.startsAt === null) === (b.startsAt === null);
  const added = plan.adds.map((after) => ({ scope: after, before: plan.removes.find(isFor(after)), after }));
  const gone = plan.removes.filter((rule) => !plan.adds.some(isFor(rule)));
  return [
    ...added.map(({ scope, before, after }) => ({ scope, after, ...(before && { before }) })),
    ...gone.map((before) => ({ scope: before, before })),
  ];
}

function auditOf(rule: Rule) {
  return {
    markup: percent(rule.markupBasisPoints),
    minProfit: rule.minProfitMicros.toString(),
    startsAt: rule.startsAt?.toISOString() ?? null,
    endsAt: rule.endsAt?.toISOString() ?? null,
  };
}

async function previewOf(
  deps: PriceKindDeps,
  rules: readonly queries.PriceRuleRow[],
  plan: PricePlan,
): Promise<Preview> {
  const { clock, catalog, starting } = deps;
  const at = clock.now();
  const scopes = pairsOf(plan);
  const facts = await Promise.all(
    scopes.map(async ({ scope, before, after }): Promise<Fact> => {
      const label = await nameScope(catalog, scope);
      const fallback = scopeName(scope) === scopeName(wholeCatalogue) ? generalTerms(rules, starting) : null;
      const old = before ?? (after?.startsAt ? standingRule(rules, scope) : undefined) ?? fallback;
      return {
        label,
        before: old ? terms(old) : "no rule of its own",
        after: after ? terms(after) : "no rule of its own",
      };
    }),
  );
  const step = deps.priceStep();
  // A rule that begins later is shown as if it applied already.
  const begun = plan.adds.map((rule) => ({ ...rule, startsAt: null, endsAt: rule.endsAt }));
  const after = { rules: rulesAfter(rules, { ...plan, adds: begun }, at), step };
  const [only, ...others] = scopes;
  const scope = only && others.length === 0 ? only.scope : wholeCatalogue;
  const effect = await priceEffect(deps, scope, after);
  return {
    facts: [...facts, ...(await effectFacts(catalog, effect))],
    warnings: [...new Set(plan.adds.flatMap((rule) => warningsOf(rule)))],
    // The figures move with every price list; what has to stay are the rules.
    basis: JSON.stringify([rules.map(({ id }) => id), plan.adds.map(auditOf)]),
  };
}

function terms(
  rule: PriceTerms & { readonly startsAt?: Date | null; readonly endsAt?: Date | null },
): string {
  const { startsAt, endsAt } = rule;
  const window = startsAt && endsAt ? `, ${minute(startsAt)} to ${minute(endsAt)} UTC` : "";
  return `${percent(rule.markupBasisPoints)}, at least ${formatUsd(rule.minProfitMicros)}${window}`;
}

function minute(at: Date): string {
  return at.toISOString().slice(0, 16).replace("T", " ");
}
