import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backoffMs } from "../../src/core/backoff.ts";
import { expandId, newId, shortenId } from "../../src/core/ids.ts";
import {
  addBasisPointsUp,
  formatUsd,
  parseUsd,
  plainUsd,
  roundUpTo,
  toMicrosAtRate,
} from "../../src/core/money.ts";

describe("money", () => {
  it.each([
    ["0.0035", 3_500n],
    ["12", 12_000_000n],
    ["0.18", 180_000n],
    ["1.", 1_000_000n],
    ["999999999999.999999", 999_999_999_999_999_999n],
  ])("reads %s exactly", (text, micros) => {
    expect(parseUsd(text, "exact")).toBe(micros);
  });

  it.each(["", "-1", "+1", "1e3", " 1", "1,5", ".5", "abc", "NaN", "Infinity", "0x10", "1234567890123"])(
    "refuses %j as an amount",
    (text) => {
      expect(parseUsd(text, "up")).toBeUndefined();
    },
  );

  it("rounds a finer fraction up, or refuses it where it must be exact", () => {
    expect(parseUsd("0.0000001", "up")).toBe(1n);
    expect(parseUsd("0.0000001", "exact")).toBeUndefined();
  });

  it.each([
    [290_600n, "$0.2906"],
    [480_000n, "$0.48"],
    [1_000_000n, "$1.00"],
    [1n, "$0.000001"],
    [-50_000n, "-$0.05"],
    [0n, "$0.00"],
  ])("shows %s micro-dollars as %s", (micros, text) => {
    expect(formatUsd(micros)).toBe(text);
  });

  it("reads back every amount that it writes", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 17n }), (micros) => {
        expect(parseUsd(plainUsd(micros), "exact")).toBe(micros);
      }),
    );
  });

  it("converts another currency with the cost rounded up", () => {
    expect(toMicrosAtRate("500", "0.012")).toBe(6_000_000n);
    expect(toMicrosAtRate("287", "1", 100)).toBe(2_870_000n);
    expect(toMicrosAtRate("1", "0.0000001")).toBe(1n);
    expect(toMicrosAtRate("x", "1")).toBeUndefined();
  });

  it("adds a markup and never less than it", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.bigInt({ min: 0n, max: 50_000n }),
        (cost, points) => {
          const price = addBasisPointsUp(cost, points);
          expect(price * 10_000n >= cost * (10_000n + points)).toBe(true);
          expect((price - 1n) * 10_000n < cost * (10_000n + points)).toBe(true);
        },
      ),
    );
    expect(roundUpTo(101n, 100n)).toBe(200n);
  });
});

describe("ids", () => {
  it("shorten to 22 characters and expand again", () => {
    const id = newId();
    expect(shortenId(id)).toHaveLength(22);
    expect(expandId(shortenId(id))).toBe(id);
  });

  it("do not expand from anything else", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const id = expandId(text);
        if (id !== undefined) expect(shortenId(id)).toBe(text);
      }),
    );
    expect(expandId("")).toBeUndefined();
    expect(expandId("../../../../etc/passwd")).toBeUndefined();
  });
});

describe("back-off", () => {
  it("grows, stays under its ceiling, and never is zero", () => {
    const options = { baseMs: 100, maxMs: 2_000 };
    for (let attempt = 1; attempt < 100; attempt += 1) {
      const low = backoffMs(attempt, options, () => 0);
      const high = backoffMs(attempt, options, () => 0.999);
      expect(low).toBeGreaterThanOrEqual(50);
      expect(high).toBeLessThanOrEqual(2_000);
    }
    expect(backoffMs(3, options, () => 0.999)).toBeGreaterThan(backoffMs(1, options, () => 0.999));
  });
});
