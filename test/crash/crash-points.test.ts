import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleShop } from "../../sandbox/soak/bundle.ts";
import type { Replica } from "../../sandbox/soak/replica.ts";
import { systemClock } from "../../src/core/clock.ts";
import { readCrashPoints } from "../support/crash-points.ts";
import { type CrashWorld, createCrashWorld } from "../support/crash-world.ts";
import { createBuyer } from "./buyer.ts";
import { products, type Scenario, scenarios } from "./scenarios.ts";

const points = await readCrashPoints();
/** Side by side, because most of the time is waiting; vitest runs five concurrent tests at once. */
const WORLDS = 4;
/** After all that the buyer does. */
const REACH_MS = 15_000;
/** On a busy machine a buyer may come too late for what is to be reached: that says nothing about the shop. */
const TRIES = 5;
const worlds: CrashWorld[] = [];
const waiting: ((world: CrashWorld) => void)[] = [];
let directory = "";

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "numstore-crash-"));
  const script = await bundleShop(directory);
  await Promise.all(
    Array.from({ length: WORLDS }, async () => {
      const world = await createCrashWorld(script);
      worlds.push(world);
      await warmUp(world);
    }),
  );
}, 120_000);

afterAll(async () => {
  await Promise.all(worlds.map((world) => world.close()));
  await rm(directory, { recursive: true, force: true });
});

it("has a scenario for every crash point of the source, and no other", () => {
  expect(Object.keys(scenarios).sort()).toEqual(points);
});

describe.concurrent("the shop, killed and started again, loses nothing", () => {
  it.each(Object.entries(scenarios))("at %s", { timeout: 300_000 }, async (point, scenario) => {
    const world = await takeWorld();
    try {
      await crash(world, point, scenario);
      await world.start().opened;
      const violations = await world.violationsAtRest();
      expect(violations, JSON.stringify(violations)).toEqual([]);
    } finally {
      giveBack(world);
    }
  });
});

function takeWorld(): Promise<CrashWorld> {
  const free = worlds.shift();
  return free ? Promise.resolve(free) : new Promise((resolve) => waiting.push(resolve));
}

function giveBack(world: CrashWorld): void {
  const next = waiting.shift();
  if (next) next(world);
  else worlds.push(world);
}

/** Until the shop has read what everybody sells. */
async function warmUp(world: CrashWorld): Promise<void> {
  await world.start().opened;
  const buyer = createBuyer(world.outside.telegram.user());
  for (const text of Object.values(products)) await buyer.ask(text, /held; you pay only/);
}

async function crash(world: CrashWorld, point: string, scenario: Scenario): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const trouble = await tryToCrash(world, point, scenario);
    if (trouble === undefined) return;
    if (attempt === TRIES) throw new Error(`${point} was not reached: ${trouble}`);
  }
}

/** Undefined: the shop died there. Else what the buyer met. */
async function tryToCrash(
  world: CrashWorld,
  point: string,
  { after, drive }: Scenario,
): Promise<string | undefined> {
  if (after) {
    await crash(world, after.point, { drive: after.drive });
    await world.clock.sleep(after.downMs);
  }
  await world.stop();
  world.endFaults();
  const buyer = createBuyer(world.outside.telegram.user());
  const replica = world.start(point);
  await replica.opened;
  let trouble: unknown = "the buyer saw nothing unusual";
  const driving = drive({ world, buyer }).catch((error: unknown) => {
    // The shop is dead or dying, and what the buyer waits for may never come. Told if the point is not reached.
    trouble = error;
  });
  const signal = await Promise.race([replica.ended, driving.then(() => signalOf(replica))]);
  await driving;
  return signal === "SIGKILL" ? undefined : String(trouble);
}

async function signalOf(replica: Replica): Promise<NodeJS.Signals | null> {
  const timer = new AbortController();
  const late = systemClock.sleep(REACH_MS, timer.signal).then(() => null);
  const signal = await Promise.race([replica.ended, late]);
  timer.abort();
  return signal;
}
