import { percent } from "../../desk/prices/price-names.ts";
import type { PriceBoard } from "../../desk/prices/prices.ts";
import { bold, escapeHtml } from "../../texts/html.ts";
import { deskTexts } from "../../texts/operator/desk.ts";
import { tradeTexts } from "../../texts/operator/trade.ts";
import { act, at } from "./place.ts";
import type { DeskCard } from "./screen.ts";

const texts = tradeTexts.prices;
const PRICES = "pr";
/** More rules than this cannot be ticked here: each is a button. */
const TICKABLE = 12;
const POINTS = [-10, -5, 5, 10];

/** "All ± %" with a tick for each special rule. `ticks` has a 1 for each rule of the board that is ticked, in its order. */
export function shiftCard({ rules }: PriceBoard, ticks: string): DeskCard {
  const special = specialRules(rules).slice(0, TICKABLE);
  const buttons = special.map(({ rule, name }, index) => {
    const isTicked = ticks[index] === "1";
    const label = `${isTicked ? "☑" : "☐"} ${name}: ${percent(rule.markupBasisPoints)}`;
    return [{ label, to: at(PRICES, "m", toggled(ticks, index, special.length)) }];
  });
  return {
    html: [bold(escapeHtml(texts.shiftTitle)), ...(special.length === 0 ? [] : [texts.shiftUntouched])].join(
      "\n",
    ),
    rows: [
      ...buttons,
      POINTS.map((points) => ({
        label: points > 0 ? `+${points}` : String(points),
        to: act(PRICES, "n", ticks, points),
      })),
      [{ label: texts.shiftTyped, to: act(PRICES, "o", ticks) }],
      [{ label: deskTexts.back, to: at(PRICES) }],
    ],
  };
}

/** All rules but the standing one for everything, which is what moves anyway. */
export function specialRules(rules: PriceBoard["rules"]): PriceBoard["rules"] {
  return rules.filter(
    ({ rule }) =>
      rule.startsAt !== null || rule.serviceId !== null || rule.countryId !== null || rule.provider !== null,
  );
}

function toggled(ticks: string, index: number, length: number): string {
  const isTicked = (place: number) => (ticks[place] === "1") !== (place === index);
  return Array.from({ length }, (_, place) => (isTicked(place) ? "1" : "0")).join("");
}
