import type { ExplainedOffer } from "../../catalog/catalog-inspection.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { expandId, shortenId } from "../../core/ids.ts";
import { formatUsd } from "../../core/money.ts";
import { priceSteps } from "../../core/price-step.ts";
import type { Scope } from "../../core/scope.ts";
import type { DeskServices } from "../../desk/desk.ts";
import { percent, stepName } from "../../desk/prices/price-names.ts";
import type { ListedRule, PriceBoard } from "../../desk/prices/prices.ts";
import { bold, escapeHtml } from "../../texts/html.ts";
import { deskTexts } from "../../texts/operator/desk.ts";
import { tradeTexts } from "../../texts/operator/trade.ts";
import { act, at, homePlace } from "./place.ts";
import { priceActions } from "./price-actions.ts";
import { choices, scopeArgs, scopeOf } from "./scope-places.ts";
import type { DeskButton, DeskCard, Screen } from "./screen.ts";
import { shiftCard } from "./shift-card.ts";

export const PRICES = "pr";
const texts = tradeTexts.prices;
const RULES_A_PAGE = 8;
const TOP_SERVICES = 6;
const PERCENTS = [10, 15, 20, 25, 30, 40, 50, 75, 100];
const LINES = 10;

type Deps = Pick<DeskServices, "prices" | "drafts">;

/** Rules, what they do, and what something costs. Arguments: a view and what it is about. */
export function createPricesScreen(deps: Deps): Screen {
  const { prices } = deps;
  return {
    id: PRICES,
    right: "prices",
    entry: { label: texts.entry, order: 60 },
    show: async ({ args: [view = "", ...rest] }) => {
      switch (view) {
        case "s":
          return await scopeCard(deps, scopeOf(rest));
        case "r":
          return ruleCard(await ruleOf(deps, rest[0]));
        case "m":
          return shiftCard(await prices.board(), rest[0] ?? "");
        case "g":
          return roundingCard(await prices.board());
        case "e":
          return await explainCard(deps, rest[0] ?? "", rest[1] ?? "");
        case "f":
          return {
            html: tradeTexts.which,
            rows: [...(await choices(prices, rest[0], (scope) => scopePlace(scope))), [back]],
          };
        default:
          return await boardCard(deps, Number(view) || 0);
      }
    },
    actions: priceActions(deps),
  };
}

const back: DeskButton = { label: deskTexts.back, to: at(PRICES) };

function scopePlace(scope: Scope) {
  return at(PRICES, "s", ...scopeArgs(scope));
}

async function ruleOf({ prices }: Deps, short: string | undefined): Promise<ListedRule> {
  const rule = await prices.rule(expandId(short ?? "") ?? "");
  if (!rule) throw new DeskRefusal("not_found");
  return rule;
}

async function boardCard({ prices }: Deps, page: number): Promise<DeskCard> {
  const [board, top] = await Promise.all([prices.board(), prices.topServices(TOP_SERVICES)]);
  const { rules, starting, step, last } = board;
  const shown = rules.slice(page * RULES_A_PAGE, (page + 1) * RULES_A_PAGE);
  const general = `${texts.general}: ${escapeHtml(termsOf(starting))} (${texts.fromEnvironment})`;
  const html = [
    bold(escapeHtml(texts.title)),
    general,
    escapeHtml(texts.step(stepName(step))),
    "",
    ...(shown.length === 0 ? [texts.none] : [...shown.map(lineOf), "", texts.order]),
  ].join("\n");
  const pages: DeskButton[] = [
    ...(page > 0 ? [{ label: deskTexts.previous, to: at(PRICES, page - 1) }] : []),
    ...((page + 1) * RULES_A_PAGE < rules.length
      ? [{ label: deskTexts.next, to: at(PRICES, page + 1) }]
      : []),
  ];
  const undo: DeskButton[] = last ? [{ label: texts.undo, to: act(PRICES, "u", shortenId(last.id)) }] : [];
  return {
    html,
    rows: [
      ...inRows(
        shown.map(({ rule, name }) => ({
          label: `✏️ ${name}`,
          to: at(PRICES, "r", shortenId(rule.id)),
        })),
        2,
      ),
      pages,
      ...inRows(
        top.map(({ scope, name }) => ({ label: name, to: scopePlace(scope) })),
        3,
      ),
      [
        { label: texts.add, to: act(PRICES, "a") },
        { label: texts.shift, to: at(PRICES, "m") },
      ],
      [
        { label: texts.explain, to: act(PRICES, "w") },
        { label: texts.rounding, to: at(PRICES, "g") },
      ],
      undo,
      [{ label: deskTexts.home, to: homePlace }],
    ].filter((row) => row.length > 0),
  };
}

