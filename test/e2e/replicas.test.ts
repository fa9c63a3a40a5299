import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createBuyer } from "../../bench/support/buyers.ts";
import { gatherPeople, type Shoppers, startShoppers } from "../../sandbox/replicas/shoppers.ts";
import { type ReplicaStage, setReplicaStage, wantedFrom, whyNoStage } from "../../sandbox/replicas/stage.ts";
import { findViolations } from "../../sandbox/soak/invariants.ts";
import { type CrashablePostgres, startCrashablePostgres } from "../../sandbox/soak/postgres.ts";
import type { PretendUser } from "../../sandbox/telegram/index.ts";
import { systemClock } from "../../src/core/clock.ts";
import { createDatabase, type DatabaseHandle } from "../../src/db/client.ts";
import { migrate } from "../../src/db/migrate.ts";
import { createTestLogger } from "../support/logger.ts";

const REPLICAS = 3;
const BUYERS = 8;
const REST_MS = 1_500;
/** Long enough for another replica to have taken over what the killed one had in hand. */
const KILL_EVERY_MS = 12_000;
const PAUSE_MS = 40_000;
/** How long a supplier with open orders may go unwatched. */
const UNWATCHED_MS = 10_000;
/** The same, and the time that a code takes when all is well. */
const LATEST_MS = UNWATCHED_MS + 4_000;
/** Whoever sent a message has so long to write that down; a process that stops meanwhile leaves it to be sent again. */
const RECORDING_MS = 2_000;
const REST = { timeout: 90_000, interval: 250 };

const missing = whyNoStage();
if (missing !== undefined) process.stderr.write(`replicas.test.ts is skipped: ${missing}\n`);

let directory: string;
let postgres: CrashablePostgres;
let database: DatabaseHandle;
let stage: ReplicaStage;
let people: readonly PretendUser[] = [];
let shoppers: Shoppers;

beforeAll(async () => {
  if (missing !== undefined) return;
  directory = await mkdtemp(join(tmpdir(), "numstore-replicas-test-"));
  // PostgreSQL is another user where this runs as root.
  await chmod(directory, 0o755);
  const logger = createTestLogger();
  postgres = await startCrashablePostgres(join(directory, "data"), logger);
  const { connectionString } = postgres;
  database = createDatabase({ connectionString, applicationName: "replicas test", logger });
  await migrate(database.db, { logger });
  stage = await setReplicaStage({ replicas: REPLICAS, connectionString, seed: 5 });
  people = await gatherPeople(stage.outside.telegram, BUYERS, (id) => createBuyer(database.db, id));
}, 180_000);
afterAll(async () => {
  await stage?.close();
  await database?.close();
  await postgres?.stop();
  if (directory) await rm(directory, { recursive: true, force: true });
}, 120_000);

beforeEach(() => {
  shoppers = startShoppers(people, { wanted: Object.values(wantedFrom), restMs: REST_MS });
});
afterEach(() => shoppers.stop());

/** Nobody buys any more; every SMS reaches its buyer, and every promise about money, numbers and codes holds. */
async function expectNothingLost(): Promise<void> {
  await shoppers.stop();
  const { outside, witness, letters } = stage;
  const wrong = async (): Promise<unknown> => {
    const judged = { now: new Date(), db: database.db, outside, witness, listed: ["herosms"] };
    return [letters.waiting(), letters.untold(), await findViolations(judged)];
  };
  await expect.poll(wrong, REST).toEqual([0, [], []]);
}

/** Messages since then that came twice although nobody stopped between sending one and recording it. */
function needlessDoubles(sinceMs: number, stopsAtMs: readonly number[]): readonly string[] {
  const isExplained = (firstAtMs: number): boolean =>
    stopsAtMs.some((at) => at >= firstAtMs - RECORDING_MS && at <= firstAtMs + RECORDING_MS);
  return stage.letters
    .doubles()
    .filter(({ firstAtMs }) => firstAtMs >= sinceMs && !isExplained(firstAtMs))
    .map(({ code }) => code);
}

