import { performance } from "node:perf_hooks";
import process from "node:process";
import type { MarketRental } from "../sandbox/providers/market-types.ts";
import { createRandom, type Random } from "../sandbox/soak/random.ts";
import { systemClock } from "../src/core/clock.ts";
import type { Bench, BenchContext } from "./support/bench.ts";
import { buyTyping } from "./support/chat.ts";
import { type Codes, watchCodes } from "./support/codes.ts";
import type { Usage } from "./support/measured-process.ts";
import { openOrders } from "./support/open-orders.ts";
import { collectRequests } from "./support/requests.ts";
import { roundRobinLatencies } from "./support/round-robin.ts";
import { maximum, percentile } from "./support/statistics.ts";
import { startWatchWorld, type WatchedProvider, type WatchWorld } from "./support/watch-world.ts";

/**
 * How long SMS come, or people buy, unless BENCH_WATCH_SECONDS says otherwise. A thousand SMS need a minute: with fewer
 * seconds they would be more messages than Telegram takes (30 a second), and their codes would wait for that.
 */
const CLOSED_SECONDS = 60;
const OPEN_SECONDS = 240;
/** A message that has not come so long after the last SMS counts as lost. */
const PATIENCE_MS = 60_000;
/** The watcher has had its first looks by then. */
const SETTLING_MS = 5_000;
/** Ten thousand orders belong to so many people: nobody's chat is the bottleneck. */
const MOST_PEOPLE = 400;
const MOST_SMS = 1_000;
const NEVER = 0.3;
const MEDIAN_WAIT_MS = 18_000;
const WAIT_SIGMA = 0.8;
const SEED = 9;

interface Scenario {
  readonly name: string;
  readonly provider: WatchedProvider;
  /** So many orders are open from the start, or people go on buying. */
  readonly load: { readonly open: number } | { readonly purchasesPerSecond: number };
  readonly goal: string;
}

const hero: WatchedProvider = { name: "herosms", protocol: "handler-api", requestsPerSecond: 5 };
const bower: WatchedProvider = { name: "smsbower", protocol: "handler-api", requestsPerSecond: 20 };
const push: WatchedProvider = { name: "push-gateway", protocol: "push-gateway", requestsPerSecond: 5 };

const scenarios: readonly Scenario[] = [
  { name: "list-200", provider: hero, load: { open: 200 }, goal: "p95 ≤ 3 s" },
  { name: "list-1000", provider: hero, load: { open: 1_000 }, goal: "p95 ≤ 4 s" },
  {
    name: "list-10000",
    provider: hero,
    load: { open: 10_000 },
    goal: "p95 ≤ 22 s, ≤ 256 MB, ≤ 50 % of a core",
  },
  { name: "list-buying", provider: hero, load: { purchasesPerSecond: 1 }, goal: "p95 ≤ 3 s" },
  { name: "checks-1000", provider: bower, load: { open: 1_000 }, goal: "below round robin" },
  {
    name: "checks-buying",
    provider: bower,
    load: { purchasesPerSecond: 2.5 },
    goal: "p50 ≤ 0.8, p95 ≤ 1.0 of round robin's",
  },
  { name: "webhook", provider: { ...push, webhook: true }, load: { open: 200 }, goal: "p95 ≤ 0.3 s" },
  {
    name: "webhook-hint",
    provider: { ...bower, webhook: true },
    load: { open: 200 },
    goal: "p95 ≤ 0.3 s",
  },
];

/**
 * SMS → message with the real shop, in a process of its own, and pretend systems around it, in real time. Variables:
 * BENCH_WATCH, the scenarios ("list-200,webhook"); BENCH_WATCH_SECONDS, how long SMS come or people buy.
 */
export const watchLive: Bench = {
  name: "watch-live",
  about: "SMS → message with many open orders, against the pretend provider, beside a round robin",
  async run(context) {
    const wanted = (process.env.BENCH_WATCH ?? "").split(",").filter((name) => name !== "");
    const chosen = scenarios.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
    if (chosen.length === 0) throw new Error(`BENCH_WATCH: ${scenarios.map(({ name }) => name).join(", ")}`);
    for (const scenario of chosen) await measure(context, scenario);
  },
};

