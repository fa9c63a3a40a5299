import type { Catalog } from "../../../catalog/catalog.ts";
import { formatUsd } from "../../../core/money.ts";
import { addDays } from "../../../core/zone.ts";
import { decidedOf, deliveryOf, LEAST_FOR_A_SHARE, profitOf } from "../../../desk/figures/definitions.ts";
import type { Overview, PartWithWait, Split, SplitFigures, Wait } from "../../../desk/figures/figures.ts";
import { bold, escapeHtml, type Html, money } from "../../../texts/html.ts";
import { figureTexts } from "../../../texts/operator/figures.ts";

export type Names = Pick<Catalog, "service" | "country">;

const DAY_MS = 86_400_000;
/** Operators' texts are English. */
const LANGUAGE = "en";
const MAX_NAME = 40;

/** The figures of a period as lines of HTML, each with what it was in the period before. */
export function overviewLines({ facts, before, wait, buyers, owed }: Overview): string[] {
  const profit = profitOf(facts);
  const given = facts.adjustedUpMicros;
  const taken = facts.adjustedDownMicros;
  return [
    `Sold: ${facts.sold} · before ${before.sold}`,
    `Turnover: ${money(facts.turnoverMicros)} · before ${money(before.turnoverMicros)}`,
    `Cost: ${money(facts.costMicros)} · before ${money(before.costMicros)}`,
    `Loss: ${money(facts.lossMicros)} · before ${money(before.lossMicros)}`,
    `Profit: ${bold(money(profit))} · before ${money(profitOf(before))}`,
    `Delivery: ${deliveryLine(facts)} · before ${deliveryOf(before)}`,
    `Cancelled at once: ${facts.earlyCancels}`,
    `Wait: ${waitText(wait)}`,
    "",
    `Top-ups: ${money(facts.topupMicros)} (${facts.topups}), fees ${money(facts.feeMicros)} · before ${money(before.topupMicros)}`,
    `Refunds: ${money(facts.refundMicros)}`,
    `Adjustments: +${formatUsd(given)} to buyers, -${formatUsd(taken)} from buyers`,
    `Bonuses: ${money(facts.bonusMicros)}`,
    "",
    `Buyers: ${buyers.fresh} new · ${buyers.active} active · ${buyers.returning} returning`,
    `Owed now: ${money(owed.availableMicros + owed.heldMicros)} (${money(owed.availableMicros)} available, ${money(owed.heldMicros)} held)`,
  ];
}

function deliveryLine(facts: Parameters<typeof deliveryOf>[0]): string {
  const decided = decidedOf(facts);
  return decided < LEAST_FOR_A_SHARE ? deliveryOf(facts) : `${deliveryOf(facts)} of ${decided}`;
}

export function waitText(wait: Wait | null): string {
  return wait === null ? "–" : `median ${wait.medianSeconds} s · p90 ${wait.p90Seconds} s`;
}

/** The line on the desk's home screen. */
export function headlineOf({ facts }: Overview): string {
  return `Today ${facts.sold} sold · ${money(facts.turnoverMicros)} · profit ${money(profitOf(facts))} · delivery ${deliveryOf(facts)}`;
}

/** The parts of a split as lines of HTML: the best, then the worst. */
export async function splitLines(names: Names, by: Split, split: SplitFigures): Promise<string[]> {
  if (split.best.length === 0) return [figureTexts.nothing];
  const days = daysOf(split);
  const line = async (part: PartWithWait): Promise<string> =>
    `${await partName(names, by, part)}: ${by === "gateway" ? gatewayLine(part) : partLine(part, by, days)}`;
  const best = await Promise.all(split.best.map(line));
  const worst = await Promise.all(split.worst.map(line));
  const title = by === "gateway" ? figureTexts.gateways : figureTexts.best;
  return [
    bold(escapeHtml(title)),
    ...best,
    ...(worst.length > 0 ? ["", bold(escapeHtml(figureTexts.worst(LEAST_FOR_A_SHARE))), ...worst] : []),
  ];
}

function daysOf({ period }: SplitFigures): number {
  const start = Date.parse(`${addDays(period.fromDay, 0)}T00:00:00Z`);
  return Math.max(1, Math.ceil((period.to.getTime() - start) / DAY_MS));
}

function partLine(part: PartWithWait, by: Split, days: number): string {
  const wait = part.wait === null ? "" : `, ${part.wait.medianSeconds} s`;
  const main = `${part.sold} sold, profit ${money(profitOf(part))}, delivery ${deliveryOf(part)}${wait}`;
  if (by !== "provider") return main;
  const soldOut = part.tries === 0 ? "–" : `${Math.round((part.noStock * 100) / part.tries)} %`;
  const spend = money(part.costMicros / BigInt(days));
  return `${main}\n   cost ${money(part.costMicros)} (${spend} a day), loss ${money(part.lossMicros)}, sold out ${soldOut}, errors ${part.errors}, doubts ${part.doubts}`;
}

function gatewayLine(part: PartWithWait): string {
  return `${money(part.topupMicros)} in ${part.topups}, fees ${money(part.feeMicros)}, refunds ${money(part.refundMicros)}`;
}

export async function partName(names: Names, by: Split, { name, other }: PartWithWait): Promise<Html> {
  const short = (text: string): string => (text.length > MAX_NAME ? `${text.slice(0, MAX_NAME - 1)}…` : text);
  const service = async (id: string): Promise<string> => (await names.service(id))?.name ?? id;
  const country = (id: string): string => {
    const item = names.country(id, LANGUAGE);
    return `${item.flag} ${item.name}`.trim();
  };
  if (by === "service") return escapeHtml(short(await service(name)));
  if (by === "country") return escapeHtml(short(country(name)));
  if (by === "pair") return escapeHtml(`${short(await service(name))}, ${short(country(other))}`);
  return escapeHtml(short(name));
}
