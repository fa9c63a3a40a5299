import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { type Gated, openGates } from "../../support/gates.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const setUp = (requestsPerSecond: number, replicas = 1) =>
  openGates(database.db, requestsPerSecond, replicas);

describe("the rate that a provider really takes", () => {
  /** How many requests go out in this many seconds when as many as possible are sent. */
  async function sentWithin(gated: Gated, seconds: number): Promise<number> {
    let sent = 0;
    for (let ms = 0; ms < seconds * 1000; ms += 100) {
      const replica = gated.gates[(ms / 100) % gated.gates.length];
      const { count = 0 } = (await replica?.reserve("poll", 100)) ?? {};
      for (let i = 0; i < count; i += 1) await replica?.acquire("poll");
      sent += count;
      await gated.clock.advance(100);
    }
    return sent;
  }
  const rateOf = async (gated: Gated, replica = 0): Promise<number> =>
    (await gated.gates[replica]?.reserve("poll", 1))?.requestsPerSecond ?? 0;

  it("falls by a factor after a 429, for all replicas, and only after the pause that was asked for", async () => {
    const gated = setUp(10, 2);
    await gated.gates[0]?.penalise(3_000, "too_fast");
    expect(await sentWithin(gated, 3)).toBe(0);
    const sent = await sentWithin(gated, 5);
    expect(sent).toBeGreaterThanOrEqual(35);
    expect(sent).toBeLessThanOrEqual(40);
    expect(await rateOf(gated, 0)).toBeCloseTo(7.17, 1);
    expect(await rateOf(gated, 1)).toBeCloseTo(7.17, 1);
  });

  it("falls once for requests that were under way together, and again for a later one", async () => {
    const gated = setUp(10, 2);
    for (const gate of gated.gates) await gate.penalise(1_000, "too_fast");
    await gated.clock.advance(1_000);
    expect(await rateOf(gated)).toBeCloseTo(7, 1);
    await gated.clock.advance(1_000);
    await gated.gates[1]?.penalise(1_000, "too_fast");
    await gated.clock.advance(1_000);
    expect(await rateOf(gated)).toBeCloseTo(4.92, 1);
  });

  it("rises steadily to the configured rate and never above it", async () => {
    const gated = setUp(10);
    await gated.gates[0]?.penalise(1_000, "too_fast");
    await gated.clock.advance(31_000);
    expect(await rateOf(gated)).toBeCloseTo(8, 1);
    await gated.clock.advance(30_000);
    expect(await rateOf(gated)).toBeCloseTo(9, 1);
    await gated.clock.advance(3_600_000);
    expect(await rateOf(gated)).toBe(10);
    expect(await sentWithin(gated, 10)).toBeLessThanOrEqual(105);
  });

  it("stays near what the provider takes, with few refusals", async () => {
    const gated = setUp(10);
    const limit = 5;
    let refusals = 0;
    let taken = 0;
    let second: number[] = [];
    for (let ms = 0; ms < 200_000; ms += 200) {
      const gate = gated.gates[0];
      const { count = 0 } = (await gate?.reserve("poll", 100)) ?? {};
      for (let i = 0; i < count; i += 1) await gate?.acquire("poll");
      second = [...second.filter((at) => at > ms - 1000), ...Array.from({ length: count }, () => ms)];
      if (second.length > limit + 1) {
        refusals += 1;
        second = [];
        await gate?.penalise(2_000, "too_fast");
      } else taken += count;
      await gated.clock.advance(200);
    }
    expect(refusals).toBeLessThanOrEqual(8);
    expect(taken / 200).toBeGreaterThan(limit * 0.7);
  });

  it("does not fall because the provider is only busy", async () => {
    const gated = setUp(10);
    await gated.gates[0]?.penalise(1_000, "busy");
    await gated.clock.advance(1_000);
    expect(await rateOf(gated)).toBe(10);
  });

  it("never falls to nothing, and lets a purchase through all the same", async () => {
    const gated = setUp(2);
    for (let i = 0; i < 30; i += 1) {
      await gated.gates[0]?.penalise(1_000, "too_fast");
      await gated.clock.advance(1_000);
    }
    expect(await rateOf(gated)).toBeGreaterThanOrEqual(0.2);
    await gated.clock.advance(10_000);
    await gated.ask("purchase");
    expect(gated.sentAt).toHaveLength(1);
  });
});
