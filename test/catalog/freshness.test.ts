import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { CountrySort } from "../../src/catalog/catalog.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { deferred } from "../support/deferred.ts";
import { providerError } from "../support/scripted-provider.ts";
import { clear, createBuyer, createFixture, createSeller, price, priceCalls } from "./fixture.ts";

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

describe("prices", () => {
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

  it("are not asked for again within 30 s, quietly after that, and with a short wait after 60 s", async () => {
    const alpha = createSeller("alpha");
    alpha.priceList = [price("wa", "16", 300_000n)];
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    await catalog.countries(whatsapp);
    await clock.advance(29_000);
    await catalog.countries(whatsapp);
    expect(priceCalls(alpha)).toHaveLength(1);

    const answer = deferred<ReturnType<typeof price>[]>();
    alpha.onPrices = () => answer.promise;
    await clock.advance(2_000);
    const quiet = await catalog.countries(whatsapp);
    expect(priceCalls(alpha)).toHaveLength(2);
    expect(quiet).toMatchObject({ stale: false, items: [{ priceMicros: 390_000n }] });

    await clock.advance(30_000);
    const waiting = catalog.countries(whatsapp);
    answer.resolve([price("wa", "16", 400_000n)]);
    expect(await waiting).toMatchObject({ stale: false, items: [{ priceMicros: 520_000n }] });
    // Two viewers, one request.
    expect(priceCalls(alpha)).toHaveLength(2);
  });

  it("of one service are asked for once by any number of viewers at the same time", async () => {
    const alpha = createSeller("alpha");
    const answer = deferred<ReturnType<typeof price>[]>();
    alpha.onPrices = () => answer.promise;
    const { catalog } = await createFixture(database.db, [alpha]);
    const viewers = Array.from({ length: 20 }, () => catalog.countries(whatsapp));
    await vi.waitFor(() => expect(priceCalls(alpha)).toHaveLength(1));
    answer.resolve([price("wa", "16", 300_000n)]);
    for (const page of await Promise.all(viewers)) expect(pricesOf(page)).toEqual([["GB", 390_000n]]);
    expect(priceCalls(alpha)).toHaveLength(1);
  });

  it("of one provider are shown after 1.5 s although another one hangs, and marked", async () => {
    const hanging = createSeller("hanging");
    hanging.onPrices = () => new Promise(() => undefined);
    const alpha = createSeller("alpha");
    alpha.priceList = [price("wa", "16", 300_000n)];
    const { catalog, clock } = await createFixture(database.db, [hanging, alpha]);
    const viewing = catalog.countries(whatsapp);
    await vi.waitFor(async () => {
      const stored = await database.db.selectFrom("offers").select("provider").execute();
      expect(stored).toHaveLength(1);
    });
    await clock.pass(1_500);
    expect(await viewing).toMatchObject({ stale: true, items: [{ priceMicros: 390_000n }] });
  });

  it("are waited for 6 s where there is nothing to show, and no longer", async () => {
    const hanging = createSeller("hanging");
    hanging.onPrices = () => new Promise(() => undefined);
    const { catalog, clock } = await createFixture(database.db, [hanging]);
    const viewing = catalog.countries(whatsapp);
    let isDone = false;
    void viewing.then(() => {
      isDone = true;
    });
    await clock.pass(1_500);
    expect(isDone).toBe(false);
    await clock.pass(4_500);
    expect(await viewing).toMatchObject({ stale: true, items: [] });
  });

  it("arrive in the background when the viewer did not wait for them", async () => {
    const slow = createSeller("slow");
    const answer = deferred<ReturnType<typeof price>[]>();
    slow.onPrices = () => answer.promise;
    const { catalog, clock } = await createFixture(database.db, [slow]);
    const viewing = catalog.countries(whatsapp);
    await clock.pass(1_500);
    await clock.pass(4_500);
    expect((await viewing).items).toEqual([]);
    answer.resolve([price("wa", "16", 300_000n)]);
    await vi.waitFor(async () =>
      expect(pricesOf(await catalog.countries(whatsapp))).toEqual([["GB", 390_000n]]),
    );
    expect(priceCalls(slow)).toHaveLength(1);
  });

  it("stay and are marked while their provider fails, then leave after 15 min", async () => {
    const alpha = createSeller("alpha");
    alpha.priceList = [price("wa", "16", 300_000n)];
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    await catalog.countries(whatsapp);
    alpha.onPrices = () => Promise.reject(providerError("unavailable", true));
    await clock.advance(61_000);
    expect(await catalog.countries(whatsapp)).toMatchObject({
      stale: true,
      items: [{ priceMicros: 390_000n }],
    });
    await clock.advance(13 * 60_000);
    expect((await catalog.countries(whatsapp)).items).toHaveLength(1);
    await clock.advance(60_000);
    expect(await catalog.countries(whatsapp)).toMatchObject({ stale: true, items: [] });
    alpha.onPrices = undefined;
    await clock.advance(11_000);
    expect(await catalog.countries(whatsapp)).toMatchObject({
      stale: false,
      items: [{ priceMicros: 390_000n }],
    });
  });

  it("are not asked for again within 10 s of a failure", async () => {
    const alpha = createSeller("alpha");
    alpha.onPrices = () => Promise.reject(providerError("timeout", true));
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    await catalog.countries(whatsapp);
    await catalog.countries(whatsapp);
    expect(priceCalls(alpha)).toHaveLength(1);
    await clock.advance(10_001);
    await catalog.countries(whatsapp);
    expect(priceCalls(alpha)).toHaveLength(2);
  });

  it("that a provider no longer lists are gone with the next answer", async () => {
    const alpha = createSeller("alpha");
    alpha.priceList = [price("wa", "16", 300_000n), price("wa", "6", 100_000n)];
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    expect((await catalog.countries(whatsapp)).items).toHaveLength(2);
    alpha.priceList = [price("wa", "6", 100_000n)];
    await clock.advance(61_000);
    expect(pricesOf(await catalog.countries(whatsapp))).toEqual([["ID", 130_000n]]);
    // "We do not have that service" is an answer, not a failure.
    alpha.onPrices = () => Promise.reject(providerError("bad_mapping", true));
    await clock.advance(61_000);
    expect(await catalog.countries(whatsapp)).toMatchObject({ stale: false, items: [] });
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

describe("what can only be asked pair by pair", () => {
  const many = ["ID", "GB", "US", "IN", "BR", "PH", "RU", "VN", "NG", "CA", "DE", "FR", "NL", "ES", "PL"];

  it("is asked for the popular countries, a dozen at a time, those not seen for longest first", async () => {
    const pairs = createSeller("pairs", { prices: "per-pair" });
    pairs.countryList = many.map((iso2) => ({ code: iso2.toLowerCase(), name: `Region ${iso2}`, iso2 }));
    pairs.priceList = many.map((iso2) => price("wa", iso2.toLowerCase(), 100_000n));
    const { catalog, clock } = await createFixture(database.db, [pairs]);
    expect((await catalog.countries(whatsapp)).items).toHaveLength(12);
    expect(priceCalls(pairs)).toHaveLength(12);
    await clock.advance(31_000);
    await catalog.refreshLookedAt();
    expect(priceCalls(pairs)).toHaveLength(15);
    expect((await catalog.countries(whatsapp)).items).toHaveLength(15);
  });

  it("is asked for exactly before a quote", async () => {
    const pairs = createSeller("pairs", { prices: "per-pair" });
    pairs.priceList = [price("wa", "189", 100_000n)];
    const { catalog, clock } = await createFixture(database.db, [pairs]);
    const buyerId = await createBuyer(database.db, clock.now());
    const quote = await catalog.quote({ buyerId, serviceId: "wa", countryId: "FJ", language: "en" });
    expect(quote).toMatchObject({ kind: "quote", quote: { priceMicros: 130_000n } });
    expect(priceCalls(pairs)).toEqual(["prices wa 189"]);
  });
});

describe("what people look at", () => {
  it("is refreshed while it is looked at, and left alone two minutes later", async () => {
    const alpha = createSeller("alpha");
    alpha.priceList = [price("wa", "16", 300_000n)];
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    await catalog.refreshLookedAt();
    expect(priceCalls(alpha)).toHaveLength(0);
    await catalog.countries(whatsapp);
    await clock.advance(15_000);
    await catalog.refreshLookedAt();
    expect(priceCalls(alpha)).toHaveLength(1);
    await clock.advance(16_000);
    await catalog.refreshLookedAt();
    expect(priceCalls(alpha)).toHaveLength(2);
    await clock.advance(90_000);
    await catalog.refreshLookedAt();
    expect(priceCalls(alpha)).toHaveLength(2);
  });

  it("is refreshed for everybody else while one provider hangs, which is asked no second time", async () => {
    const hanging = createSeller("hanging");
    const alpha = createSeller("alpha");
    for (const seller of [hanging, alpha]) seller.priceList = [price("wa", "16", 300_000n)];
    const { catalog, clock } = await createFixture(database.db, [hanging, alpha]);
    await catalog.countries(whatsapp);
    hanging.onPrices = () => new Promise(() => undefined);
    await clock.advance(31_000);
    const first = catalog.refreshLookedAt();
    await vi.waitFor(() => expect(priceCalls(alpha)).toHaveLength(2));
    await clock.pass(10_000);
    await first;
    await clock.advance(21_000);
    await catalog.refreshLookedAt();
    expect(priceCalls(alpha)).toHaveLength(3);
    expect(priceCalls(hanging)).toHaveLength(2);
    // Given up after a minute, so that the provider has its chance again.
    await clock.advance(60_000);
    hanging.onPrices = undefined;
    await vi.waitFor(async () => {
      const failed = await database.db
        .selectFrom("offer_scopes")
        .where("failed_at", "is not", null)
        .selectAll()
        .execute();
      expect(failed).toMatchObject([{ provider: "hanging", scope: "wa" }]);
    });
    await clock.advance(11_000);
    await catalog.countries(whatsapp);
    expect(priceCalls(hanging)).toHaveLength(3);
  });

  it("is asked for by one of two replicas only", async () => {
    const alpha = createSeller("alpha");
    alpha.priceList = [price("wa", "16", 300_000n)];
    const { catalog, replica } = await createFixture(database.db, [alpha]);
    await catalog.countries(whatsapp);
    expect((await replica().countries(whatsapp)).items).toHaveLength(1);
    expect(priceCalls(alpha)).toHaveLength(1);
  });
});
