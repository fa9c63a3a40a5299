import { describe, expect, it } from "vitest";
import { addMs } from "../../../src/core/clock.ts";
import type { OrderRow } from "../../../src/db/queries/orders.ts";
import { isGivenUp, isOverdue, priorityOf, scheduled } from "../../../src/orders/watching/schedule.ts";
import { createScriptedProvider } from "../../support/scripted-provider.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const rentedAt = new Date("2026-01-01T12:00:00Z");
const expiresAt = addMs(rentedAt, 20 * MINUTE_MS);
const { capabilities } = createScriptedProvider();
const slow = { ...capabilities, pollIntervalMs: 60_000 };
const mute = { ...capabilities, poll: false };

function order(change: Partial<OrderRow> = {}): OrderRow {
  const none = { upstreamId: "1", phone: "+447700900001", costMicros: 1n, failure: null, closedAt: null };
  const money = { priceMicros: 2n, costCeilingMicros: 1n, canAnother: true, round: 0 };
  const product = { serviceId: "wa", countryId: "GB", serviceCode: "wa", countryCode: "16", provider: "p" };
  const moments = { placedAt: rentedAt, rentedAt, expiresAt, cancelOpensAt: addMs(rentedAt, 2 * MINUTE_MS) };
  const asked = { cancelRequestedAt: null, receivedAt: null, nextCheckAt: null, checks: 0, finishDue: false };
  const ids = { id: "o", buyerId: "b", quoteId: "q", chatId: 1, cardMessageId: null };
  return {
    ...ids,
    ...product,
    ...money,
    ...none,
    ...moments,
    ...asked,
    state: "waiting",
    version: 1,
    ...change,
  };
}

/** How long after `afterMs` of the number's life the next look comes. */
function waitMs(afterMs: number, change: Partial<OrderRow> = {}, of = capabilities): number | undefined {
  const now = addMs(rentedAt, afterMs);
  const next = scheduled(order(change), of, now).nextCheckAt;
  return next ? next.getTime() - now.getTime() : undefined;
}

describe("a number that waits for its SMS", () => {
  it("is looked at most often for four minutes, then half as often", () => {
    expect(waitMs(0)).toBe(3_000);
    expect(waitMs(4 * MINUTE_MS)).toBe(3_000);
    expect(waitMs(4 * MINUTE_MS + 1)).toBe(6_000);
  });

  it("is looked at every fifteen seconds at least, and no more often than its provider allows", () => {
    const tenSeconds = { ...capabilities, pollIntervalMs: 10_000 };
    expect(waitMs(5 * MINUTE_MS, {}, tenSeconds)).toBe(15_000);
    expect(waitMs(5 * MINUTE_MS, {}, slow)).toBe(60_000);
  });

  it("is looked at often again when another SMS was asked for, however old it is", () => {
    expect(waitMs(15 * MINUTE_MS, { state: "waiting_again" })).toBe(3_000);
  });

  it("is looked at in the moment of its end, and there only where nobody can be asked", () => {
    expect(waitMs(20 * MINUTE_MS - 1_000)).toBe(1_000);
    expect(waitMs(0, {}, mute)).toBe(20 * MINUTE_MS);
    expect(waitMs(0, { expiresAt: null }, mute)).toBe(15_000);
  });
});

describe("an order that has its SMS", () => {
  it("is looked at every half minute, for SMS that nobody asked for", () => {
    expect(waitMs(MINUTE_MS, { state: "received" })).toBe(30_000);
    expect(waitMs(MINUTE_MS, { state: "received" }, slow)).toBe(60_000);
  });
});

describe("a cancel that a buyer asked for", () => {
  const cancelling = { state: "cancelling" } as const;

  it("is asked for in the moment in which it opens", () => {
    expect(waitMs(2 * MINUTE_MS - 500, cancelling)).toBe(500);
  });

  it("is asked for again after one, two, four and five seconds while it is open", () => {
    const waits = [0, 1, 2, 3, 4].map((checks) => waitMs(2 * MINUTE_MS, { ...cancelling, checks }));
    expect(waits).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(waitMs(0, { ...cancelling, cancelOpensAt: null })).toBe(1_000);
  });

  it("counts its looks, and a number that only waits counts none", () => {
    const now = addMs(rentedAt, 2 * MINUTE_MS);
    expect(scheduled(order({ ...cancelling, checks: 2 }), capabilities, now).checks).toBe(3);
    expect(scheduled(order({ checks: 2 }), capabilities, now).checks).toBe(0);
  });

  it("goes before other looks three times, and never past the number's end", () => {
    const now = addMs(rentedAt, 3 * MINUTE_MS);
    expect(priorityOf(order({ ...cancelling, checks: 3 }), now)).toBe("tap");
    expect(priorityOf(order({ ...cancelling, checks: 4 }), now)).toBe("poll");
    expect(priorityOf(order(cancelling), expiresAt)).toBe("poll");
    expect(priorityOf(order(), now)).toBe("poll");
  });

  it("is looked at no later than the number's end", () => {
    const near = { ...cancelling, checks: 4 };
    expect(waitMs(20 * MINUTE_MS - 2_000, near)).toBe(2_000);
    expect(waitMs(20 * MINUTE_MS - 9_000, near)).toBe(5_000);
  });
});

describe("an order past its end", () => {
  it("is over in the moment of the end, and given up later than an hour after it", () => {
    expect(isOverdue(order(), addMs(expiresAt, -1))).toBe(false);
    expect(isOverdue(order(), expiresAt)).toBe(true);
    expect(isOverdue(order({ expiresAt: null }), expiresAt)).toBe(false);
    expect(isGivenUp(order(), addMs(expiresAt, HOUR_MS))).toBe(false);
    expect(isGivenUp(order(), addMs(expiresAt, HOUR_MS + 1))).toBe(true);
    expect(isGivenUp(order({ expiresAt: null }), addMs(expiresAt, HOUR_MS + 1))).toBe(false);
  });

  it("is looked at after longer and longer waits up to two minutes", () => {
    const waits = [0, 1, 2, 5, 9].map((checks) => waitMs(20 * MINUTE_MS, { checks }));
    expect(waits).toEqual([5_000, 10_000, 20_000, 120_000, 120_000]);
  });

  it("is looked at for the last time when it is given up, not later", () => {
    expect(waitMs(80 * MINUTE_MS - 10_000, { checks: 9 })).toBe(10_001);
    expect(waitMs(80 * MINUTE_MS - 200_000, { checks: 9 })).toBe(120_000);
    expect(waitMs(90 * MINUTE_MS, { checks: 9 })).toBe(120_000);
  });
});
