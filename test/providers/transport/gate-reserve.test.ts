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

describe("reserving requests", () => {
  const hand = (gated: Gated) => {
    const { gate } = gated;
    if (!gate) throw new Error("no gate");
    return gate;
  };

  it("tells how many polls fit now, and sends those without asking the database again", async () => {
    const gated = setUp(10);
    const { ask, sentAt, refused } = gated;
    const { count, nextInMs, requestsPerSecond } = await hand(gated).reserve("poll", 50);
    expect({ count, nextInMs, requestsPerSecond }).toEqual({ count: 5, nextInMs: 50, requestsPerSecond: 10 });
    const before = gated.statements();
    for (let i = 0; i < count; i += 1) await ask("poll");
    expect(gated.statements()).toBe(before);
    expect(sentAt).toHaveLength(5);
    expect(refused).toEqual([]);
  });

  it("leaves a purchase its turn at once, also when replicas reserve all they can", async () => {
    const gated = setUp(10, 3);
    for (const gate of gated.gates) {
      await gate.reserve("poll", 100);
      await gate.reserve("background", 100);
    }
    await gated.ask("purchase", 2);
    expect(gated.sentAt).toEqual([{ priority: "purchase", ms: 0 }]);
  });

  it("gives replicas together no more than the rate, and all of it", async () => {
    const gated = setUp(10, 2);
    let booked = 0;
    for (let ms = 0; ms < 10_000; ms += 100) {
      for (const gate of gated.gates) {
        const { count } = await gate.reserve("poll", 20);
        for (let i = 0; i < count; i += 1) await gate.acquire("poll");
        booked += count;
      }
      await gated.clock.advance(100);
    }
    expect(booked).toBeGreaterThanOrEqual(99);
    expect(booked).toBeLessThanOrEqual(105);
  });

  it("costs no statement after a shortage, until further requests are there", async () => {
    const gated = setUp(10);
    const gate = hand(gated);
    const first = await gate.reserve("poll", 50);
    for (let i = 0; i < first.count; i += 1) await gate.acquire("poll");
    const before = gated.statements();
    for (let i = 0; i < 20; i += 1) expect((await gate.reserve("poll", 50)).count).toBe(0);
    expect(gated.statements()).toBe(before);
    await gated.clock.advance(first.nextInMs + 50);
    expect((await gate.reserve("poll", 50)).count).toBe(1);
  });

  it("counts what is still in hand, so that asking again books no more than is needed", async () => {
    const gated = setUp(10);
    const gate = hand(gated);
    expect((await gate.reserve("poll", 2)).count).toBe(2);
    expect((await gate.reserve("poll", 2)).count).toBe(2);
    expect((await gate.reserve("poll", 50)).count).toBe(5);
  });

  it("loses what is not used within a second, and what the provider's pause forbids", async () => {
    const gated = setUp(4);
    const gate = hand(gated);
    expect((await gate.reserve("poll", 2)).count).toBe(2);
    await gated.clock.advance(1_000);
    const before = gated.statements();
    await gate.acquire("poll");
    expect(gated.statements()).toBeGreaterThan(before);
    expect((await gate.reserve("poll", 1)).count).toBe(1);
    await gate.penalise(5_000, "busy");
    expect((await gate.reserve("poll", 1)).count).toBe(0);
    expect((await gate.reserve("purchase", 1)).count).toBe(0);
  });

  it("gives left-over work only what polls and buyers do not take", async () => {
    const gated = setUp(10);
    const gate = hand(gated);
    await gate.reserve("poll", 50);
    expect((await gate.reserve("background", 1)).count).toBe(0);
    await gated.clock.advance(500);
    expect((await gate.reserve("background", 50)).count).toBeGreaterThan(0);
  });
});
