import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { deferred } from "../../support/deferred.ts";
import {
  clear,
  createBuyer,
  createFixture,
  insertPastOrders,
  price,
  priceCalls,
  type Seller,
  sellers,
  selling,
} from "../fixture.ts";

let database: TestDatabase;
let buyerId = "";
beforeAll(async () => {
  database = await createTestDatabase();
  buyerId = await createBuyer(database.db, new Date("2026-03-01T12:00:00Z"));
});
afterAll(() => database.close());
beforeEach(() => clear(database.db));

const pair = { serviceId: "wa", countryId: "GB" };
const request = () => ({ buyerId, ...pair, language: "en" });

describe("the way to buy", () => {
  const route = { ...pair, ceilingMicros: 350_000n };

  async function waysAfter(past: readonly [string, number, number][], list: Seller[]): Promise<string[]> {
    const { catalog, clock } = await createFixture(database.db, list);
    for (const [provider, received, count] of past) {
      const rentedAt = new Date(clock.now().getTime() - 86_400_000);
      await insertPastOrders(database.db, { buyerId, provider, ...pair, rentedAt, received, count });
    }
    await catalog.quote(request());
    return (await catalog.route(route)).map(({ provider }) => provider);
  }

  it("begins with the cheapest where nothing is known", async () => {
    const list = sellers(["alpha", 300_000n, null], ["beta", 200_000n, 1], ["gamma", 250_000n, 9]);
    expect(await waysAfter([], list)).toEqual(["beta", "gamma", "alpha"]);
  });

  it("leaves out what is dearer than the ceiling and what is sold out", async () => {
    const list = sellers(["alpha", 350_000n, 1], ["beta", 350_001n, 1], ["gamma", 100_000n, 0]);
    expect(await waysAfter([], list)).toEqual(["alpha"]);
  });

  it("prefers a dearer provider that delivers to a cheap one that does not", async () => {
    const list = sellers(["alpha", 200_000n, 5], ["beta", 300_000n, 5]);
    const past: [string, number, number][] = [
      ["alpha", 5, 20],
      ["beta", 18, 20],
    ];
    expect(await waysAfter(past, list)).toEqual(["beta", "alpha"]);
  });

  it("takes no notice of fewer than 20 numbers", async () => {
    const list = sellers(["alpha", 200_000n, 5], ["beta", 300_000n, 5]);
    const past: [string, number, number][] = [
      ["alpha", 0, 19],
      ["beta", 19, 19],
    ];
    expect(await waysAfter(past, list)).toEqual(["alpha", "beta"]);
  });

  it("tries a provider that never delivered last, but tries it", async () => {
    const list = sellers(["alpha", 10_000n, 5], ["beta", 300_000n, 5]);
    expect(await waysAfter([["alpha", 0, 200]], list)).toEqual(["beta", "alpha"]);
  });

  it("is empty for an offer nobody has seen for 15 min", async () => {
    const { catalog, clock } = await createFixture(database.db, sellers(["alpha", 300_000n, 5]));
    await catalog.quote(request());
    await clock.advance(15 * 60_000 - 1);
    expect(await catalog.route(route)).toHaveLength(1);
    await clock.advance(1);
    expect(await catalog.route(route)).toHaveLength(0);
  });
});

