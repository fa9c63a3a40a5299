import { escapeHtml } from "../../../texts/html.ts";

export interface ChartDay {
  /** Under its bar; only some are shown. */
  readonly label: string;
  readonly turnoverUsd: number;
  readonly profitUsd: number;
}

export interface ChartWords {
  readonly title: string;
  readonly turnover: string;
  readonly profit: string;
  /** Title and legend stand on the right. Days go from left to right in every language, as amounts do. */
  readonly isRightToLeft: boolean;
}

const WIDTH = 900;
const HEIGHT = 420;
const area = { left: 84, right: WIDTH - 24, top: 76, bottom: HEIGHT - 44 } as const;
const MAX_LABELS = 10;
const LINES = 5;
const colours = {
  bar: "#7aa7e0",
  line: "#1f7a4d",
  grid: "#d9dee5",
  text: "#29313d",
  ground: "#ffffff",
} as const;

/** Turnover as bars and profit as a line, a day each, as SVG. Amounts are floats here: nothing but pixels comes of them. */
export function drawChart(words: ChartWords, days: readonly ChartDay[]): string {
  const scale = scaleOf(days);
  const slot = (area.right - area.left) / Math.max(days.length, 1);
  const centre = (index: number): number => area.left + slot * (index + 0.5);
  const every = Math.ceil(days.length / MAX_LABELS);
  const zero = scale.y(0);
  const bars = days.map(({ turnoverUsd }, index) => {
    const top = scale.y(turnoverUsd);
    return `<rect x="${px(centre(index) - slot * 0.35)}" y="${px(Math.min(top, zero))}" width="${px(slot * 0.7)}" height="${px(Math.abs(zero - top))}" fill="${colours.bar}"/>`;
  });
  const points = days.map(({ profitUsd }, index) => `${px(centre(index))},${px(scale.y(profitUsd))}`);
  const labels = days.flatMap(({ label }, index) =>
    (days.length - 1 - index) % every === 0
      ? [text(label, centre(index), area.bottom + 26, "middle", 15)]
      : [],
  );
  const grid = scale.ticks.map((value) => {
    const y = px(scale.y(value));
    const isZero = value === 0;
    return `<line x1="${area.left}" x2="${area.right}" y1="${y}" y2="${y}" stroke="${isZero ? colours.text : colours.grid}"/>${text(usd(value), area.left - 8, scale.y(value) + 5, "end", 14)}`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="DejaVu Sans">
<rect width="${WIDTH}" height="${HEIGHT}" fill="${colours.ground}"/>
${head(words)}
${[...grid, ...bars].join("\n")}
<polyline points="${points.join(" ")}" fill="none" stroke="${colours.line}" stroke-width="3" stroke-linejoin="round"/>
${points.map((point) => circle(point)).join("\n")}
${labels.join("\n")}
</svg>`;
}

function head({ title, turnover, profit, isRightToLeft }: ChartWords): string {
  const x = isRightToLeft ? area.right : area.left;
  const anchor = isRightToLeft ? "end" : "start";
  const step = isRightToLeft ? -1 : 1;
  const mark = (at: number, colour: string): string =>
    `<rect x="${px(x + step * at - (isRightToLeft ? 14 : 0))}" y="48" width="14" height="14" fill="${colour}"/>`;
  return [
    text(title, x, 32, anchor, 20),
    mark(0, colours.bar),
    text(turnover, x + step * 22, 61, anchor, 15),
    mark(220, colours.line),
    text(profit, x + step * 242, 61, anchor, 15),
  ].join("\n");
}

function text(words: string, x: number, y: number, anchor: "start" | "middle" | "end", size: number): string {
  return `<text x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" font-size="${size}" fill="${colours.text}">${escapeHtml(words)}</text>`;
}

function circle(point: string): string {
  const [x, y] = point.split(",");
  return `<circle cx="${x}" cy="${y}" r="3.5" fill="${colours.line}"/>`;
}

/** A scale with round steps that holds all amounts and zero. */
function scaleOf(days: readonly ChartDay[]): { y(value: number): number; ticks: readonly number[] } {
  const amounts = [0, ...days.flatMap(({ turnoverUsd, profitUsd }) => [turnoverUsd, profitUsd])];
  const step = roundStep((Math.max(...amounts) - Math.min(...amounts)) / LINES);
  const low = Math.floor(Math.min(...amounts) / step);
  const high = Math.max(Math.ceil(Math.max(...amounts) / step), low + 1);
  const ticks = Array.from({ length: high - low + 1 }, (_, index) => (low + index) * step);
  const height = area.bottom - area.top;
  return { ticks, y: (value) => area.bottom - ((value / step - low) / (high - low)) * height };
}

/** The next of 1, 2, 5, 10, 20, 50 … cents; a dollar where there is nothing to show. */
function roundStep(least: number): number {
  if (least <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(least));
  return Math.max(([1, 2, 5, 10].find((factor) => factor * power >= least) ?? 10) * power, 0.01);
}

function usd(value: number): string {
  const digits = Math.abs(value) >= 10 || Number.isInteger(value) ? 0 : 2;
  return `${value < 0 ? "-" : ""}$${Math.abs(value).toFixed(digits)}`;
}

function px(value: number): string {
  return value.toFixed(1);
}
