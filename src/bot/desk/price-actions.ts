import { DeskRefusal } from "../../core/desk-refusal.ts";
import { expandId } from "../../core/ids.ts";
import { parseUsd } from "../../core/money.ts";
import { priceSteps } from "../../core/price-step.ts";
import type { Scope } from "../../core/scope.ts";
import type { Staff } from "../../core/staff.ts";
import type { DeskServices } from "../../desk/desk.ts";
import { SETTING_KIND } from "../../desk/settings/settings.ts";
import { tradeTexts } from "../../texts/operator/trade.ts";
import { beginDraft } from "./draft-screen.ts";
import { act, at, type Place } from "./place.ts";
import { pick, scopeArgs, scopeOf, textArg } from "./scope-places.ts";
import { type Action, go, type Outcome, type Screen } from "./screen.ts";
import { specialRules } from "./shift-card.ts";

const PRICES = "pr";
const texts = tradeTexts.prices;
const HOUR_MS = 3_600_000;
const PERCENT = /^([+-]?)(\d{1,5})(?:[.,](\d{1,2}))?\s*%?$/;
const PROMO =
  /^(\S+?)\s*%?\s+(?:for\s+(\d{1,4})\s*h|(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)\s+to\s+(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d))$/;

type Deps = Pick<DeskServices, "prices" | "drafts">;

/** Everything that the buttons of the prices screen do; each change ends at a draft. */
export function priceActions(deps: Deps): NonNullable<Screen["actions"]> {
  const { prices, drafts } = deps;
  const tap = (run: Action["run"]): Action => ({ right: "prices", takes: "tap", run });
  const text = (run: Action["run"]): Action => ({ right: "prices", takes: "text", run });
  const ask = (prompt: string, to: string, args: readonly string[], back: Place): Outcome => ({
    kind: "ask",
    prompt,
    to: act(PRICES, to, ...args),
    back,
  });
  const scopeAgain = (args: readonly string[]): Place => at(PRICES, "s", ...args);

  async function shift(staff: Staff, ticks: string, basisPoints: bigint): Promise<Outcome> {
    const special = specialRules((await prices.board()).rules);
    const ruleIds = special.flatMap(({ rule }, index) => (ticks[index] === "1" ? [rule.id] : []));
    const content = { basisPoints: basisPoints.toString(), ruleIds };
    return await beginDraft(drafts, { staff, kind: "price.shift", content, back: at(PRICES) });
  }

  return {
    a: tap(async () => ask(texts.addPrompt, "A", [], at(PRICES))),
    A: text(async ({ typed }) => {
      const words = typed?.text ?? "";
      return await pick(prices, words, {
        one: (scope) => go(scopeAgain(scopeArgs(scope))),
        several: at(PRICES, "f", textArg(words)),
      });
    }),
    k: tap(async ({ staff, args }) => {
      const markup = parsePercent(args[3] ?? "");
      if (markup === undefined) throw new DeskRefusal("not_found");
      return await set(deps, staff, scopeOf(args), { markup, minMicros: undefined, window: null });
    }),
    t: tap(async ({ args }) => ask(texts.typedPrompt, "T", args, scopeAgain(args))),
    T: text(async ({ staff, args, typed }) => {
      const terms = parseTerms(typed?.text ?? "");
      if (!terms) return { kind: "again", why: texts.typedWrong };
      return await set(deps, staff, scopeOf(args), { ...terms, window: null });
    }),
    p: tap(async ({ args }) => ask(texts.promoPrompt, "P", args, scopeAgain(args))),
    P: text(async ({ staff, args, typed }) => {
      const promo = parsePromo(typed?.text ?? "", prices.now());
      if (!promo) return { kind: "again", why: texts.promoWrong };
      return await set(deps, staff, scopeOf(args), { ...promo, minMicros: undefined });
    }),
    x: tap(async ({ staff, args: [short] }) => {
      const content = { ruleId: idOf(short) };
      return await beginDraft(drafts, { staff, kind: "price.remove", content, back: at(PRICES) });
    }),
    u: tap(async ({ staff, args: [short] }) => {
      const content = { changeId: idOf(short) };
      return await beginDraft(drafts, { staff, kind: "price.undo", content, back: at(PRICES) });
    }),
    n: tap(async ({ staff, args: [ticks = "", points = ""] }) => {
      const basisPoints = parsePercent(points);
      if (basisPoints === undefined) return go(at(PRICES, "m"));
      return await shift(staff, ticks, basisPoints);
    }),
    o: tap(async ({ args: [ticks = ""] }) => ask(texts.shiftPrompt, "O", [ticks], at(PRICES, "m", ticks))),
    O: text(async ({ staff, args: [ticks = ""], typed }) => {
      const basisPoints = parsePercent(typed?.text ?? "");
      if (basisPoints === undefined) return { kind: "again", why: texts.shiftWrong };
      return await shift(staff, ticks, basisPoints);
    }),
    g: tap(async ({ staff, args: [named] }) => {
      const step = priceSteps.find((one) => one === named);
      if (step === undefined) return go(at(PRICES, "g"));
      const content = { name: "PRICE_STEP", value: step };
      return await beginDraft(drafts, { staff, kind: SETTING_KIND, content, back: at(PRICES) });
    }),
    w: tap(async () => ask(texts.explainPrompt, "W", [], at(PRICES))),
    W: text(async ({ typed }) => {
      const found = await prices.find((typed?.text ?? "").slice(0, 200));
      const product = found.find(({ scope }) => scope.serviceId !== null && scope.countryId !== null)?.scope;
      if (!product) return { kind: "again", why: texts.explainBoth };
      return go(at(PRICES, "e", product.serviceId ?? "", product.countryId ?? ""));
    }),
  };
}

