import { describe, expect, it } from "vitest";
import { addMs } from "../../../src/core/clock.ts";
import { plausibleEnd } from "../../../src/orders/buying/assign-number.ts";

const rentedAt = new Date("2026-01-01T12:00:00Z");
const DAY_MS = 24 * 60 * 60 * 1000;

describe("the end that a provider names for a number", () => {
  it.each([60_000, 20 * 60_000, DAY_MS])("is believed %i ms after the purchase", (ms) => {
    expect(plausibleEnd(addMs(rentedAt, ms), rentedAt)).toEqual(addMs(rentedAt, ms));
  });

  it.each([-DAY_MS, 0, 59_999, DAY_MS + 1])("is not believed %i ms after the purchase", (ms) => {
    expect(plausibleEnd(addMs(rentedAt, ms), rentedAt)).toBeUndefined();
  });

  it("need not be named", () => {
    expect(plausibleEnd(null, rentedAt)).toBeUndefined();
    expect(plausibleEnd(undefined, rentedAt)).toBeUndefined();
  });
});
