import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { CountrySort } from "../../../src/catalog/catalog.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { clear, createBuyer, createFixture, createSeller, price, priceCalls } from "../fixture.ts";

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
    await expect.poll(() => priceCalls(alpha)).toHaveLength(2);
    const observedAt = async (): Promise<Date | null | undefined> => {
      const rows = database.db
        .selectFrom("offer_scopes")
        .select("observed_at")
        .where("provider", "=", "alpha")
        // Its lists have a row of their own, which keeps its time.
        .where("scope", "=", "wa");
      return (await rows.executeTakeFirst())?.observed_at;
    };
    await expect.poll(observedAt).toEqual(clock.now());
    await clock.pass(10_000);
    await first;
    await clock.advance(21_000);
    await catalog.refreshLookedAt();
    expect(priceCalls(alpha)).toHaveLength(3);
    expect(priceCalls(hanging)).toHaveLength(2);
    // Given up after a minute, so that the provider has its chance again.
    await clock.advance(60_000);
    hanging.onPrices = undefined;
    await vi.waitFor(
      async () => {
        const failed = await database.db
          .selectFrom("offer_scopes")
          .where("failed_at", "is not", null)
          .selectAll()
          .execute();
        expect(failed).toMatchObject([{ provider: "hanging", scope: "wa" }]);
      },
      { timeout: 10_000 },
    );
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
