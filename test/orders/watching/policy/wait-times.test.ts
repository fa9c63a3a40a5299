import { describe, expect, it } from "vitest";
import { createWaitTimes, waitsOf } from "../../../../src/orders/watching/policy/wait-times.ts";
import { createWebhookTrust } from "../../../../src/orders/watching/webhook-trust.ts";
import { watched } from "./support.ts";

const at = new Date("2026-01-01T12:00:00Z");
const DAY_MS = 86_400_000;

/** The share of orders that have their code within so many seconds. */
function within(waits: ReturnType<typeof createWaitTimes>, seconds: number, serviceId = "wa"): number {
  return waits.of(serviceId).chance(0, seconds * 1_000);
}

describe("how long codes take", () => {
  it("is at first what is usual: half of seven in ten within 18 s, hardly any later than five minutes", () => {
    const waits = createWaitTimes();
    expect(within(waits, 18)).toBeCloseTo(0.35, 2);
    expect(within(waits, 300)).toBeCloseTo(0.7, 1);
    expect(waits.of("wa").chance(600_000, 603_000)).toBeLessThan(0.001);
  });

  it("is learned from a service's own orders, and from its provider's others where it has none", () => {
    const waits = createWaitTimes();
    for (let order = 0; order < 300; order += 1)
      waits.learn({ serviceId: "tg", waitedMs: 100_000, hasCode: true, at });
    expect(within(waits, 60, "tg")).toBeLessThan(0.1);
    expect(waits.of("tg").chance(85_000, 115_000)).toBeGreaterThan(0.6);
    expect(within(waits, 60, "never seen")).toBeLessThan(within(createWaitTimes(), 60));
  });

  it("counts an order that was cancelled early for the time it waited, and no further", () => {
    const waits = createWaitTimes();
    for (let order = 0; order < 500; order += 1)
      waits.learn({ serviceId: "wa", waitedMs: 20_000, hasCode: false, at });
    expect(within(waits, 20)).toBeLessThan(0.05);
    const usual = createWaitTimes().of("wa").chance(30_000, 60_000);
    expect(waits.of("wa").chance(30_000, 60_000)).toBeGreaterThan(usual * 0.8);
  });

  it("is learned from numbers that still wait too, so that those that never get a code teach before their end", () => {
    const waits = createWaitTimes();
    const untaught = waits.of("wa").chance(60_000, 90_000);
    for (let order = 0; order < 100; order += 1)
      waits.learn({ serviceId: "wa", waitedMs: 15_000 + order * 500, hasCode: true, at });
    const fromCodesAlone = waits.of("wa").chance(60_000, 90_000);
    waits.setWaiting(Array.from({ length: 100 }, () => ({ serviceId: "wa", waitedMs: 120_000 })));
    expect(fromCodesAlone).toBeGreaterThan(untaught);
    expect(waits.of("wa").chance(60_000, 90_000)).toBeLessThan(fromCodesAlone / 2);
    expect(waits.of("tg").chance(60_000, 90_000)).toBeLessThan(fromCodesAlone / 2);
    waits.setWaiting([]);
    expect(waits.of("wa").chance(60_000, 90_000)).toBeCloseTo(fromCodesAlone, 6);
  });

  it("counts of the watched orders those that wait for their first code, as long as their provider has been asked", () => {
    const moments = { waitingSinceMs: 10_000, lookedAtMs: 25_000 };
    const orders = ["waiting", "received", "cancelling", "waiting_again", "finished"].map((state) =>
      watched({ id: state, state, ...moments }),
    );
    const wait = { serviceId: "wa", waitedMs: 15_000 };
    expect([...waitsOf(orders)]).toEqual([wait, wait]);
  });

  it("forgets what is old", () => {
    const waits = createWaitTimes();
    const learn = (hasCode: boolean, day: number): void => {
      for (let order = 0; order < 100; order += 1) {
        const moment = new Date(at.getTime() + day * DAY_MS);
        waits.learn({ serviceId: "wa", waitedMs: 10_500, hasCode, at: moment });
      }
    };
    learn(true, 0);
    const before = waits.of("wa").chance(10_000, 12_000);
    learn(false, 7);
    expect(waits.of("wa").chance(10_000, 12_000)).toBeLessThan(before / 4);
  });

  it("never says that a code is impossible, nor that it came at no time", () => {
    const waits = createWaitTimes();
    for (let order = 0; order < 10_000; order += 1)
      waits.learn({ serviceId: "wa", waitedMs: 1_200_000, hasCode: false, at });
    expect(waits.of("wa").chance(1_000_000, 1_060_000)).toBeGreaterThan(0);
    expect(waits.of("wa").chance(5_000, 5_000)).toBe(0);
    expect(waits.of("wa").chance(6_000, 5_000)).toBe(0);
  });
});

describe("webhooks", () => {
  const nowMs = at.getTime();

  it("are relied on after five codes in a row that they announced, for ten minutes", () => {
    const trust = createWebhookTrust();
    for (let code = 0; code < 5; code += 1) {
      expect(trust.isTrusted(nowMs)).toBe(false);
      trust.codeFound(true, nowMs);
    }
    expect(trust.isTrusted(nowMs)).toBe(true);
    expect(trust.isTrusted(nowMs + 600_000)).toBe(true);
    expect(trust.isTrusted(nowMs + 600_001)).toBe(false);
  });

  it("are relied on no more once codes are found that they did not announce", () => {
    const trust = createWebhookTrust();
    for (let code = 0; code < 40; code += 1) trust.codeFound(true, nowMs);
    for (let code = 0; code < 3; code += 1) trust.codeFound(false, nowMs);
    expect(trust.isTrusted(nowMs)).toBe(false);
  });
});
