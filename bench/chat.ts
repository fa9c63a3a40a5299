import { performance } from "node:perf_hooks";
import process from "node:process";
import type { PretendUser, TranscriptMessage } from "../sandbox/telegram/index.ts";
import type { Bench, BenchContext } from "./support/bench.ts";
import { screens, type Tapped, tapUntil, untilShown } from "./support/chat.ts";
import { describeComplaints } from "./support/logger.ts";
import { busiest, percentile } from "./support/statistics.ts";
import { type BenchWorld, startBenchWorld } from "./support/world.ts";

const BUYERS = 50;
const DURATION_MS = 10_000;
const RATE = 5;

export const chat: Bench = {
  name: "chat",
  about: "taps to a number, tap → answer for a cached country page, updates per second with many buyers",
  async run(context) {
    const env = { PROVIDER_OXGEL_RATE: String(RATE) };
    const world = await startBenchWorld(context, { providers: { oxgel: "oxgel" }, env });
    try {
      const people = await world.people(BUYERS);
      const [first] = people;
      if (!first) throw new Error("there is no buyer");
      context.note(
        `Taps from /buy to the number (WhatsApp, United Kingdom): ${await countTaps(world, first)}.`,
      );
      const alone = await browse(world, [first]);
      const together = await browse(world, people);
      report(context, [alone, together]);
      context.note(budget(world));
      context.note(`Complaints in the log: ${describeComplaints(world.logger)}.`);
    } finally {
      await world.close();
    }
  },
};

async function countTaps({ telegram }: BenchWorld, user: PretendUser): Promise<number> {
  const way = [
    ["WhatsApp", screens.countries],
    ["UK", screens.confirm],
    ["number", screens.order],
  ] as const;
  let { message } = await untilShown(telegram, user, screens.services, () => user.send("/buy"));
  let taps = 0;
  for (const [label, next] of way) {
    ({ message } = await tapUntil(telegram, user, message, label, next));
    taps += 1;
  }
  return taps;
}

interface Browsing {
  readonly buyers: number;
  readonly updatesPerSecond: number;
  /** CPU time of the whole process. Unlike the other figures it hardly depends on other work of the machine. */
  readonly cpuMsPerUpdate: number;
  readonly pages: readonly Tapped[];
}

/** All buyers open the country page and go back, repeatedly. */
async function browse({ telegram }: BenchWorld, people: readonly PretendUser[]): Promise<Browsing> {
  const menus = await Promise.all(
    people.map(async (user) => {
      const { message } = await untilShown(telegram, user, screens.services, () => user.send("/buy"));
      return { user, message };
    }),
  );
  const pages: Tapped[] = [];
  let updates = 0;
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const buyer = async (user: PretendUser, menu: TranscriptMessage): Promise<void> => {
    let on = menu;
    while (performance.now() - startedAt < DURATION_MS) {
      const page = await tapUntil(telegram, user, on, "Instagram", screens.countries);
      pages.push(page);
      ({ message: on } = await tapUntil(telegram, user, page.message, "Back", screens.services));
      updates += 2;
    }
  };
  await Promise.all(menus.map(({ user, message }) => buyer(user, message)));
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const cpuMsPerUpdate = (cpu.user + cpu.system) / 1000 / updates;
  return { buyers: people.length, updatesPerSecond: updates / seconds, cpuMsPerUpdate, pages };
}

function report(context: BenchContext, results: readonly Browsing[]): void {
  const rows = results.map(({ buyers, updatesPerSecond, cpuMsPerUpdate, pages }) => {
    const shown = pages.map(({ shownMs }) => shownMs);
    const answered = pages.map(({ answeredMs }) => answeredMs);
    return [
      `${buyers} buyer${buyers === 1 ? "" : "s"}`,
      updatesPerSecond,
      cpuMsPerUpdate,
      percentile(shown, 50),
      percentile(shown, 95),
      percentile(answered, 50),
      percentile(answered, 95),
    ];
  });
  context.table(
    `Tapping without a pause for ${DURATION_MS / 1000} s; shop, pretend Telegram and buyers share one process`,
    ["country page", "updates/s", "CPU ms each", "page p50 ms", "p95 ms", "spinner p50 ms", "p95 ms"],
    rows,
  );
}

/** Compares the requests sent with those allowed: the rate, plus a burst of one second. */
function budget(world: BenchWorld): string {
  const windowMs = 10_000;
  const times = world
    .provider("oxgel")
    .requests()
    .map(({ at }) => at.getTime());
  const allowed = RATE * (windowMs / 1000) + RATE;
  return `Requests to the provider in the busiest ${windowMs / 1000} s: ${busiest(times, windowMs)} (allowed: ${allowed}).`;
}
