import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CountrySort } from "../../../src/catalog/catalog.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { clear, createFixture, createSeller, price, priceCalls } from "../fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => clear(database.db));

const whatsapp = {
  serviceId: "wa",
  page: 0,
  pageSize: 50,
  sort: "price" as CountrySort,
  language: "en",
};
const pricesOf = (page: { items: readonly { country: { id: string }; priceMicros: bigint }[] }) =>
  page.items.map(({ country, priceMicros }) => [country.id, priceMicros]);

describe("offers", () => {
  it("are asked for at the first look and shown with the best price and the stock of all providers", async () => {
    const alpha = createSeller("alpha");
    alpha.priceList = [price("wa", "16", 300_000n, 4), price("wa", "6", 100_000n, 7), price("ds", "16", 1n)];
    const beta = createSeller("beta", { prices: "all" });
    beta.priceList = [price("wa", "16", 200_000n, 3), price("wa", "6", 150_000n, null)];
    const { catalog } = await createFixture(database.db, [alpha, beta]);
    const page = await catalog.countries(whatsapp);
    expect(page).toMatchObject({
      stale: false,
      items: [
        { country: { id: "ID" }, priceMicros: 130_000n, stock: 7 },
        { country: { id: "GB" }, priceMicros: 260_000n, stock: 7 },
      ],
    });
    expect(priceCalls(alpha)).toEqual(["prices wa *"]);
    expect(priceCalls(beta)).toEqual(["prices * *"]);
  });

  it("keep both of a provider's codes for one country, and all of its operators", async () => {
    const alpha = createSeller("alpha");
    alpha.priceList = [
      price("wa", "187", 300_000n, 1),
      price("wa", "12", 200_000n, 2),
      price("wa", "12", 250_000n, 4, "o2"),
    ];
    const { catalog } = await createFixture(database.db, [alpha]);
    const page = await catalog.countries(whatsapp);
    expect(page.items).toMatchObject([{ country: { id: "US" }, priceMicros: 260_000n, stock: 7 }]);
    const ways = await catalog.route({ serviceId: "wa", countryId: "US", ceilingMicros: 400_000n });
    expect(ways.map((way) => [way.countryCode, way.operator])).toEqual([
      ["12", null],
      ["12", "o2"],
      ["187", null],
    ]);
  });

  it("of a provider whose circuit is open are left out, and it is not asked", async () => {
    const alpha = createSeller("alpha");
    alpha.priceList = [price("wa", "16", 300_000n)];
    const beta = createSeller("beta");
    beta.priceList = [price("wa", "16", 100_000n)];
    const { catalog, clock } = await createFixture(database.db, [alpha, beta]);
    await catalog.countries(whatsapp);
    await database.db
      .insertInto("provider_health")
      .values({ provider: "beta", state: "open", updated_at: clock.now() })
      .execute();
    await clock.advance(61_000);
    const page = await catalog.countries(whatsapp);
    expect(page).toMatchObject({ stale: false, items: [{ priceMicros: 390_000n, stock: 5 }] });
    expect(priceCalls(beta)).toHaveLength(1);
    const route = await catalog.route({ serviceId: "wa", countryId: "GB", ceilingMicros: 1_000_000n });
    expect(route.map(({ provider }) => provider)).toEqual(["alpha"]);
  });

  it("that make no sense or cannot be mapped are not offered", async () => {
    const alpha = createSeller("alpha");
    alpha.onPrices = async () => [
      price("wa", "16", 300_000n, -3),
      price("wa", "6", 0n),
      price("wa", "404", 100_000n),
      price("ds", "6", 100_000n),
      price("wa", "187", 400_000n, 3e10),
      price("wa", "187", 300_000n, 2),
    ];
    const { catalog } = await createFixture(database.db, [alpha]);
    expect(pricesOf(await catalog.countries(whatsapp))).toEqual([["US", 390_000n]]);
  });

  it("of a provider whose numbers take any service count for every service", async () => {
    const gateway = createSeller("gateway", { anyService: true, prices: "configured" });
    gateway.serviceList = [];
    gateway.priceList = [price(null, "16", 120_000n, null)];
    const { catalog } = await createFixture(database.db, [gateway]);
    const { items } = await catalog.services({ page: 0, pageSize: 100, sort: "popular" });
    expect(items.slice(0, 2).map(({ name }) => name)).toEqual(["WhatsApp", "Google"]);
    expect(items.some(({ id }) => id === "tg")).toBe(false);
    for (const serviceId of ["wa", "ds"]) {
      const page = await catalog.countries({ ...whatsapp, serviceId });
      expect(page.items).toMatchObject([{ country: { id: "GB" }, priceMicros: 160_000n, stock: null }]);
    }
    const route = await catalog.route({ serviceId: "ds", countryId: "GB", ceilingMicros: 140_000n });
    expect(route).toMatchObject([
      { provider: "gateway", serviceId: "ds", serviceCode: null, operator: null },
    ]);
  });

  it("of a blocked service are neither shown nor asked for", async () => {
    const alpha = createSeller("alpha");
    alpha.priceList = [price("tg", "16", 300_000n)];
    const { catalog } = await createFixture(database.db, [alpha]);
    expect(await catalog.countries({ ...whatsapp, serviceId: "tg" })).toMatchObject({
      items: [],
      pageCount: 1,
    });
    expect(await catalog.search("telegram uk", "en")).toEqual({ kind: "none" });
    expect(priceCalls(alpha)).toEqual([]);
  });
});
