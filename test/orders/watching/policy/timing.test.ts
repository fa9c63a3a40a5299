import { describe, expect, it } from "vitest";
import { addMs } from "../../../../src/core/clock.ts";
import {
  isDecisionDue,
  isGivenUp,
  isOverdue,
  nextDecisionMs,
  priorityOf,
  shortestIntervalMs,
} from "../../../../src/orders/watching/policy/timing.ts";
import { createScriptedProvider } from "../../../support/scripted-provider.ts";
import { watched } from "./support.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const rentedAt = new Date("2026-01-01T12:00:00Z");
const expiresAt = addMs(rentedAt, 20 * MINUTE_MS);
const cancelOpensAt = addMs(rentedAt, 2 * MINUTE_MS);
const { capabilities } = createScriptedProvider();
const slow = { ...capabilities, pollIntervalMs: 60_000 };
const order = watched({ waitingSinceMs: rentedAt.getTime(), expiresAt, cancelOpensAt });

function intervalMs(afterMs: number, change: Partial<typeof order> = {}, of = capabilities): number {
  return shortestIntervalMs({ ...order, ...change }, of, rentedAt.getTime() + afterMs);
}

/** How long after `afterMs` of the number's life the look after `looks` looks comes. */
function waitMs(afterMs: number, looks: number, change: Partial<typeof order> = {}): number {
  const now = addMs(rentedAt, afterMs);
  return nextDecisionMs({ ...order, ...change }, looks, now) - now.getTime();
}

describe("a number that waits for its SMS", () => {
  it("is looked at most often for four minutes, then half as often", () => {
    expect(intervalMs(0)).toBe(3_000);
    expect(intervalMs(4 * MINUTE_MS)).toBe(3_000);
    expect(intervalMs(4 * MINUTE_MS + 1)).toBe(6_000);
  });

  it("is looked at no more often than its provider allows", () => {
    expect(intervalMs(5 * MINUTE_MS, {}, { ...capabilities, pollIntervalMs: 10_000 })).toBe(15_000);
    expect(intervalMs(5 * MINUTE_MS, {}, slow)).toBe(60_000);
  });

  it("is looked at often again when another SMS was asked for, however old the number is", () => {
    const waitingSinceMs = rentedAt.getTime() + 14 * MINUTE_MS;
    expect(intervalMs(15 * MINUTE_MS, { state: "waiting_again", waitingSinceMs })).toBe(3_000);
  });
});

describe("an order that has its SMS", () => {
  it("is looked at every half minute, for SMS that nobody asked for", () => {
    expect(intervalMs(MINUTE_MS, { state: "received" })).toBe(30_000);
    expect(intervalMs(MINUTE_MS, { state: "received" }, slow)).toBe(60_000);
  });
});

describe("a cancel that a buyer asked for", () => {
  const cancelling = { ...order, state: "cancelling" };

  it("is due in the moment in which it opens", () => {
    expect(isDecisionDue(cancelling, addMs(cancelOpensAt, -1))).toBe(false);
    expect(isDecisionDue(cancelling, cancelOpensAt)).toBe(true);
    expect(isDecisionDue({ ...cancelling, cancelOpensAt: null }, rentedAt)).toBe(true);
    expect(isDecisionDue(order, cancelOpensAt)).toBe(false);
  });

  it("is asked for again after one, two, four and five seconds while it is open", () => {
    const waits = [1, 2, 3, 4, 5].map((looks) => waitMs(2 * MINUTE_MS, looks, cancelling));
    expect(waits).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
  });

  it("goes before other looks at first, and never past the number's end", () => {
    const now = addMs(rentedAt, 3 * MINUTE_MS);
    expect(priorityOf({ ...cancelling, looks: 3 }, now)).toBe("tap");
    expect(priorityOf({ ...cancelling, looks: 4 }, now)).toBe("poll");
    expect(priorityOf(cancelling, expiresAt)).toBe("poll");
    expect(priorityOf(order, now)).toBe("poll");
  });

  it("is looked at no later than the number's end", () => {
    expect(waitMs(20 * MINUTE_MS - 2_000, 5, cancelling)).toBe(2_000);
    expect(waitMs(20 * MINUTE_MS - 9_000, 5, cancelling)).toBe(5_000);
  });
});

describe("an order past its end", () => {
  it("is over in the moment of the end, and given up later than an hour after it", () => {
    expect(isOverdue(order, addMs(expiresAt, -1))).toBe(false);
    expect(isOverdue(order, expiresAt)).toBe(true);
    expect(isOverdue({ ...order, expiresAt: null }, expiresAt)).toBe(false);
    expect(isGivenUp(order, addMs(expiresAt, HOUR_MS))).toBe(false);
    expect(isGivenUp(order, addMs(expiresAt, HOUR_MS + 1))).toBe(true);
    expect(isGivenUp({ ...order, expiresAt: null }, addMs(expiresAt, HOUR_MS + 1))).toBe(false);
  });

  it("is looked at after longer and longer waits up to two minutes", () => {
    const waits = [1, 2, 3, 6, 10].map((looks) => waitMs(20 * MINUTE_MS, looks));
    expect(waits).toEqual([5_000, 10_000, 20_000, 120_000, 120_000]);
  });

  it("is looked at for the last time when it is given up, not later", () => {
    expect(waitMs(80 * MINUTE_MS - 10_000, 10)).toBe(10_001);
    expect(waitMs(80 * MINUTE_MS - 200_000, 10)).toBe(120_000);
    expect(waitMs(90 * MINUTE_MS, 10)).toBe(120_000);
  });
});
