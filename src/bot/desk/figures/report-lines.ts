import { deliveryOf, profitOf } from "../../../desk/figures/definitions.ts";
import type { DayReport, ProviderMoney } from "../../../desk/figures/report.ts";
import { bold, escapeHtml, money } from "../../../texts/html.ts";
import { figureTexts } from "../../../texts/operator/figures.ts";
import { type Names, partName, waitText } from "./lines.ts";

/** The daily report as lines of HTML. */
export async function reportLines(names: Names, report: DayReport, isLate: boolean): Promise<string[]> {
  const { overview, weekWait, gateways, adjustments, waiting } = report;
  const { facts, before, wait, buyers, owed } = overview;
  const worst = await Promise.all(
    report.worst.map(async (part) => `   ${await partName(names, "pair", part)}: ${deliveryOf(part)}`),
  );
  const title = `${figureTexts.report} · ${report.day}${isLate ? ` · ${figureTexts.late}` : ""}`;
  return [
    bold(escapeHtml(title)),
    "",
    `Sold: ${facts.sold} · the day before ${before.sold}`,
    `Turnover: ${money(facts.turnoverMicros)} · the day before ${money(before.turnoverMicros)}`,
    `Profit: ${bold(money(profitOf(facts)))} · the day before ${money(profitOf(before))}`,
    `Delivery: ${deliveryOf(facts)} · the day before ${deliveryOf(before)}`,
    `Wait: ${waitText(wait)} · 7 days: ${waitText(weekWait)}`,
    "",
    `Top-ups: ${money(facts.topupMicros)} (${facts.topups})`,
    ...gateways.map(
      ({ name, topups, topupMicros }) => `   ${escapeHtml(name)}: ${money(topupMicros)} (${topups})`,
    ),
    `Owed now: ${money(owed.availableMicros + owed.heldMicros)}`,
    ...report.providers.map(providerLine),
    adjustments.length === 0 ? "Adjustments: none" : "Adjustments:",
    ...adjustments.map(
      ({ actor, count, upMicros, downMicros }) =>
        `   ${escapeHtml(actor)}: ${count}, +${money(upMicros)} -${money(downMicros)}`,
    ),
    ...(worst.length > 0 ? ["Worst delivery:", ...worst] : []),
    "",
    `Buyers: ${buyers.fresh} new · ${buyers.active} active`,
    `Waiting: ${waiting.receipts} receipts · ${waiting.questions} questions · ${waiting.doubts} doubts · ${waiting.findings} findings`,
  ];
}

function providerLine({ provider, balanceMicros, hoursLeft }: ProviderMoney): string {
  const lasts = hoursLeft === null ? "no sales" : `lasts about ${hoursLeft} h`;
  return `   ${escapeHtml(provider)}: balance ${money(balanceMicros)}, ${lasts}`;
}
