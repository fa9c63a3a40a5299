import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createStatistics } from "../../../src/catalog/offers/delivery-statistics.ts";
import { createTestClock } from "../../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import {
  clear,
  createBuyer,
  createFixture,
  createSeller,
  insertPastOrders,
  type PastOrders,
  price,
} from "../fixture.ts";

let database: TestDatabase;
let buyerId = "";
beforeAll(async () => {
  database = await createTestDatabase();
  buyerId = await createBuyer(database.db, new Date("2026-03-01T12:00:00Z"));
});
afterAll(() => database.close());
beforeEach(() => clear(database.db));

describe("statistics", () => {
  const view = { serviceId: "wa", page: 0, pageSize: 9, language: "en" } as const;

  it("show how often and how fast codes came in seven days, over all providers, from 20 numbers on", async () => {
    const alpha = createSeller("alpha");
    alpha.priceList = ["16", "187", "6"].map((code) => price("wa", code, 300_000n));
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    const days = (count: number) => new Date(clock.now().getTime() - count * 86_400_000);
    const past = { buyerId, provider: "alpha", serviceId: "wa", rentedAt: days(1) };
    await insertPastOrders(database.db, { ...past, countryId: "GB", received: 12, count: 15, seconds: 20 });
    await insertPastOrders(database.db, {
      ...past,
      provider: "beta",
      countryId: "GB",
      received: 5,
      count: 5,
      seconds: 60,
    });
    // Too old, still open, too few.
    await insertPastOrders(database.db, {
      ...past,
      countryId: "GB",
      rentedAt: days(8),
      received: 0,
      count: 50,
    });
    await insertPastOrders(database.db, { ...past, countryId: "GB", received: 0, count: 50, isOpen: true });
    await insertPastOrders(database.db, { ...past, countryId: "US", received: 19, count: 19 });
    const { items } = await catalog.countries({ ...view, sort: "name" });
    expect(
      items.map(({ country, successPercent, medianSeconds }) => [country.id, successPercent, medianSeconds]),
    ).toEqual([
      ["ID", null, null],
      ["GB", 85, 20],
      ["US", null, null],
    ]);
  });

  it("tell the usual wait for a code of a service at a provider, over all countries, from 20 codes in seven days on", async () => {
    const clock = createTestClock();
    const at = (daysAgo: number) => new Date(clock.now().getTime() - daysAgo * 86_400_000);
    const insert = (received: number, seconds: number, change: Partial<PastOrders> = {}) => {
      const past = { buyerId, provider: "alpha", serviceId: "wa", countryId: "GB", rentedAt: at(1) };
      return insertPastOrders(database.db, { ...past, received, count: received, seconds, ...change });
    };
    await insert(9, 20);
    await insert(2, 30, { countryId: "ID" });
    await insert(9, 500, { rentedAt: at(6.9) });
    // Other numbers: without a code, still open, too old, of another provider, of another service.
    await insert(0, 9_000, { count: 50 });
    await insert(0, 9_000, { count: 50, isOpen: true });
    await insert(50, 9_000, { rentedAt: at(7.1) });
    await insert(19, 9_000, { provider: "beta" });
    await insert(20, 90, { provider: "beta", serviceId: "tg" });
    const statistics = await createStatistics({ db: database.db, clock })();
    expect(statistics.usualWaitMs("alpha", "wa")).toBe(30_000);
    expect(statistics.usualWaitMs("beta", "wa")).toBeUndefined();
    expect(statistics.usualWaitMs("beta", "tg")).toBe(90_000);
    expect(statistics.usualWaitMs("alpha", "tg")).toBeUndefined();
  });

  it("tell the usual wait as the mean of the two in the middle, to a part of a second", async () => {
    const clock = createTestClock();
    const past = { buyerId, provider: "alpha", serviceId: "wa", countryId: "GB", rentedAt: clock.now() };
    for (const seconds of [10, 15])
      await insertPastOrders(database.db, { ...past, received: 10, count: 10, seconds });
    const statistics = await createStatistics({ db: database.db, clock })();
    expect(statistics.usualWaitMs("alpha", "wa")).toBe(12_500);
  });

  it("decide what is best: proven first, then popular, then the rest, and proven bad last", async () => {
    const alpha = createSeller("alpha");
    alpha.countryList = ["US", "GB", "ID", "FJ", "JP", "DE"].map((iso2) => ({ code: iso2, name: "", iso2 }));
    const costs = { US: 500_000n, GB: 300_000n, ID: 100_000n, FJ: 20_000n, JP: 200_000n, DE: 10_000n };
    alpha.priceList = Object.entries(costs).map(([code, cost]) => price("wa", code, cost));
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    const past = { buyerId, provider: "alpha", serviceId: "wa", rentedAt: clock.now(), count: 20 };
    await insertPastOrders(database.db, { ...past, countryId: "GB", received: 18 });
    await insertPastOrders(database.db, { ...past, countryId: "JP", received: 8 });
    await insertPastOrders(database.db, { ...past, countryId: "DE", received: 2 });
    const ids = async (sort: "best" | "price" | "name") =>
      (await catalog.countries({ ...view, sort })).items.map(({ country }) => country.id);
    expect(await ids("best")).toEqual(["GB", "JP", "US", "ID", "FJ", "DE"]);
    expect(await ids("price")).toEqual(["DE", "FJ", "ID", "JP", "GB", "US"]);
    expect(await ids("name")).toEqual(["FJ", "DE", "ID", "JP", "GB", "US"]);
    const others = await catalog.alternatives({ serviceId: "wa", countryId: "GB", language: "en", limit: 2 });
    expect(others.map(({ country }) => country.id)).toEqual(["JP", "US"]);
  });

  it.each([
    [0, 0, 2],
    [1, 1, 1],
    [-1, 0, 2],
    [1e9, 1, 1],
  ])("do not stop paging: page %s is page %s with %s countries", async (asked, shown, count) => {
    const alpha = createSeller("alpha");
    alpha.priceList = ["16", "187", "6"].map((code) => price("wa", code, 300_000n));
    const { catalog } = await createFixture(database.db, [alpha]);
    const page = await catalog.countries({ ...view, page: asked, pageSize: 2, sort: "price" });
    expect(page).toMatchObject({ page: shown, pageCount: 2 });
    expect(page.items).toHaveLength(count);
  });
});