describe("a refused purchase", () => {
  const route = { ...pair, ceilingMicros: 1_000_000n };
  const view = { serviceId: "wa", page: 0, pageSize: 9, sort: "best", language: "en" } as const;

  async function refused(kind: "no_stock" | "price_moved" | "bad_mapping", minCost: bigint | null = null) {
    const alpha = selling("alpha", 200_000n, 5);
    const list = [alpha, selling("beta", 300_000n, 5)];
    const fixture = await createFixture(database.db, list);
    await fixture.catalog.quote(request());
    const [first] = await fixture.catalog.route(route);
    if (first?.provider !== "alpha") throw new Error("alpha is not the first way");
    await fixture.clock.advance(1_000);
    await fixture.catalog.reportRefusal(first, kind, minCost);
    return { ...fixture, alpha };
  }

  it("for want of numbers takes the offer away until the provider's list is read again", async () => {
    const { catalog, clock } = await refused("no_stock");
    expect((await catalog.route(route)).map(({ provider }) => provider)).toEqual(["beta"]);
    expect((await catalog.countries(view)).items).toMatchObject([{ priceMicros: 390_000n, stock: 5 }]);
    await clock.advance(61_000);
    await catalog.countries(view);
    expect((await catalog.route(route)).map(({ provider }) => provider)).toEqual(["alpha", "beta"]);
  });

  it("for want of funds takes away what costs as much or more than the balance holds, and nothing else", async () => {
    const alpha = selling("alpha", 200_000n, 5);
    alpha.priceList = [price("wa", "16", 200_000n, 5), price("wa", "6", 90_000n, 5)];
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    const offersIn = async (countryId: string) =>
      (await catalog.route({ ...route, countryId })).map(({ costMicros }) => costMicros);
    await catalog.quote(request());
    await catalog.quote({ ...request(), countryId: "ID" });
    expect([await offersIn("GB"), await offersIn("ID")]).toEqual([[200_000n], [90_000n]]);
    const [dear] = await catalog.route(route);
    if (!dear) throw new Error("no way to buy");
    await clock.advance(1_000);
    await catalog.reportRefusal(dear, "no_funds", null);
    expect([await offersIn("GB"), await offersIn("ID")]).toEqual([[], [90_000n]]);
    const balance = (balanceMicros: bigint) =>
      database.db
        .updateTable("provider_health")
        .set({ balance_micros: balanceMicros })
        .where("provider", "=", "alpha")
        .execute();
    await balance(50_000n);
    expect(await offersIn("ID")).toEqual([]);
    await balance(90_000n);
    expect(await offersIn("ID")).toEqual([90_000n]);
  });

  it("is newer knowledge than an answer that was asked for before it", async () => {
    const alpha = selling("alpha", 200_000n, 5);
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    await catalog.quote(request());
    const [offer] = await catalog.route(route);
    if (!offer) throw new Error("no way to buy");
    await clock.advance(31_000);
    const answer = deferred<ReturnType<typeof price>[]>();
    alpha.onPrices = () => answer.promise;
    await catalog.countries(view);
    await expect.poll(() => priceCalls(alpha)).toHaveLength(2);
    await clock.advance(1);
    await catalog.reportRefusal(offer, "no_stock", null);
    answer.resolve([price("wa", "16", 200_000n, 5)]);
    await vi.waitFor(
      async () => {
        const scopes = await database.db
          .selectFrom("offer_scopes")
          .selectAll()
          .where("scope", "=", "wa")
          .execute();
        expect(scopes[0]?.observed_at).toEqual(new Date(clock.now().getTime() - 1));
      },
      { timeout: 10_000 },
    );
    expect(await catalog.route(route)).toEqual([]);
  });

  it("at a moved price leaves the offer at its new cost, or takes it away where that is not told", async () => {
    const { catalog } = await refused("price_moved", 500_000n);
    expect((await catalog.route(route)).map(({ provider, costMicros }) => [provider, costMicros])).toEqual([
      ["beta", 300_000n],
      ["alpha", 500_000n],
    ]);
    await clear(database.db);
    const untold = await refused("price_moved");
    expect((await untold.catalog.route(route)).map(({ provider }) => provider)).toEqual(["beta"]);
  });

  it("for codes that the provider does not know takes the offer away for ten minutes of price lists", async () => {
    const { catalog, clock } = await refused("bad_mapping");
    for (let minute = 1; minute < 10; minute += 1) {
      await clock.advance(60_000);
      expect((await catalog.countries(view)).items).toMatchObject([{ priceMicros: 390_000n }]);
      expect((await catalog.route(route)).map(({ provider }) => provider)).toEqual(["beta"]);
    }
    // Reading the lists of services and countries says nothing about the pair.
    await catalog.syncLists();
    expect((await catalog.route(route)).map(({ provider }) => provider)).toEqual(["beta"]);
    await clock.advance(61_000);
    await catalog.countries(view);
    expect((await catalog.route(route)).map(({ provider }) => provider)).toEqual(["alpha", "beta"]);
  });

  it("for unknown codes keeps the offer away as long as no price list shows it again", async () => {
    const { catalog, clock, alpha } = await refused("bad_mapping");
    await clock.advance(60_000);
    alpha.onPrices = async () => [];
    await catalog.countries(view);
    await clock.advance(15 * 60_000);
    await catalog.countries(view);
    expect((await catalog.route(route)).map(({ provider }) => provider)).toEqual(["beta"]);
    alpha.onPrices = async () => [price("wa", "16", 200_000n, 5)];
    await clock.advance(61_000);
    await catalog.countries(view);
    expect((await catalog.route(route)).map(({ provider }) => provider)).toEqual(["alpha", "beta"]);
  });
});
