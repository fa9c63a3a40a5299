import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_EXACT, splitLoss } from "../../../src/orders/doubts/split-loss.ts";

const costs = (maxLength: number) =>
  fc.array(fc.bigInt({ min: 1n, max: 2_000_000n }), { minLength: 1, maxLength });

function sumOf(all: readonly bigint[], indexes: readonly number[]): bigint {
  return indexes.reduce((sum, index) => sum + (all[index] ?? 0n), 0n);
}

const abs = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

/** The least error of all combinations, and how many have it, by trying each. */
function leastError(all: readonly bigint[], missing: bigint): { error: bigint; count: number } {
  let sums = [0n];
  for (const cost of all) sums = [...sums, ...sums.map((sum) => sum + cost)];
  const errors = sums.map((sum) => abs(missing - sum));
  const error = errors.reduce((least, other) => (other < least ? other : least));
  return { error, count: errors.filter((other) => other === error).length };
}

describe("splitting a missing sum among purchases", () => {
  it("finds the six costs of a real case that the oldest-first rule missed", () => {
    const six = [180_000n, 213_500n, 98_700n, 151_300n, 305_000n, 117_400n];
    const split = splitLoss(six, 213_500n + 151_300n + 117_400n);
    expect(split).toEqual({ bought: [1, 3, 5], restMicros: 0n, isOnly: true });
  });

  it("says that it is a guess which of equal purchases took place, and takes the first", () => {
    expect(splitLoss([180_000n, 180_000n, 180_000n], 180_000n)).toEqual({
      bought: [0],
      restMicros: 0n,
      isOnly: false,
    });
  });

  it("takes nothing when nothing is missing", () => {
    expect(splitLoss([180_000n], 0n)).toEqual({ bought: [], restMicros: 0n, isOnly: true });
  });

  it("has the least possible error, and knows whether another choice has it too", () => {
    fc.assert(
      fc.property(costs(8), fc.bigInt({ min: 0n, max: 12_000_000n }), (all, missing) => {
        const split = splitLoss(all, missing);
        const { error, count } = leastError(all, missing);
        expect(abs(split.restMicros)).toBe(error);
        expect(split.restMicros).toBe(missing - sumOf(all, split.bought));
        expect(split.isOnly).toBe(count === 1);
      }),
    );
  });

  it("explains every sum of some of up to twenty costs exactly, in bounded time", () => {
    fc.assert(
      fc.property(
        costs(MAX_EXACT).chain((all) => fc.tuple(fc.constant(all), fc.subarray([...all.keys()]))),
        ([all, chosen]) => {
          expect(splitLoss(all, sumOf(all, chosen)).restMicros).toBe(0n);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("guesses for more costs: never more than is missing", () => {
    fc.assert(
      fc.property(
        fc.array(fc.bigInt({ min: 1n, max: 2_000_000n }), { minLength: MAX_EXACT + 1, maxLength: 200 }),
        fc.bigInt({ min: 0n, max: 40_000_000n }),
        (all, missing) => {
          const split = splitLoss(all, missing);
          expect(split.restMicros).toBe(missing - sumOf(all, split.bought));
          expect(split.restMicros).toBeGreaterThanOrEqual(0n);
          expect(new Set(split.bought).size).toBe(split.bought.length);
        },
      ),
    );
  });
});
