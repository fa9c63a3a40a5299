import { afterEach, describe, expect, it } from "vitest";
import { withConfiguredPrices } from "../../src/providers/configured-prices.ts";
import type { PriceTable } from "../../src/providers/port/settings.ts";
import { createScriptedProvider } from "../support/scripted-provider.ts";
import { type Bench, errorOf, openBench } from "./contract/setup.ts";

const background = { priority: "background" } as const;
const purchase = { priority: "purchase" } as const;
const byCountry: PriceTable = { kind: "any-service", countries: { "16": "0.12", "22": "abc", "6": "0.5" } };
const byService: PriceTable = {
  kind: "by-service",
  services: { wa: { "16": "0.12" }, tg: { "16": "0.2", "6": "0.3" } },
};

function configured(table: PriceTable, capabilities: { anyService?: boolean } = {}, usdRate = "1") {
  const inner = createScriptedProvider("alpha", capabilities);
  return { inner, provider: withConfiguredPrices(inner, table, usdRate) };
}

async function rowsOf(
  table: PriceTable,
  query: object,
  options: { anyService?: boolean } = {},
  usdRate = "1",
) {
  const { provider } = configured(table, options, usdRate);
  const rows = await provider.prices(query, background);
  return rows.map((row) => [row.serviceCode, row.countryCode, row.costMicros, row.stock, row.operator]);
}

describe("prices that the operator has set", () => {
  it("count for every service where they are by country", async () => {
    const rows = [
      ["wa", "16", 120_000n, null, null],
      ["wa", "6", 500_000n, null, null],
    ];
    expect(await rowsOf(byCountry, { serviceCode: "wa" })).toEqual(expect.arrayContaining(rows));
    expect(await rowsOf(byCountry, { serviceCode: "tg", countryCode: "6" })).toEqual([
      ["tg", "6", 500_000n, null, null],
    ]);
  });

  it("are rows without a service where a number takes any", async () => {
    const rows = await rowsOf(byCountry, { countryCode: "16" }, { anyService: true });
    expect(rows).toEqual([[null, "16", 120_000n, null, null]]);
    expect(await rowsOf(byCountry, {}, { anyService: true })).toHaveLength(2);
  });

  it("are those of the service where they are by service", async () => {
    expect(await rowsOf(byService, { serviceCode: "tg" })).toHaveLength(2);
    expect(await rowsOf(byService, { serviceCode: "tg", countryCode: "16" })).toEqual([
      ["tg", "16", 200_000n, null, null],
    ]);
    expect(await rowsOf(byService, { serviceCode: "constructor" })).toEqual([]);
    expect(await rowsOf(byService, {})).toHaveLength(3);
  });

  it("are in the account's currency, rounded up", async () => {
    expect(await rowsOf(byService, { serviceCode: "wa" }, {}, "0.0123456")).toEqual([
      ["wa", "16", 1_482n, null, null],
    ]);
  });

  it("ask the provider nothing, and are told as configured", async () => {
    const { inner, provider } = configured(byCountry);
    await provider.prices({ serviceCode: "wa" }, background);
    expect(inner.calls).toEqual([]);
    expect(provider.capabilities.prices).toBe("configured");
  });

  it("stop a purchase that has none, or whose price is above the ceiling, before any request", async () => {
    const { inner, provider } = configured(byCountry);
    const request = { serviceCode: "wa", operator: null, reference: "order", ceilingMicros: 120_000n };
    const unset = provider.buy({ ...request, countryCode: "187" }, purchase);
    expect(await errorOf(unset)).toMatchObject({ kind: "bad_mapping", definite: true });
    const dear = provider.buy({ ...request, countryCode: "6" }, purchase);
    expect(await errorOf(dear)).toMatchObject({ kind: "price_moved", definite: true });
    expect(inner.calls).toEqual([]);
  });
});

describe("a handler_api supplier without a price action", () => {
  let current: Bench | undefined;
  afterEach(async () => {
    await current?.close();
  });

  it("sells at the operator's prices, which stand for the cost that its answer does not tell", async () => {
    const prices: PriceTable = { kind: "by-service", services: { wa: { "16": "0.20" } } };
    current = await openBench({ protocol: "handler-api", settings: { prices } });
    const { provider, market, request, sent } = current;
    const [price] = await provider.prices({ serviceCode: "wa" }, background);
    expect(price).toMatchObject({ countryCode: "16", costMicros: 200_000n, stock: null });
    const rental = await provider.buy(request({ ceilingMicros: 250_000n }), purchase);
    expect(rental).toMatchObject({ phone: market.rentals()[0]?.phone, costMicros: 200_000n });
    expect(sent("prices")).toBe(0);
    expect(current.upstream.requests()[0]?.path).toContain("maxPrice=0.25");
  });
});
