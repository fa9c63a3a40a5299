import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { acquireLease } from "../../../src/db/queries/leases.ts";
import { type KeptLease, keepLease } from "../../../src/orders/watching/kept-lease.ts";
import { createTestClock, type TestClock } from "../../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createTestLogger } from "../../support/logger.ts";

let database: TestDatabase;
let clock: TestClock;
let name: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => {
  clock = createTestClock();
  name = `watch:${Math.random()}`;
});

async function keep(holder = "a"): Promise<KeptLease> {
  const kept = await keepLease({ db: database.db, clock, logger: createTestLogger() }, name, holder);
  if (!kept) throw new Error("the lease is somebody else's");
  return kept;
}

/** A second passes, and the renewal that falls into it has ended. */
async function second(): Promise<void> {
  await clock.advance(1_000);
  await expect.poll(() => clock.sleeping()).toBe(1);
}

async function giveToOther(): Promise<void> {
  await database.db
    .updateTable("leases")
    .set({ expires_at: new Date(0) })
    .where("name", "=", name)
    .execute();
  expect(await acquireLease(database.db, name, "other", 60_000)).toBeDefined();
}

const millisecondsLeft = async (): Promise<number> => {
  const row = database.db.selectFrom("leases").select("expires_at").where("name", "=", name);
  return (await row.executeTakeFirstOrThrow()).expires_at.getTime() - Date.now();
};

describe("the lease of a watcher", () => {
  it("is renewed every second, also while a step takes long", async () => {
    const kept = await keep();
    for (let i = 0; i < 20; i += 1) {
      await second();
      expect(kept.isHeld()).toBe(true);
    }
    expect(await millisecondsLeft()).toBeGreaterThan(2_000);
    await kept.release();
  });

  it("is another replica's four seconds after its holder died, and refused to a second one until then", async () => {
    await keep();
    expect(await millisecondsLeft()).toBeLessThanOrEqual(4_000);
    expect(
      await keepLease({ db: database.db, clock, logger: createTestLogger() }, name, "b"),
    ).toBeUndefined();
  });

  it("does not count as held any more by a process that stood still, before the database was asked", async () => {
    const kept = await keep();
    const waking = clock.advance(4_000);
    expect(kept.isHeld()).toBe(false);
    await waking;
  });

  it("is lost at the next renewal when another replica has it", async () => {
    const kept = await keep();
    await giveToOther();
    await clock.advance(1_000);
    await expect.poll(() => kept.isHeld()).toBe(false);
    expect(clock.sleeping()).toBe(0);
  });

  it("is left to others by a watcher that hangs", async () => {
    const kept = await keep();
    for (let i = 0; i < 44; i += 1) await second();
    expect(kept.isHeld()).toBe(true);
    await clock.advance(1_000);
    await expect.poll(() => kept.isHeld()).toBe(false);
  });

  it("is free at once when it is released", async () => {
    const kept = await keep();
    await kept.release();
    expect(kept.isHeld()).toBe(false);
    expect(await acquireLease(database.db, name, "b", 4_000)).toBeDefined();
  });
});
