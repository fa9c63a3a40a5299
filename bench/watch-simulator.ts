import { createWaitTimes } from "../src/orders/watching/policy/wait-times.ts";
import type { Bench } from "./support/bench.ts";
import { maximum, percentile } from "./support/statistics.ts";
import {
  arrivalsOf,
  type Chooser,
  fixedLoops,
  type Outcome,
  roundRobin,
  shopPolicy,
  simulate,
  type World,
} from "./support/watch-simulator.ts";

const SEEDS = [1, 2, 3];
const usual = {
  purchasesPerSecond: 2.5,
  requestsPerSecond: 20,
  never: 0.3,
  medianS: 18,
  sigma: 1,
  lifetimeS: 1_200,
} as const;

const worlds: readonly (readonly [string, Omit<World, "seed">])[] = [
  ["a shop that opens, 4 min", { ...usual, warmUpS: 0, measuredS: 240 }],
  ["a busy shop, after 20 min", { ...usual, warmUpS: 1_200, measuredS: 600 }],
  ["a busy shop whose codes take a minute", { ...usual, medianS: 60, warmUpS: 1_200, measuredS: 600 }],
];

export const watchSimulator: Bench = {
  name: "watch-simulator",
  about:
    "code ready → seen: the shop's policy, fixed loops and a round robin on the same arrivals and budget",
  async run(context) {
    const rows = worlds.flatMap(([title, world]) => compare(title, world));
    const { purchasesPerSecond, requestsPerSecond, never, lifetimeS } = usual;
    context.table(
      `${purchasesPerSecond} purchases/s, ${requestsPerSecond} single checks/s, ${never * 100} % never get a code, lifetime ${lifetimeS / 60} min, seeds ${SEEDS.join(", ")} (goals: p50 ≤ 0.8 and p95 ≤ 1.0 of round robin's)`,
      [
        "world and way",
        "codes",
        "p50 s",
        "p95 s",
        "max s",
        "p50 of RR",
        "p95 of RR",
        "unserved",
        "checks",
        "finishes",
      ],
      rows,
    );
  },
};

function compare(title: string, world: Omit<World, "seed">) {
  const turns = run(world, () => ({ choose: roundRobin }));
  const loops = run(world, () => ({ choose: fixedLoops }));
  const policy = run(world, (of) => {
    const waits = createWaitTimes();
    return { choose: shopPolicy(of, waits), waits };
  });
  const row = (name: string, outcome: Outcome) => {
    const of = (percent: number): number => percentile(outcome.latenciesS, percent);
    const ratio = (percent: number): number => of(percent) / percentile(turns.latenciesS, percent);
    const spread = [of(50), of(95), maximum(outcome.latenciesS), ratio(50), ratio(95)];
    const { latenciesS, unserved, checks, finishes } = outcome;
    return [name, latenciesS.length, ...spread, unserved, checks, finishes];
  };
  return [row(title, policy), row("  fixed loops", loops), row("  round robin", turns)];
}

/** All seeds together. */
function run(
  world: Omit<World, "seed">,
  way: (of: World) => { choose: Chooser; waits?: ReturnType<typeof createWaitTimes> },
): Outcome {
  const outcomes = SEEDS.map((seed) => {
    const of = { ...world, seed };
    const { choose, waits } = way(of);
    return simulate(of, arrivalsOf(of), choose, waits);
  });
  const sum = (value: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + value(outcome), 0);
  return {
    latenciesS: outcomes.flatMap(({ latenciesS }) => latenciesS),
    unserved: sum(({ unserved }) => unserved),
    checks: sum(({ checks }) => checks),
    finishes: sum(({ finishes }) => finishes),
  };
}
