import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProviderError } from "../../../src/providers/port/provider-error.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { openGates, run } from "../../support/gates.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const setUp = (requestsPerSecond: number, replicas = 1) =>
  openGates(database.db, requestsPerSecond, replicas);

describe("createDatabaseGate", () => {
  it("lets one second's worth through at once and spaces the rest", async () => {
    const gated = setUp(5);
    const { ask, sentAt } = gated;
    await Promise.all([1, 2, 3, 4, 5].map(() => ask("purchase")));
    expect(sentAt.map((entry) => entry.ms)).toEqual([0, 0, 0, 0, 0]);
    const more = Promise.all([1, 2, 3, 4, 5].map(() => ask("purchase")));
    await run(gated);
    await more;
    const waited = sentAt
      .slice(5)
      .map((entry) => entry.ms)
      .sort((a, b) => a - b);
    for (const [index, ms] of waited.entries()) {
      expect(ms).toBeGreaterThanOrEqual((index + 1) * 200);
      expect(ms).toBeLessThanOrEqual((index + 1) * 200 + 100);
    }
  });

  it("never lets more through in any second than the budget and its burst, over all replicas", async () => {
    const gated = setUp(4, 3);
    const { ask, sentAt } = gated;
    const asked = Array.from({ length: 24 }, (_, index) => ask("purchase", index % 3));
    await run(gated);
    await Promise.all(asked);
    expect(sentAt).toHaveLength(24);
    for (const { ms } of sentAt) {
      const inSecond = sentAt.filter((other) => other.ms >= ms && other.ms < ms + 1000).length;
      expect(inSecond).toBeLessThanOrEqual(8);
    }
    expect(Math.max(...sentAt.map((entry) => entry.ms))).toBeGreaterThanOrEqual(4900);
  });

  it("refuses, without a request, what would wait longer than a buyer does", async () => {
    const gated = setUp(1);
    const { ask, sentAt, refused } = gated;
    const asked = Array.from({ length: 12 }, () => ask("purchase"));
    await run(gated);
    await Promise.all(asked);
    expect(sentAt).toHaveLength(9);
    expect(refused).toHaveLength(3);
    for (const { error } of refused) {
      expect(error).toBeInstanceOf(ProviderError);
      expect(error).toMatchObject({ kind: "rate_limited", definite: true, retryAfterMs: expect.any(Number) });
    }
  });

  it("gives polls only a turn that is there now, so that a purchase waits for one turn at most", async () => {
    const gated = setUp(1);
    const { ask, sentAt, refused } = gated;
    await Promise.all(Array.from({ length: 20 }, () => ask("poll")));
    expect(sentAt).toHaveLength(1);
    expect(refused).toHaveLength(19);
    const bought = ask("purchase");
    await run(gated);
    await bought;
    expect(sentAt.at(-1)).toMatchObject({ priority: "purchase" });
    expect(sentAt.at(-1)?.ms).toBeLessThanOrEqual(1100);
  });

  it("lets a page of a list wait for its turn, where a poll is refused", async () => {
    const gated = setUp(1);
    const { ask, sentAt, refused } = gated;
    await ask("poll");
    const page = ask("list");
    await run(gated);
    await page;
    expect(refused).toEqual([]);
    expect(sentAt.map(({ priority }) => priority)).toEqual(["poll", "list"]);
    await ask("poll");
    expect(refused).toHaveLength(1);
  });

  it("lets the pages of a list that are wanted at once wait one after the other, so that a purchase waits for none", async () => {
    const gated = setUp(5);
    const { ask, sentAt, clock, isBusy } = gated;
    const pages = Array.from({ length: 8 }, () => ask("list"));
    await expect.poll(() => sentAt).toHaveLength(3);
    await expect.poll(() => clock.sleeping()).toBe(1);
    await ask("purchase");
    expect(sentAt.at(-1)).toEqual({ priority: "purchase", ms: 0 });
    for (let step = 0; step < 200 && isBusy(); step += 1) {
      await expect.poll(() => clock.sleeping() > 0 || !isBusy()).toBe(true);
      await clock.advance(50);
    }
    await Promise.all(pages);
    expect(sentAt.filter(({ priority }) => priority === "list")).toHaveLength(8);
  });

  it("leaves half of the burst to buyers while polls use all they can", async () => {
    const gated = setUp(10);
    const { ask, sentAt, refused } = gated;
    const polls = Promise.all(Array.from({ length: 20 }, () => ask("poll")));
    await expect.poll(() => sentAt.length + refused.length).toBe(17);
    expect(sentAt).toHaveLength(5);
    await ask("purchase");
    await ask("tap");
    expect(sentAt.slice(-2)).toEqual([
      { priority: "purchase", ms: 0 },
      { priority: "tap", ms: 0 },
    ]);
    await run(gated);
    await polls;
    expect(sentAt).toHaveLength(10);
  });

  it("lets background work through although polls never stop", async () => {
    const gated = setUp(2);
    const { clock, ask, rest, sentAt } = gated;
    await ask("poll");
    let isWaiting = true;
    const background = ask("background").finally(() => {
      isWaiting = false;
    });
    const polls: Promise<void>[] = [];
    for (let i = 0; i < 200 && isWaiting; i += 1) {
      polls.push(ask("poll"));
      await rest();
      await clock.advance(100);
    }
    await run(gated);
    await Promise.all([background, ...polls]);
    expect(sentAt.filter((entry) => entry.priority === "background")).toHaveLength(1);
  });

  it("sends nothing before the time that the provider named, and then no burst of all that waited", async () => {
    const gated = setUp(2);
    const { gate, ask, sentAt, refused } = gated;
    await gate?.penalise(5000, "busy");
    await ask("poll");
    expect(refused).toHaveLength(1);
    const asked = Array.from({ length: 6 }, () => ask("purchase"));
    await run(gated);
    await Promise.all(asked);
    expect(Math.min(...sentAt.map((entry) => entry.ms))).toBeGreaterThanOrEqual(5000);
    expect(sentAt.filter((entry) => entry.ms < 5400).length).toBeLessThanOrEqual(2);
  });

  it("takes a turn back that was booked before the provider said stop", async () => {
    const gated = setUp(1);
    const { gate, ask, rest, sentAt, refused } = gated;
    await ask("purchase");
    const waiting = ask("purchase");
    await rest();
    await gate?.penalise(60_000, "busy");
    await run(gated);
    await waiting;
    expect(sentAt).toHaveLength(1);
    expect(refused[0]?.error).toMatchObject({ kind: "rate_limited", definite: true });
  });

  it("never shortens a block", async () => {
    const gated = setUp(1);
    const { clock, gate, ask, sentAt, refused } = gated;
    await gate?.penalise(20_000, "busy");
    await gate?.penalise(1000, "busy");
    await clock.advance(5000);
    await ask("purchase");
    expect(sentAt).toEqual([]);
    expect(refused).toHaveLength(1);
  });
});
