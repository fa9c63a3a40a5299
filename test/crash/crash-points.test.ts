import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleShop } from "../../sandbox/soak/bundle.ts";
import { readCrashPoints } from "../support/crash-points.ts";
import { calm, hurried } from "../support/crash-time.ts";
import { type CrashWorld, createCrashWorld } from "../support/crash-world.ts";
import { createBuyer } from "./buyer.ts";
import { products, type Scenario, scenarios } from "./scenarios.ts";

const points = await readCrashPoints();
/** Side by side, because most of the time is waiting; vitest runs five concurrent tests at once. */
const WORLDS = 4;
const CHILD = fileURLToPath(new URL("../support/crash-child.ts", import.meta.url));
/** After all that the buyer does, by the shop's time. */
const REACH_MS = 15 * 60_000;
/** Made when they are needed first: whoever runs a single scenario waits for one. */
const made: Promise<CrashWorld>[] = [];
const free: CrashWorld[] = [];
const waiting: ((world: CrashWorld) => void)[] = [];
let directory = "";
let script = "";

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "numstore-crash-"));
  script = await bundleShop(directory, CHILD);
});

afterAll(async () => {
  await Promise.all(made.map(async (world) => (await world).close()));
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
  const world = free.shift();
  if (world) return Promise.resolve(world);
  if (made.length === WORLDS) return new Promise((resolve) => waiting.push(resolve));
  const another = makeWorld();
  made.push(another);
  return another;
}

function giveBack(world: CrashWorld): void {
  const next = waiting.shift();
  if (next) next(world);
  else free.push(world);
}

/** Its shop has read what everybody sells. */
async function makeWorld(): Promise<CrashWorld> {
  const world = await createCrashWorld(script);
  await world.start().opened;
  const buyer = createBuyer(world);
  for (const text of Object.values(products)) await buyer.ask(text, /held; you pay only/);
  return world;
}

/** Resolves when the shop has died at this point; rejects with what the buyer met instead. */
async function crash(world: CrashWorld, point: string, { after, drive }: Scenario): Promise<void> {
  const { time } = world;
  if (after) {
    await crash(world, after.point, { drive: after.drive });
    await time.clock.sleep(after.downMs);
  }
  await world.stop();
  world.endFaults();
  await world.acceptBalances();
  const replica = world.start(point);
  await replica.opened;
  time.setPace(calm);
  let trouble: unknown = "the buyer met nothing unusual";
  await drive({ world, buyer: createBuyer(world) }).catch((error: unknown) => {
    // What the buyer waits for never comes from a shop that is dead. Told if it died elsewhere or not at all.
    trouble = error;
  });
  time.setPace(hurried);
  const signal = await time
    .until(async () => (replica.isAlive() ? undefined : await replica.ended), { ms: REACH_MS })
    .catch(String);
  if (signal !== "SIGKILL") throw new Error(`${point} was not reached (${signal}): ${trouble}`);
}
