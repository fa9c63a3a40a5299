import { performance } from "node:perf_hooks";
import { systemClock } from "../src/core/clock.ts";
import { createFigures, splits } from "../src/desk/figures/figures.ts";
import { periodNames } from "../src/desk/figures/periods.ts";
import type { Bench } from "./support/bench.ts";
import { deskWays } from "./support/desk-screens.ts";
import { createCountingLogger } from "./support/logger.ts";
import { fillYear, size } from "./support/long-history.ts";
import { median, percentile } from "./support/statistics.ts";

const RUNS = 20;

type Show = (run: number) => Promise<unknown>;

export const desk: Bench = {
  name: "desk",
  about: `the operators' figures, screens and searches in a shop with ${size.orders} orders of a year`,
  async run(context) {
    const { db } = await context.database();
    const started = performance.now();
    const rows = await fillYear(db);
    context.note(`filled in ${seconds(started)}: ${rows.orders} orders, ${rows.transfers} transfers`);
    const figures = createFigures({
      db,
      clock: systemClock,
      logger: createCountingLogger(),
      shopZone: () => "Europe/Berlin",
    });
    const keeping = performance.now();
    let kept = 1;
    while (await figures.keepDay()) kept += 1;
    context.note(`${kept} days kept in ${seconds(keeping)}`);

    const screens: [string, Show][] = [];
    for (const period of periodNames) {
      screens.push([`${period}`, () => figures.overview(period)]);
      for (const by of splits) screens.push([`${period} by ${by}`, () => figures.split(period, by)]);
    }
    screens.push(["picture of 30 days, numbers", () => figures.days(30)]);
    for (const { name, go } of deskWays(db)) screens.push([name, go]);
    const lines: (string | number)[][] = [];
    for (const [name, show] of screens) lines.push([name, ...(await timesOf(show))]);
    context.table(`ms a screen, ${RUNS} runs each`, ["screen", "median", "p95"], lines);
  },
};

async function timesOf(show: Show): Promise<[number, number]> {
  await show(0);
  const times: number[] = [];
  for (let run = 1; run <= RUNS; run += 1) {
    const begun = performance.now();
    await show(run);
    times.push(performance.now() - begun);
  }
  return [median(times), percentile(times, 95)];
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1_000).toFixed(1)} s`;
}
