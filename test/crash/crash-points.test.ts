import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { bundleShop } from "../../sandbox/soak/bundle.ts";
import type { Replica } from "../../sandbox/soak/replica.ts";
import { systemClock } from "../../src/core/clock.ts";
import { readCrashPoints } from "../support/crash-points.ts";
import { type CrashWorld, createCrashWorld } from "../support/crash-world.ts";
import { createBuyer } from "./buyer.ts";
import { products, type Scenario, scenarios } from "./scenarios.ts";

const points = await readCrashPoints();
/** Worlds side by side: most of the time is waiting. */
const WORLDS = 3;
const REACH_MS = 12_000;

let directory = "";
let script = "";

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "numstore-crash-"));
  script = await bundleShop(directory);
});

afterAll(() => rm(directory, { recursive: true, force: true }));

it("has a scenario for every crash point of the source, and no other", () => {
  expect(Object.keys(scenarios).sort()).toEqual(points);
});

describe.concurrent("killed at", () => {
  for (let index = 0; index < WORLDS; index += 1) {
    describe(`world ${index + 1}`, { concurrent: false }, () => {
      let world: CrashWorld;
      beforeAll(async () => {
        world = await createCrashWorld(script);
        await warmUp(world);
      });
      afterAll(() => world.close());

      for (const point of points.filter((_, place) => place % WORLDS === index)) {
        it(`${point}, the shop loses nothing`, async () => {
          const scenario = scenarios[point];
          if (scenario) await crash(world, point, scenario);
          await world.start().opened;
          await world.settle();
          expect(await world.violations()).toEqual([]);
        });
      }
    });
  }
});

/** Until the shop has read what everybody sells. */
async function warmUp(world: CrashWorld): Promise<void> {
  await world.start().opened;
  const buyer = createBuyer(world.outside.telegram.user());
  for (const text of Object.values(products)) {
    const isKnown = async (): Promise<boolean> => {
      buyer.say(text);
      return await buyer.read(/held; you pay only/).then(
        () => true,
        () => false,
      );
    };
    await vi.waitUntil(isKnown, { timeout: 20_000, interval: 200 });
  }
}

async function crash(world: CrashWorld, point: string, { after, drive }: Scenario): Promise<void> {
  const buyer = createBuyer(world.outside.telegram.user());
  const stage = { world, buyer };
  if (after) {
    await crash(world, after.point, { drive: after.drive });
    await world.clock.sleep(after.downMs);
  }
  await world.stop();
  const replica = world.start(point);
  let trouble: unknown;
  const driving = drive(stage).catch((error: unknown) => {
    // The shop is dead or dying: what the buyer waits for may never come. Told if the point is not reached.
    trouble = error;
  });
  expect(await signalOf(replica), `${point} was not reached: ${String(trouble)}`).toBe("SIGKILL");
  await driving;
}

async function signalOf(replica: Replica): Promise<NodeJS.Signals | null> {
  const timer = new AbortController();
  const late = systemClock.sleep(REACH_MS, timer.signal).then(() => null);
  const signal = await Promise.race([replica.ended, late]);
  timer.abort();
  return signal;
}
