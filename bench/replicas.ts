import { performance } from "node:perf_hooks";
import type { Double } from "../sandbox/replicas/letters.ts";
import { gatherPeople, startShoppers } from "../sandbox/replicas/shoppers.ts";
import { type ReplicaStage, setReplicaStage, wantedFrom, whyNoStage } from "../sandbox/replicas/stage.ts";
import { findViolations } from "../sandbox/soak/invariants.ts";
import { createRandom } from "../sandbox/soak/random.ts";
import { systemClock } from "../src/core/clock.ts";
import type { Database } from "../src/db/client.ts";
import type { Bench } from "./support/bench.ts";
import { createBuyer } from "./support/buyers.ts";
import { maximum, percentile } from "./support/statistics.ts";

const REPLICAS = 3;
const KILLS = 15;
const KILL_EVERY_MS = 8_000;
const DOWN_MS = 500;
const BUYERS = 24;
const REST_MS = 2_000;
const SETTLE_MS = 60_000;
const SEED = 9;
/** A message that comes again after a kill was sent at most so long before it. */
const BEFORE_KILL_MS = 2_000;

export const replicas: Bench = {
  name: "replicas",
  about:
    "three replicas behind HAProxy on PgBouncer, one killed every 8 s: SMS ready → message, in real time",
  async run(context) {
    const missing = whyNoStage();
    if (missing !== undefined) return context.note(`Not measured: ${missing}.`);
    const { db, connectionString } = await context.database();
    const stage = await setReplicaStage({ replicas: REPLICAS, connectionString, seed: SEED });
    try {
      const killedAtMs = await buyAndKill(stage, db);
      const { letters } = stage;
      const row = (title: string, samples: readonly number[]) => {
        const spread = [50, 95].map((percent) => percentile(samples, percent) / 1000);
        return [title, samples.length, ...spread, maximum(samples) / 1000];
      };
      context.table(
        `${KILLS} SIGKILLs in ${(KILLS * KILL_EVERY_MS) / 1000} s, ${BUYERS} buyers (goal: p95 ≤ 6 s, max ≤ 12 s)`,
        ["SMS ready → message", "codes", "p50 s", "p95 s", "max s"],
        [
          row("all", letters.latenciesMs()),
          row("asked by list (herosms)", letters.latenciesMs("herosms")),
          row("asked one by one (oxgel)", letters.latenciesMs("oxgel")),
          row("pushed (gateway)", letters.latenciesMs("gateway")),
        ],
      );
      const doubles = letters.doubles();
      const explained = doubles.filter((double) => killedAtMs.some((at) => explains(at, double)));
      context.note(
        `Codes not told within ${SETTLE_MS / 1000} s after the last kill: ${letters.untold().length}.`,
      );
      context.note(
        `Sent twice: ${doubles.length}, of these ${explained.length} by a kill between sending and recording it.`,
      );
      for (const slow of letters.slowest(5)) context.note(describeSlow(slow, killedAtMs));
      const { outside, witness } = stage;
      const judged = { now: new Date(), db, outside, witness, listed: ["herosms"] };
      const violations = await findViolations(judged);
      for (const { promise, detail } of violations) context.note(`Broken: ${promise}: ${detail}`);
      context.note(`Broken promises: ${violations.length}. Log: ${stage.logPath}`);
    } finally {
      await stage.close();
    }
  },
};

/** Returns when each kill was, by performance.now(). */
async function buyAndKill(stage: ReplicaStage, db: Database): Promise<readonly number[]> {
  const random = createRandom(SEED);
  const people = await gatherPeople(stage.outside.telegram, BUYERS, (id) => createBuyer(db, id));
  const shoppers = startShoppers(people, { wanted: Object.values(wantedFrom), restMs: REST_MS });
  const killedAtMs: number[] = [];
  await systemClock.sleep(KILL_EVERY_MS);
  for (let kill = 0; kill < KILLS; kill += 1) {
    const startedAt = performance.now();
    const place = random.between(0, REPLICAS - 1);
    await stage.fleet.kill(place);
    killedAtMs.push(performance.now());
    await systemClock.sleep(DOWN_MS);
    await stage.fleet.start();
    await systemClock.sleep(Math.max(0, KILL_EVERY_MS - (performance.now() - startedAt)));
  }
  await shoppers.stop();
  const settledBy = performance.now() + SETTLE_MS;
  do await systemClock.sleep(1_000);
  while (stage.letters.waiting() + stage.letters.untold().length > 0 && performance.now() < settledBy);
  return killedAtMs;
}

/** The message was sent, and whoever sent it was killed before it could write that down. */
function explains(killAtMs: number, { firstAtMs, againAtMs }: Double): boolean {
  return firstAtMs - 100 <= killAtMs && killAtMs <= Math.min(againAtMs, firstAtMs + BEFORE_KILL_MS);
}

function describeSlow(
  { provider, atMs, tookMs }: ReturnType<ReplicaStage["letters"]["slowest"]>[number],
  killedAtMs: readonly number[],
): string {
  const during = killedAtMs
    .filter((at) => at > atMs - 8_000 && at < atMs + tookMs)
    .map((at) => (at - atMs) / 1000);
  return `Slow: ${provider} ${(tookMs / 1000).toFixed(1)} s; kills at ${during.map((s) => s.toFixed(1)).join(", ") || "no time"} s from the SMS`;
}