export function inRows<T>(items: readonly T[], width: number): T[][] {
  const rows: T[][] = [];
  for (let start = 0; start < items.length; start += width) rows.push(items.slice(start, start + width));
  return rows;
}

function termsOf(terms: { readonly markupBasisPoints: bigint; readonly minProfitMicros: bigint }): string {
  return `${percent(terms.markupBasisPoints)}, at least ${formatUsd(terms.minProfitMicros)}`;
}

function lineOf({ rule, name, hiddenBy, isComing }: ListedRule): string {
  const when =
    rule.startsAt && rule.endsAt
      ? [isComing ? texts.coming(minute(rule.startsAt)) : texts.until(minute(rule.endsAt))]
      : [];
  const hidden = hiddenBy.length === 0 ? [] : [texts.hiddenBy(hiddenBy.join(", "))];
  const notes = [...when, ...hidden].map((note) => ` · <i>${escapeHtml(note)}</i>`).join("");
  return `${bold(escapeHtml(name))}: ${escapeHtml(termsOf(rule))}${notes}`;
}

function minute(time: Date): string {
  return `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

async function scopeCard({ prices }: Deps, scope: Scope): Promise<DeskCard> {
  const { name, terms, isOwn } = await prices.scope(scope);
  const args = scopeArgs(scope);
  const now = isOwn ? termsOf(terms) : `no rule of its own (else ${termsOf(terms)})`;
  const isProduct = scope.serviceId !== null && scope.countryId !== null;
  const explain = isProduct
    ? [{ label: texts.explain, to: at(PRICES, "e", scope.serviceId ?? "", scope.countryId ?? "") }]
    : [];
  return {
    html: [bold(escapeHtml(name)), escapeHtml(now)].join("\n"),
    rows: [
      ...inRows(
        PERCENTS.map((points) => ({ label: `${points} %`, to: act(PRICES, "k", ...args, points) })),
        3,
      ),
      [
        { label: texts.typed, to: act(PRICES, "t", ...args) },
        { label: texts.promo, to: act(PRICES, "p", ...args) },
      ],
      explain,
      [back],
    ].filter((row) => row.length > 0),
  };
}

function ruleCard(listed: ListedRule): DeskCard {
  const { rule } = listed;
  const by = `${escapeHtml(rule.actor)}, ${minute(rule.createdAt)}`;
  return {
    html: [lineOf(listed), by].join("\n"),
    rows: [
      [
        { label: texts.change, to: scopePlace(rule) },
        { label: texts.remove, to: act(PRICES, "x", shortenId(rule.id)) },
      ],
      [back],
    ],
  };
}

function roundingCard({ step }: PriceBoard): DeskCard {
  const buttons = priceSteps.map((one) => [
    { label: `${one === step ? "✅ " : ""}${stepName(one)}`, to: act(PRICES, "g", one) },
  ]);
  return { html: escapeHtml(texts.step(stepName(step))), rows: [...buttons, [back]] };
}

async function explainCard({ prices }: Deps, serviceId: string, countryId: string): Promise<DeskCard> {
  const scope = { serviceId, countryId, provider: null };
  const [{ name }, offers] = await Promise.all([prices.scope(scope), prices.explain(serviceId, countryId)]);
  // The first of a provider is its cheapest that can be had.
  const firsts = offers.filter(
    (offer, index) => offers.findIndex(({ provider }) => provider === offer.provider) === index,
  );
  const lines = firsts.length === 0 ? [texts.noOffers] : firsts.slice(0, LINES).map(offerLine);
  return {
    html: [bold(escapeHtml(name)), ...lines].join("\n"),
    rows: [[{ label: texts.change, to: scopePlace(scope) }], [back]],
  };
}

function offerLine(offer: ExplainedOffer): string {
  const { provider, rule, hiddenBecause, stock } = offer;
  const left = stock === null ? "" : `, ${stock} left`;
  const why =
    rule === null
      ? "starting terms"
      : `rule ${[rule.serviceId, rule.countryId, rule.provider].map((id) => id ?? "*").join("/")}`;
  const facts = `cost ${formatUsd(offer.costMicros)}${left} · ${why}, ${percent(rule?.markupBasisPoints ?? 0n)}`;
  const shown = rule === null ? facts.replace(", 0 %", "") : facts;
  const hidden = hiddenBecause === null ? "" : ` · <i>hidden: ${hiddenBecause}</i>`;
  return `${bold(escapeHtml(provider))}: ${bold(escapeHtml(formatUsd(offer.priceMicros)))}\n   ${escapeHtml(shown)} · ceiling ${formatUsd(offer.ceilingMicros)}${hidden}`;
}