async function set(
  { prices, drafts }: Deps,
  staff: Staff,
  scope: Scope,
  change: {
    readonly markup: bigint;
    /** Undefined: as it is. */
    readonly minMicros: bigint | undefined;
    readonly window: { readonly startsAt: Date; readonly endsAt: Date } | null;
  },
): Promise<Outcome> {
  const { terms } = await prices.scope(scope);
  const content = {
    scope,
    markupBasisPoints: change.markup.toString(),
    minProfitMicros: (change.minMicros ?? terms.minProfitMicros).toString(),
    window: change.window,
  };
  return await beginDraft(drafts, {
    staff,
    kind: "price.set",
    content: JSON.parse(JSON.stringify(content)),
    back: at(PRICES),
  });
}

function idOf(short: string | undefined): string {
  const id = expandId(short ?? "");
  if (id === undefined) throw new DeskRefusal("not_found");
  return id;
}

/** "12.5" or "-7 %" as basis points; undefined for anything else. */
export function parsePercent(text: string): bigint | undefined {
  const match = PERCENT.exec(text.trim());
  if (!match) return undefined;
  const size = BigInt(`${match[2]}${(match[3] ?? "").padEnd(2, "0")}`);
  if (size > 1_000_000n) return undefined;
  return match[1] === "-" ? -size : size;
}

function parseTerms(text: string): { markup: bigint; minMicros: bigint | undefined } | undefined {
  const [first = "", second, ...more] = text.trim().split(/\s+/);
  const markup = parsePercent(first);
  if (markup === undefined || markup < 0n || more.length > 0) return undefined;
  if (second === undefined) return { markup, minMicros: undefined };
  const minMicros = parseUsd(second.replace(/^\$/, "").replace(",", "."), "exact");
  return minMicros === undefined || minMicros > 1_000_000_000n ? undefined : { markup, minMicros };
}

/** "20 for 48h" or "20 2026-12-24 00:00 to 2026-12-27 00:00", times in UTC. */
export function parsePromo(
  text: string,
  now: Date,
): { markup: bigint; window: { startsAt: Date; endsAt: Date } } | undefined {
  const match = PROMO.exec(text.trim());
  const markup = parsePercent(match?.[1] ?? "");
  if (!match || markup === undefined || markup < 0n) return undefined;
  if (match[2] !== undefined) {
    const endsAt = new Date(now.getTime() + Number(match[2]) * HOUR_MS);
    return endsAt > now ? { markup, window: { startsAt: now, endsAt } } : undefined;
  }
  const startsAt = new Date(`${match[3]}T${match[4]}:00Z`);
  const endsAt = new Date(`${match[5]}T${match[6]}:00Z`);
  const isWindow = endsAt > startsAt && endsAt > now;
  return isWindow ? { markup, window: { startsAt, endsAt } } : undefined;
}
