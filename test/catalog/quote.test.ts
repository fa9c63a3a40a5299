import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { selectQuote } from "../../src/db/queries/quotes.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { deferred } from "../support/deferred.ts";
import { providerError } from "../support/scripted-provider.ts";
import {
  clear,
  createBuyer,
  createFixture,
  createSeller,
  insertPastOrders,
  price,
  priceCalls,
  type Seller,
} from "./fixture.ts";

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

function selling(name: string, cost: bigint, stock: number | null): Seller {
  const seller = createSeller(name);
  seller.priceList = [price("wa", "16", cost, stock)];
  return seller;
}

function sellers(...list: readonly [string, bigint, number | null][]): Seller[] {
  return list.map(([name, cost, stock]) => selling(name, cost, stock));
}

describe("a quote", () => {
  it("is the cheapest offer's price, binding for ten minutes, with room up to the minimum profit", async () => {
    const { catalog, clock } = await createFixture(
      database.db,
      sellers(["alpha", 300_000n, 4], ["beta", 180_000n, 3], ["gamma", 100_000n, 0]),
    );
    const result = await catalog.quote(request());
    expect(result).toMatchObject({
      kind: "quote",
      quote: { ...pair, priceMicros: 240_000n, costCeilingMicros: 220_000n },
      offer: { country: { id: "GB", name: "UK" }, priceMicros: 240_000n, stock: 7, successPercent: null },
      facts: { lifetimeMs: 1_200_000, cancelAfterMs: 120_000, another: true },
    });
    if (result.kind !== "quote") throw new Error("no quote");
    expect(result.quote.expiresAt).toEqual(new Date(clock.now().getTime() + 600_000));
    expect(await selectQuote(database.db, result.quote.id)).toEqual({
      ...result.quote,
      buyerId,
      createdAt: clock.now(),
    });
    expect(await selectQuote(database.db, newId())).toBeUndefined();
  });

  it("follows the most specific price rule", async () => {
    const { catalog, clock } = await createFixture(
      database.db,
      sellers(["alpha", 100_000n, 1], ["beta", 150_000n, 1]),
    );
    const rule = { id: newId(), markup_basis_points: 10_000, min_profit_micros: 50_000n, actor: "test" };
    const at = clock.now();
    await database.db
      .insertInto("price_rules")
      .values([
        { ...rule, service_id: "wa", created_at: at },
        {
          ...rule,
          id: newId(),
          provider: "beta",
          markup_basis_points: 0,
          min_profit_micros: 10_000n,
          created_at: at,
        },
      ])
      .execute();
    // alpha would be 0.20, beta is 0.16: the buyer sees the lower price, and it leaves beta's profit.
    expect(await catalog.quote(request())).toMatchObject({
      quote: { priceMicros: 160_000n, costCeilingMicros: 150_000n },
    });
  });

  it("asks for prices older than 60 s first, and not for younger ones", async () => {
    const alpha = selling("alpha", 300_000n, 4);
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    await catalog.quote(request());
    await clock.advance(60_000);
    await catalog.quote(request());
    expect(priceCalls(alpha)).toHaveLength(1);
    alpha.priceList = [price("wa", "16", 400_000n)];
    await clock.advance(1);
    expect(await catalog.quote(request())).toMatchObject({ quote: { priceMicros: 520_000n } });
    expect(priceCalls(alpha)).toHaveLength(2);
  });

  it("is given on the known price when the provider does not answer within 1.5 s", async () => {
    const alpha = selling("alpha", 300_000n, 4);
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    await catalog.quote(request());
    alpha.onPrices = () => new Promise(() => undefined);
    await clock.advance(61_000);
    const quoting = catalog.quote(request());
    await clock.pass(1_500);
    expect(await quoting).toMatchObject({ kind: "quote", quote: { priceMicros: 390_000n } });
  });

  it("tells what is sold out from what cannot be reached", async () => {
    const alpha = selling("alpha", 300_000n, 0);
    const beta = selling("beta", 300_000n, 0);
    const { catalog, clock } = await createFixture(database.db, [alpha, beta]);
    const refused = (code: string) => ({ kind: "refused", code });
    expect(await catalog.quote(request())).toEqual(refused("out_of_stock"));
    expect(await catalog.quote({ ...request(), countryId: "JP" })).toEqual(refused("out_of_stock"));
    expect(await catalog.quote({ ...request(), serviceId: "~aaaaaaaa" })).toEqual(refused("out_of_stock"));
    expect(await catalog.quote({ ...request(), serviceId: "tg" })).toEqual(refused("service_blocked"));

    const fail = () => Promise.reject(providerError("unreachable", true));
    alpha.onPrices = fail;
    await clock.advance(61_000);
    expect(await catalog.quote(request())).toEqual(refused("out_of_stock"));
    beta.onPrices = fail;
    await clock.advance(61_000);
    expect(await catalog.quote(request())).toEqual(refused("providers_unavailable"));
    await database.db
      .insertInto("provider_health")
      .values(["alpha", "beta"].map((provider) => ({ provider, state: "open", updated_at: clock.now() })))
      .execute();
    expect(await catalog.quote(request())).toEqual(refused("providers_unavailable"));
  });

  it("says what the provider that is tried first can do", async () => {
    const alpha = createSeller("alpha", {
      cancel: false,
      another: false,
      lifetimeMs: null,
      cancelAfterMs: 300_000,
    });
    alpha.priceList = [price("wa", "16", 300_000n)];
    const { catalog } = await createFixture(database.db, [alpha]);
    expect(await catalog.quote(request())).toMatchObject({
      facts: { cancelAfterMs: null, another: false, lifetimeMs: 1_200_000 },
    });
  });
});

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
    return fixture;
  }

  it("for want of numbers takes the offer away until the provider's list is read again", async () => {
    const { catalog, clock } = await refused("no_stock");
    expect((await catalog.route(route)).map(({ provider }) => provider)).toEqual(["beta"]);
    expect((await catalog.countries(view)).items).toMatchObject([{ priceMicros: 390_000n, stock: 5 }]);
    await clock.advance(61_000);
    await catalog.countries(view);
    expect((await catalog.route(route)).map(({ provider }) => provider)).toEqual(["alpha", "beta"]);
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
    await vi.waitFor(() => expect(priceCalls(alpha)).toHaveLength(2));
    await clock.advance(1);
    await catalog.reportRefusal(offer, "no_stock", null);
    answer.resolve([price("wa", "16", 200_000n, 5)]);
    await vi.waitFor(async () => {
      const scopes = await database.db
        .selectFrom("offer_scopes")
        .selectAll()
        .where("scope", "=", "wa")
        .execute();
      expect(scopes[0]?.observed_at).toEqual(new Date(clock.now().getTime() - 1));
    });
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

  it("for codes that the provider does not know takes the offer away until its lists are read again", async () => {
    const { catalog, clock } = await refused("bad_mapping");
    await clock.advance(61_000);
    expect((await catalog.countries(view)).items).toMatchObject([{ priceMicros: 390_000n }]);
    expect((await catalog.route(route)).map(({ provider }) => provider)).toEqual(["beta"]);
    await catalog.syncLists();
    expect((await catalog.route(route)).map(({ provider }) => provider)).toEqual(["alpha", "beta"]);
  });
});

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
