import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { claimUpdates, storeUpdates } from "../../src/db/queries/inbox.ts";
import {
  acquireLease,
  holdsLease,
  releaseEverything,
  releaseLease,
  renewLease,
} from "../../src/db/queries/leases.ts";
import { readOrCreateSetting, readSetting, writeSetting } from "../../src/db/queries/settings.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

async function expire(name: string): Promise<void> {
  await sql`UPDATE leases SET expires_at = now() - interval '1 second' WHERE name = ${name}`.execute(
    database.db,
  );
}

describe("leases", () => {
  it("has one holder at a time, however many ask at once", async () => {
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, index) => acquireLease(database.db, "one", `h${index}`, 60_000)),
    );
    expect(asked.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it("lasts as long as was asked for, also when it is prolonged", async () => {
    const secondsLeft = async (): Promise<number> => {
      const left = sql<number>`extract(epoch FROM expires_at - now())::float`.as("left");
      const query = database.db.selectFrom("leases").select(left).where("name", "=", "timed");
      return (await query.executeTakeFirstOrThrow()).left;
    };
    const lease = await acquireLease(database.db, "timed", "a", 60_000);
    expect(await secondsLeft()).toBeGreaterThan(50);
    expect(await secondsLeft()).toBeLessThanOrEqual(60);
    if (lease) await renewLease(database.db, lease, 120_000);
    expect(await secondsLeft()).toBeGreaterThan(110);
    expect(await secondsLeft()).toBeLessThanOrEqual(120);
  });

  it("of a process that died is free at once where nobody else uses the database", async () => {
    const { db } = database;
    const at = new Date();
    await acquireLease(db, "dead", "a", 60_000);
    await storeUpdates(db, [{ updateId: 1, lane: "u:1", payload: {} }], { at, maxPerLane: 50 });
    const claim = { limit: 10, leaseMs: 60_000 };
    await claimUpdates(db, { ...claim, leaseToken: newId() });
    expect(await claimUpdates(db, { ...claim, leaseToken: newId() })).toEqual([]);
    await releaseEverything(db);
    expect(await acquireLease(db, "dead", "b", 60_000)).toMatchObject({ holder: "b", epoch: 2n });
    expect(await claimUpdates(db, { ...claim, leaseToken: newId() })).toHaveLength(1);
  });

  it("is prolonged by its holder under the same epoch", async () => {
    const first = await acquireLease(database.db, "two", "a", 60_000);
    const again = await acquireLease(database.db, "two", "a", 60_000);
    expect(again?.epoch).toBe(first?.epoch);
    expect(first && (await renewLease(database.db, first, 60_000))).toBe(true);
  });

  it("goes to another holder when it ran out, and then the first one's epoch is worth nothing", async () => {
    const first = await acquireLease(database.db, "three", "a", 60_000);
    expect(await acquireLease(database.db, "three", "b", 60_000)).toBeUndefined();
    await expire("three");
    const second = await acquireLease(database.db, "three", "b", 60_000);
    if (!first || !second) throw new Error("a free lease was refused");
    expect(second.epoch).toBe(first.epoch + 1n);
    expect(await renewLease(database.db, first, 60_000)).toBe(false);
    expect(await holdsLease(database.db, first)).toBe(false);
    expect(await holdsLease(database.db, second)).toBe(true);
    await releaseLease(database.db, first);
    expect(await holdsLease(database.db, second)).toBe(true);
  });

  it("cannot be renewed once it ran out", async () => {
    const lease = await acquireLease(database.db, "four", "a", 60_000);
    await expire("four");
    expect(lease && (await renewLease(database.db, lease, 60_000))).toBe(false);
  });

  it("is free at once when it was given up", async () => {
    const lease = await acquireLease(database.db, "five", "a", 60_000);
    if (lease) await releaseLease(database.db, lease);
    expect(await acquireLease(database.db, "five", "b", 60_000)).toMatchObject({ holder: "b" });
  });
});

describe("settings", () => {
  const at = new Date("2026-03-01T12:00:00Z");

  it("keeps the last value that was written", async () => {
    expect(await readSetting(database.db, "x")).toBeUndefined();
    await writeSetting(database.db, "x", "1", at);
    await writeSetting(database.db, "x", "2", at);
    expect(await readSetting(database.db, "x")).toBe("2");
  });

  it("lets processes that start together agree on one generated value", async () => {
    const values = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        readOrCreateSetting(database.db, "secret", () => `s${index}`, at),
      ),
    );
    expect(new Set(values).size).toBe(1);
    expect(await readOrCreateSetting(database.db, "secret", () => "other", at)).toBe(values[0]);
  });
});