async function measure(context: BenchContext, { name, provider, load, goal }: Scenario): Promise<void> {
  const world = await startWatchWorld(context, provider);
  const codes = watchCodes(world.telegram, world.provider.market);
  const requests = collectRequests(world.provider);
  try {
    const isOpen = "open" in load;
    const seconds = Number(process.env.BENCH_WATCH_SECONDS ?? (isOpen ? CLOSED_SECONDS : OPEN_SECONDS));
    const run = isOpen
      ? await withOpenOrders(world, codes, { provider, open: load.open, seconds })
      : await whilePeopleBuy(world, codes, { perSecond: load.purchasesPerSecond, seconds });
    await untilTold(codes);
    const usage = run.usage();
    const own = codes.latenciesMs();
    const endsAtMs = performance.now() + PATIENCE_MS;
    const numbers = run.rentals.map((rental) => ({
      rentedAtMs: Math.max(run.begunAtMs, rental.createdAt.getTime() - performance.timeOrigin),
      smsAtMs: codes.sentAtMs.get(rental.id),
    }));
    const { requestsPerSecond } = provider;
    const budget = { requestsPerSecond, othersAtMs: requests.othersAtMs() };
    const rival = roundRobinLatencies(numbers, budget, endsAtMs);
    const untilChecked = requests.untilChecked(codes.sentAtMs);
    const figures = (latencies: readonly number[]): number[] => {
      const of = (percent: number): number => percentile(latencies, percent);
      const ofRivals = [50, 95].map((percent) => of(percent) / percentile(rival, percent));
      return [...[of(50), of(95), maximum(latencies)].map((ms) => ms / 1000), ...ofRivals];
    };
    const missing = codes.missing();
    context.table(
      `${name} (${goal}): ${run.rentals.length} numbers, ${requestsPerSecond} requests/s, ${seconds} s`,
      ["", "SMS", "lost", "p50 s", "p95 s", "max s", "p50 of RR", "p95 of RR", "% of a core", "MB"],
      [
        ["shop", own.length + missing, missing, ...figures(own), usage.cpuShare * 100, usage.residentMb],
        ["  until asked singly", untilChecked.length, "", ...figures(untilChecked), "", ""],
        ["round robin", rival.length, "", ...figures(rival), "", ""],
      ],
    );
    context.note(`Requests: ${requests.counts()}`);
  } finally {
    requests.close();
    codes.close();
    await world.close();
  }
}

interface Run {
  readonly rentals: readonly MarketRental[];
  /** When the orders that were open from the start counted as rented. */
  readonly begunAtMs: number;
  usage(): Usage;
}

/** Many orders are open; SMS for up to MOST_SMS of them come at random times. */
async function withOpenOrders(
  world: WatchWorld,
  codes: Codes,
  { provider, open, seconds }: { provider: WatchedProvider; open: number; seconds: number },
): Promise<Run> {
  const random = createRandom(SEED);
  const people = await world.people(Math.min(open, MOST_PEOPLE));
  const telegramIds = people.map(({ id }) => id);
  const { db } = world;
  const rentals = await openOrders(db, world.provider.market, {
    provider: provider.name,
    telegramIds,
    count: open,
  });
  const begunAtMs = performance.now();
  await systemClock.sleep(SETTLING_MS);
  const usage = world.shop.measure();
  const sms = Math.min(open, MOST_SMS);
  const chosen = rentals.filter((_, index) => (index * sms) % open < sms);
  await Promise.all(
    chosen.map(async (rental) => {
      await systemClock.sleep(random.next() * seconds * 1000);
      codes.deliver(rental);
    }),
  );
  return { rentals, begunAtMs, usage };
}

/** People buy one number each, at random times; most get an SMS after a while that nobody knows before. */
async function whilePeopleBuy(
  world: WatchWorld,
  codes: Codes,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<Run> {
  const random = createRandom(SEED);
  const { market } = world.provider;
  for (const offer of market.offers) offer.stock = 1_000_000;
  const [first, ...people] = await world.people(Math.ceil(perSecond * seconds) + 1);
  // Prices are read when somebody first wants them.
  if (first) await buyTyping(world.telegram, first, "whatsapp uk");
  const before = new Set(market.rentals().map(({ id }) => id));
  const begunAtMs = performance.now();
  const usage = world.shop.measure();
  const over = new AbortController();
  const waiting = people.map(() => (random.isIn(NEVER) ? undefined : lognormalMs(random)));
  const delivering = deliverToNew(world, codes, { waits: waiting, before }, over.signal);
  const buying = people.map(async (person, index) => {
    await systemClock.sleep((index / perSecond) * 1000);
    await buyTyping(world.telegram, person, "whatsapp uk");
  });
  await Promise.all(buying);
  await systemClock.sleep(PATIENCE_MS);
  over.abort();
  await delivering;
  return { rentals: market.rentals().filter(({ id }) => !before.has(id)), begunAtMs, usage };
}

/** Delivers each number's SMS when its time has come: the first number that is rented waits as long as the first says. */
async function deliverToNew(
  world: WatchWorld,
  codes: Codes,
  { waits, before }: { waits: readonly (number | undefined)[]; before: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<void> {
  const { market } = world.provider;
  const due = new Map<MarketRental, number>();
  const known = new Set<string>();
  while (!signal.aborted) {
    for (const rental of [...market.active()].reverse()) {
      if (known.has(rental.id) || before.has(rental.id)) continue;
      const waitMs = waits[known.size];
      known.add(rental.id);
      if (waitMs !== undefined) due.set(rental, rental.createdAt.getTime() + waitMs);
    }
    for (const [rental, atMs] of due) {
      if (atMs > Date.now()) continue;
      due.delete(rental);
      codes.deliver(rental);
    }
    await systemClock.sleep(20, signal);
  }
}

function lognormalMs(random: Random): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
  return MEDIAN_WAIT_MS * Math.exp(WAIT_SIGMA * normal);
}

async function untilTold(codes: Codes): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (codes.missing() > 0 && performance.now() < deadline) await systemClock.sleep(50);
}