/** The slowest code whose SMS came since then, in milliseconds. */
function slowestSince(sinceMs: number): number {
  const since = stage.letters.slowest(Number.MAX_SAFE_INTEGER).filter(({ atMs }) => atMs >= sinceMs);
  expect(since.length).toBeGreaterThan(5);
  return Math.max(...since.map(({ tookMs }) => tookMs));
}

/** The longest time between two requests to a supplier that has open orders all the time. */
function longestUnwatched(supplier: string, since: Date): number {
  const requests = stage.outside.providers.get(supplier)?.requests() ?? [];
  const looks = requests.filter(({ at, operation }) => at >= since && /^(check|active)/.test(operation));
  expect(looks.length).toBeGreaterThan(5);
  return Math.max(...looks.slice(1).map(({ at }, index) => at.getTime() - (looks[index]?.at.getTime() ?? 0)));
}

describe.skipIf(missing !== undefined)(
  "three replicas behind HAProxy, on one database behind PgBouncer",
  () => {
    it("lose nothing when they are killed one at a time, and watching moves to another one within 10 s", async () => {
      const [since, sinceMs] = [new Date(), performance.now()];
      const killedAtMs: number[] = [];
      for (let kill = 0; kill < 2 * REPLICAS; kill += 1) {
        killedAtMs.push(performance.now());
        await stage.fleet.kill(kill % REPLICAS);
        await systemClock.sleep(KILL_EVERY_MS);
        await stage.fleet.start();
      }
      await expectNothingLost();
      expect(longestUnwatched("herosms", since)).toBeLessThan(UNWATCHED_MS);
      expect(slowestSince(sinceMs)).toBeLessThan(LATEST_MS);
      expect(needlessDoubles(sinceMs, killedAtMs)).toEqual([]);
    }, 300_000);

    it("do no harm when two of them stand still for 40 s and wake up late", async () => {
      const sinceMs = performance.now();
      const places = [0, 1];
      for (const place of places) stage.fleet.pause(place);
      const boughtBefore = shoppers.bought();
      await systemClock.sleep(PAUSE_MS);
      for (const place of places) stage.fleet.resume(place);
      expect(shoppers.bought()).toBeGreaterThan(boughtBefore);
      await systemClock.sleep(KILL_EVERY_MS);
      await expectNothingLost();
      expect(needlessDoubles(sinceMs, [sinceMs])).toEqual([]);
    }, 300_000);

    it("recover by themselves when PgBouncer restarts and PostgreSQL crashes", async () => {
      const sinceMs = performance.now();
      await stage.pgBouncer.restart(5_000);
      await systemClock.sleep(KILL_EVERY_MS);
      const crashedAtMs = performance.now();
      await postgres.crash();
      const boughtBefore = shoppers.bought();
      await expect.poll(() => shoppers.bought(), REST).toBeGreaterThan(boughtBefore + BUYERS);
      const ready = () =>
        Promise.all(
          stage.fleet.ports.map(async (port) => (await fetch(`http://127.0.0.1:${port}/readyz`)).status),
        );
      await expect.poll(ready, REST).toEqual([200, 200, 200]);
      await expectNothingLost();
      expect(needlessDoubles(sinceMs + KILL_EVERY_MS, [crashedAtMs])).toEqual([]);
    }, 300_000);

    it("answer every request while one of them ends in order", async () => {
      const statuses = new Set<number>();
      let isOver = false;
      const asking = (async () => {
        for (; !isOver; await systemClock.sleep(5))
          statuses.add((await fetch(`${stage.haProxy.url}/healthz`)).status);
      })();
      for (const place of [0, 1]) {
        await stage.fleet.end(place);
        await stage.fleet.start();
      }
      isOver = true;
      await asking;
      expect([...statuses]).toEqual([200]);
      await expectNothingLost();
    }, 300_000);
  },
);
