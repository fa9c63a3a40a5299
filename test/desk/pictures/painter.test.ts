import { afterAll, expect, it } from "vitest";
import { type ChartWords, drawChart } from "../../../src/bot/desk/figures/chart.ts";
import { createPainter } from "../../../src/desk/pictures/painter.ts";
import { createTestClock } from "../../support/clock.ts";

const clock = createTestClock();
const painter = createPainter({ clock });
afterAll(() => painter.stop());

const PNG = [0x89, 0x50, 0x4e, 0x47];
const svg = (words: string, anchor = "start"): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="60"><text x="100" y="40" font-family="DejaVu Sans" font-size="30" text-anchor="${anchor}">${words}</text></svg>`;
const paint = async (words: string): Promise<string> =>
  Buffer.from(await painter.paint(svg(words))).toString("base64");

const words: ChartWords = { title: "7 days", turnover: "Turnover", profit: "Profit", isRightToLeft: false };
const days = [
  { label: "1 Mar", turnoverUsd: 9.81, profitUsd: 2.4 },
  { label: "2 Mar", turnoverUsd: 0, profitUsd: -0.3 },
];

it("a chart becomes a PNG, in Arabic and with a loss too", async () => {
  const arabic = { title: "٧ أيام", turnover: "المبيعات", profit: "الربح", isRightToLeft: true };
  for (const png of [
    await painter.paint(drawChart(words, days)),
    await painter.paint(drawChart(arabic, days)),
    await painter.paint(drawChart(words, [])),
  ]) {
    expect([...png.slice(0, 4)]).toEqual(PNG);
  }
});

it("Arabic letters are joined, and run from right to left", async () => {
  const joined = await paint("ربح");
  expect(joined).not.toBe(await paint("ر\u200cب\u200cح"));
  // The same letters forced from left to right.
  expect(joined).not.toBe(await paint("\u202dربح"));
});

it("letters of all languages of the shop are in the font", async () => {
  const missing = await paint("\ue123");
  for (const letter of ["A", "ñ", "ã", "Ж", "ب", "$", "−"]) expect(await paint(letter)).not.toBe(missing);
});

it("the bar of a day with more turnover is higher, and one under zero goes down from the line of zero", () => {
  const heights = [...drawChart(words, days).matchAll(/height="([\d.]+)" fill="#7aa7e0"/g)].map(
    ([, height]) => Number(height),
  );
  expect(heights[1]).toBeGreaterThan(100);
  expect(heights[2]).toBe(0);
});

it("words in a chart are escaped", () => {
  expect(drawChart({ ...words, title: "<script>&" }, days)).toContain("&lt;script&gt;&amp;");
});

it("what is not an SVG is refused, and the next picture is painted all the same", async () => {
  await expect(painter.paint("not a picture")).rejects.toThrow("not painted");
  expect([...(await painter.paint(svg("a"))).slice(0, 4)]).toEqual(PNG);
});

it("too many at once are refused, not queued for ever", async () => {
  const many = Array.from({ length: 12 }, () => painter.paint(svg("a")));
  const outcomes = await Promise.allSettled(many);
  expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(8);
});

it("the thread is ended a minute after the last picture, and a new one paints the next", async () => {
  await painter.paint(svg("a"));
  expect(clock.sleeping()).toBe(1);
  await clock.advance(60_000);
  expect([...(await painter.paint(svg("b"))).slice(0, 4)]).toEqual(PNG);
});

it("a stopped painter paints nothing more", async () => {
  const own = createPainter({ clock: createTestClock() });
  await own.stop();
  await expect(own.paint(svg("a"))).rejects.toThrow("stopped");
});
