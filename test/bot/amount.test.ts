import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasNoDigit, parseAmount } from "../../src/flows/amount.ts";

describe("a typed amount", () => {
  it.each([
    ["250", { kind: "stars", stars: 250 }],
    [" 250 stars ", { kind: "stars", stars: 250 }],
    ["1 star", { kind: "stars", stars: 1 }],
    ["٢٥٠", { kind: "stars", stars: 250 }],
    ["$5", { kind: "usd", amountMicros: 5_000_000n }],
    ["7,50 $", { kind: "usd", amountMicros: 7_500_000n }],
    ["5 usd", { kind: "usd", amountMicros: 5_000_000n }],
    ["2.5", undefined],
    ["0", undefined],
    ["$0", undefined],
    ["-5", undefined],
    ["1e3", undefined],
    ["5 5", undefined],
    ["", undefined],
  ])("in Stars: %s", (text, expected) => {
    expect(parseAmount(text, "stars")).toEqual(expected);
  });

  it.each([
    ["7.50", { kind: "usd", amountMicros: 7_500_000n }],
    ["۷", { kind: "usd", amountMicros: 7_000_000n }],
    ["0.0000001", undefined],
    ["50 stars", { kind: "stars", stars: 50 }],
  ])("in dollars: %s", (text, expected) => {
    expect(parseAmount(text, "usd")).toEqual(expected);
  });

  it("is never anything but a positive amount, whatever is typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.constantFrom("stars", "usd"), (text, unit) => {
        const amount = parseAmount(text, unit);
        if (amount?.kind === "stars") expect(amount.stars).toBeGreaterThan(0);
        if (amount?.kind === "usd") expect(amount.amountMicros > 0n).toBe(true);
      }),
    );
  });

  it("is told from a search by its digits", () => {
    expect(hasNoDigit("whatsapp uk")).toBe(true);
    expect(hasNoDigit("٢٥")).toBe(false);
  });
});
