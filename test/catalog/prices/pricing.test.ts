import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  costCeilingMicros,
  type PriceRule,
  type PriceTerms,
  salePriceMicros,
  termsFor,
} from "../../../src/catalog/prices/pricing.ts";
import { parseUsd } from "../../../src/core/money.ts";

const usd = (text: string): bigint => parseUsd(text, "exact") ?? -1n;
const terms = (markupBasisPoints: bigint, minProfit: string): PriceTerms => ({
  markupBasisPoints,
  minProfitMicros: usd(minProfit),
});

describe("the sale price", () => {
  it.each([
    ["0.18", 3000n, "0.02", "0.24", "markup 0.234, up to the next cent"],
    ["0.31", 3000n, "0.02", "0.41", "markup 0.403"],
    ["0.10", 3000n, "0.02", "0.13", "exact cents stay"],
    ["0.05", 3000n, "0.02", "0.07", "the minimum profit is more than the markup"],
    ["0.0035", 3000n, "0.02", "0.024", "below ten cents the step is a tenth of a cent"],
    ["0.08", 0n, "0", "0.08", "nothing added"],
    ["0.0995", 0n, "0", "0.1", "a step may reach ten cents"],
    ["0.100001", 0n, "0", "0.11", "just above ten cents rounds to a whole cent"],
    ["0.000001", 0n, "0", "0.001", "the smallest cost"],
    ["12.345678", 10000n, "0.02", "24.7", "markup of 100 %"],
  ])(
    "of a cost of %s with %s basis points and at least %s profit is %s: %s",
    (cost, markup, profit, price) => {
      expect(salePriceMicros(usd(cost), terms(markup, profit))).toBe(usd(price));
    },
  );

  it("always leaves the minimum profit and the markup, and is never more than a cent above them", () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.bigInt({ min: 0n, max: 1_000_000n }),
        fc.bigInt({ min: 0n, max: 10n ** 9n }),
        (cost, markupBasisPoints, minProfitMicros) => {
          const rule = { markupBasisPoints, minProfitMicros };
          const price = salePriceMicros(cost, rule);
          const exact = [cost + minProfitMicros, (cost * (10_000n + markupBasisPoints)) / 10_000n];
          expect(exact.every((least) => price >= least)).toBe(true);
          expect(exact.some((least) => price <= least + 10_001n)).toBe(true);
          const ceiling = costCeilingMicros(price, rule);
          expect(ceiling >= cost && ceiling <= price && price - ceiling === minProfitMicros).toBe(true);
        },
      ),
    );
  });

  it("never falls when the cost rises", () => {
    const amount = fc.bigInt({ min: 1n, max: 300_000n });
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const [low, high] = a < b ? [a, b] : [b, a];
        const rule = terms(3000n, "0.02");
        expect(salePriceMicros(low, rule) <= salePriceMicros(high, rule)).toBe(true);
      }),
    );
  });
});

describe("the rule that applies", () => {
  const starting = terms(3000n, "0.02");
  const subject = { provider: "alpha", countryId: "GB", serviceId: "wa" };
  const rule = (markup: bigint, fields: Partial<PriceRule> = {}): PriceRule => ({
    id: "rule",
    startsAt: null,
    endsAt: null,
    provider: null,
    countryId: null,
    serviceId: null,
    markupBasisPoints: markup,
    minProfitMicros: 0n,
    createdAt: new Date("2026-01-01T00:00:00Z"),
    ...fields,
  });
  const everything = rule(1n);
  const service = rule(2n, { serviceId: "wa" });
  const country = rule(3n, { countryId: "GB" });
  const countryAndService = rule(4n, { countryId: "GB", serviceId: "wa" });
  const provider = rule(5n, { provider: "alpha" });
  const exact = rule(6n, { provider: "alpha", countryId: "GB", serviceId: "wa" });
  const newer = rule(7n, { createdAt: new Date("2026-02-01T00:00:00Z") });
  const others = [
    rule(90n, { serviceId: "tg" }),
    rule(91n, { countryId: "US" }),
    rule(92n, { provider: "beta", serviceId: "wa", countryId: "GB" }),
  ];

  it.each([
    ["the starting rule when none fits", others, 3000n],
    ["a rule for everything before the starting rule", [everything], 1n],
    ["a rule for the service before one for everything", [everything, service], 2n],
    ["a rule for the country before one for the service", [country, service], 3n],
    ["country and service together before the country alone", [country, countryAndService], 4n],
    ["a rule for the provider before country and service together", [countryAndService, provider], 5n],
    ["all three before the provider alone", [provider, exact], 6n],
    ["the newest of two that fit equally", [newer, everything], 7n],
    ["the newest, whatever their order", [everything, newer], 7n],
  ])("is %s", (_, rules, markup) => {
    expect(termsFor([...others, ...rules], starting, subject).markupBasisPoints).toBe(markup);
  });
});
