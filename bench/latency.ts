import { performance } from "node:perf_hooks";
import type { MarketRental } from "../sandbox/providers/market-types.ts";
import type { PretendProvider } from "../sandbox/providers/server.ts";
import { systemClock } from "../src/core/clock.ts";
import type { Protocol } from "../src/providers/port/provider.ts";
import { presets } from "../src/providers/presets.ts";
import type { Bench, BenchContext } from "./support/bench.ts";
import { buyTyping } from "./support/chat.ts";
import { describeComplaints } from "./support/logger.ts";
import { maximum, percentile } from "./support/statistics.ts";
import { type BenchWorld, startBenchWorld } from "./support/world.ts";

const PRESET_RATE = presets.oxgel?.requestsPerSecond ?? 5;
/** Requests per second while orders are placed. The shop is then restarted with the budget that is measured. */
const BUYING_RATE = 100;
const BUYING_AT_ONCE = 10;
const SPREAD_MS = 20_000;
const PATIENCE_MS = 75_000;

interface Scenario {
  readonly title: string;
  readonly protocol: Protocol;
  readonly requestsPerSecond: number;
  readonly openOrders: number;
  /** The number of orders that get an SMS, at random times within SPREAD_MS. */
  readonly sms: number;
}

const quiet: readonly Scenario[] = [
  { title: "webhook", protocol: "push-gateway", requestsPerSecond: 50, openOrders: 40, sms: 40 },
  {
    title: "polled, budget for every order",
    protocol: "oxgel",
    requestsPerSecond: 15,
    openOrders: 40,
    sms: 40,
  },
];
const crowded: Scenario = {
  title: "polled, far more orders than budget",
  protocol: "oxgel",
  requestsPerSecond: PRESET_RATE,
  openOrders: 200,
  sms: 40,
};

export const latency: Bench = {
  name: "latency",
  about: "an SMS at the pretend provider → sendMessage at the pretend Telegram, in real time",
  async run(context) {
    const early = await Promise.all(quiet.map((scenario) => measure(context, scenario)));
    const late = await measure(context, crowded);
    const results = [...early, late];
    context.table(
      `SMS at random times within ${SPREAD_MS / 1000} s (goals: p95 ≤ 2 s by webhook, ≤ 5 s polled); not told within ${PATIENCE_MS / 1000} s counts as lost`,
      ["scenario", "open", "req/s", "SMS", "lost", "p50 s", "p95 s", "max s", "checks/s"],
      results.map(({ row }) => row),
    );
    for (const { note } of results) context.note(note);
  },
};

async function measure(context: BenchContext, scenario: Scenario) {
  const { protocol, requestsPerSecond, openOrders, sms, title } = scenario;
  const rate = (value: number) => ({ PROVIDER_UPSTREAM_RATE: String(value) });
  const env = rate(BUYING_RATE);
  const world = await startBenchWorld(context, { providers: { upstream: protocol }, env });
  try {
    const provider = world.provider("upstream");
    await openAll(world, openOrders);
    await world.reopen(rate(requestsPerSecond));
    if (protocol === "oxgel") await untilWatched(provider);
    const checksBefore = checksOf(provider);
    const begunAt = performance.now();
    const latenciesMs = await deliverAll(world, provider, sms);
    const seconds = (performance.now() - begunAt) / 1000;
    const told = latenciesMs.filter((value) => value !== undefined);
    const spread = [percentile(told, 50), percentile(told, 95), maximum(told)].map((ms) => ms / 1000);
    const checks = (checksOf(provider) - checksBefore) / seconds;
    const row = [title, openOrders, requestsPerSecond, sms, sms - told.length, ...spread, checks];
    return { row, note: `${title}: complaints in the log: ${describeComplaints(world.logger)}.` };
  } finally {
    await world.close();
  }
}

/** Waits until orders are watched: the lease of the stopped shop lasts some seconds, which are not measured here. */
async function untilWatched(provider: PretendProvider): Promise<void> {
  const before = checksOf(provider);
  const deadline = performance.now() + PATIENCE_MS;
  while (checksOf(provider) === before) {
    if (performance.now() > deadline) throw new Error("the orders are not watched");
    await systemClock.sleep(20);
  }
}

function checksOf(provider: PretendProvider): number {
  return provider.requests().filter(({ operation }) => operation === "check").length;
}

async function openAll(world: BenchWorld, count: number): Promise<void> {
  const waiting = [...(await world.people(count))];
  const buyer = async (): Promise<void> => {
    for (let person = waiting.shift(); person !== undefined; person = waiting.shift()) {
      await buyTyping(world.telegram, person, "whatsapp uk");
    }
  };
  await Promise.all(Array.from({ length: BUYING_AT_ONCE }, buyer));
}

/** Delivers one SMS to each of `count` rentals. Returns the milliseconds until its message; undefined: none in time. */
async function deliverAll(
  world: BenchWorld,
  provider: PretendProvider,
  count: number,
): Promise<readonly (number | undefined)[]> {
  const told = new Map<string, (atMs: number) => void>();
  const unsubscribe = world.telegram.events.subscribe((event) => {
    if (event.type !== "message_sent") return;
    told.get(event.message.text.slice(0, 6))?.(performance.now());
  });
  const deliverOne = async (rental: MarketRental, index: number): Promise<number | undefined> => {
    await systemClock.sleep(Math.random() * SPREAD_MS);
    const code = String(500_000 + index);
    const shownAt = new Promise<number>((resolve) => told.set(code, resolve));
    const deliveredAt = performance.now();
    provider.market.deliver(rental.id, { code });
    const patience = new AbortController();
    const late = systemClock.sleep(PATIENCE_MS, patience.signal).then(() => undefined);
    const atMs = await Promise.race([shownAt, late]);
    patience.abort();
    return atMs === undefined ? undefined : atMs - deliveredAt;
  };
  try {
    return await Promise.all(someOf(provider.market.active(), count).map(deliverOne));
  } finally {
    unsubscribe();
  }
}

/** Selects items evenly over the list, so that old and new orders are included. */
function someOf<T>(items: readonly T[], count: number): readonly T[] {
  const step = items.length / count;
  return items.filter((_, index) => Math.floor(index / step) !== Math.floor((index - 1) / step));
}
