import { describe, expect, it } from "vitest";
import { faults } from "../../../sandbox/providers/faults.ts";
import type { ProviderPrice } from "../../../src/providers/port/provider.ts";
import { type Bench, type ContractOptions, errorOf, expectKind, replaceFields } from "./setup.ts";

const background = { priority: "background" } as const;
const PRICE_FIELDS = /price|cost|cents|suggested|^min$|^max$/i;
const STOCK_FIELDS = /stock|count$/i;

function pricesOfOffer({ provider, request }: Bench): Promise<readonly ProviderPrice[]> {
  const { serviceCode, countryCode } = request();
  return provider.prices(serviceCode === null ? { countryCode } : { serviceCode, countryCode }, background);
}

export function describeCatalogue(options: ContractOptions, bench: () => Bench): void {
  describe("catalogue and balance", () => {
    it("tells the balance that the supplier keeps, or says that there is none to tell", async () => {
      const { provider, market } = bench();
      const balance = await provider.balance(background);
      if (balance === null) return expect(provider.capabilities.prices).toBe("configured");
      expect(balance.balanceMicros).toBe(market.balance().balanceMicros);
    });

    it("lists the services and countries that the supplier sells", async () => {
      const { provider, market } = bench();
      const countries = await provider.countries(background);
      const services = await provider.services(background);
      expect(countries.map((row) => row.code)).toEqual(
        expect.arrayContaining(market.countries.map((row) => row.code)),
      );
      for (const { iso2 } of countries) expect(iso2 === null || /^[A-Z]{2}$/.test(iso2)).toBe(true);
      if (provider.capabilities.anyService) return expect(services).toEqual([]);
      expect(services.map((row) => row.code)).toEqual(
        expect.arrayContaining(market.services.map((row) => row.code)),
      );
    });

    it("prices an offer at exactly what the supplier charges", async () => {
      const { market, request, provider } = bench();
      const { serviceCode, countryCode } = request();
      const [price] = await pricesOfOffer(bench());
      expect(price).toMatchObject({ serviceCode, countryCode, costMicros: market.offers[0]?.costMicros });
      if (provider.capabilities.prices === "configured") expect(price?.stock).toBeNull();
    });

    it("drops a price that is not one: text, negative, zero, absurd", async ({ skip }) => {
      const { provider, faults: queue } = bench();
      skip(provider.capabilities.prices === "configured");
      for (const value of ["abc", -1, "-0.5", 0, null, 1e12, "1e400", "NaN", {}, ""]) {
        queue.clear();
        queue.add(
          "prices",
          faults.rewrite((text) => replaceFields(text, PRICE_FIELDS, value, "")),
          3,
        );
        const rows = await pricesOfOffer(bench()).catch(() => []);
        expect(rows, `price ${JSON.stringify(value)}`).toEqual([]);
      }
    });

    it("never shows a stock that is negative, a fraction or text", async ({ skip }) => {
      const { provider, faults: queue } = bench();
      skip(provider.capabilities.prices === "configured");
      for (const value of [-1, 2.5, "many"]) {
        queue.clear();
        queue.add(
          "prices",
          faults.rewrite((text) => replaceFields(text, STOCK_FIELDS, value, "")),
          3,
        );
        const rows = await pricesOfOffer(bench()).catch(() => []);
        for (const row of rows) expect(row.stock === null || Number.isInteger(row.stock)).toBe(true);
        for (const row of rows) expect(row.stock ?? 0).toBeGreaterThanOrEqual(0);
      }
    });

    it("says that the key is wrong", async () => {
      const { impostor, provider } = bench();
      const call = provider.capabilities.prices === "configured" ? impostor.countries : impostor.balance;
      expectKind(options, "bad key", "bad_credentials", await errorOf(call(background)));
    });
  });
}
