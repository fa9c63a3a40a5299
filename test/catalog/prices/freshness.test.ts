import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { CountrySort } from "../../../src/catalog/catalog.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { deferred } from "../../support/deferred.ts";
import { providerError } from "../../support/scripted-provider.ts";
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

describe("prices", () => {
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
    const asleep = clock.sleeping();
    const waiting = catalog.countries(whatsapp);
    await expect.poll(() => clock.sleeping()).toBe(asleep + 1);
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
    await expect.poll(() => priceCalls(alpha)).toHaveLength(1);
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
    await vi.waitFor(
      async () => {
        const stored = await database.db.selectFrom("offers").select("provider").execute();
        expect(stored).toHaveLength(1);
      },
      { timeout: 10_000 },
    );
    await clock.pass(1_500);
    expect(await viewing).toMatchObject({ stale: true, items: [{ priceMicros: 390_000n }] });
  });

  it("are waited for 1.5 s where there is nothing to show, and no longer; it is said that they are missing", async () => {
    const hanging = createSeller("hanging");
    hanging.onPrices = () => new Promise(() => undefined);
    const { catalog, clock } = await createFixture(database.db, [hanging]);
    const viewing = catalog.countries(whatsapp);
    await clock.pass(1_500);
    expect(await viewing).toMatchObject({ unanswered: 1, items: [] });
  });

  it("of a provider that was never read are waited for, although another's are stored", async () => {
    const stored = createSeller("stored");
    stored.priceList = [price("wa", "16", 300_000n)];
    const first = await createFixture(database.db, [stored]);
    await first.catalog.countries(whatsapp);
    const slow = createSeller("slow");
    const answer = deferred<ReturnType<typeof price>[]>();
    slow.onPrices = () => answer.promise;
    const { catalog } = await createFixture(database.db, [stored, slow]);
    const viewing = catalog.countries(whatsapp);
    answer.resolve([price("wa", "16", 100_000n)]);
    expect(await viewing).toMatchObject({ unanswered: 0, items: [{ priceMicros: 130_000n }] });
  });

  it("of a provider that hangs hold nobody up longer, and it is told how many are missing", async () => {
    const stored = createSeller("stored");
    stored.priceList = [price("wa", "16", 300_000n)];
    const hanging = createSeller("hanging");
    hanging.onPrices = () => new Promise(() => undefined);
    const { catalog, clock } = await createFixture(database.db, [stored, hanging]);
    const viewing = catalog.countries(whatsapp);
    await clock.pass(1_500);
    expect(await viewing).toMatchObject({ unanswered: 1, items: [{ priceMicros: 390_000n }] });
  });

  it("arrive in the background when the viewer did not wait for them", async () => {
    const slow = createSeller("slow");
    const answer = deferred<ReturnType<typeof price>[]>();
    slow.onPrices = () => answer.promise;
    const { catalog, clock } = await createFixture(database.db, [slow]);
    const viewing = catalog.countries(whatsapp);
    await clock.pass(1_500);
    expect((await viewing).items).toEqual([]);
    answer.resolve([price("wa", "16", 300_000n)]);
    await expect.poll(async () => pricesOf(await catalog.countries(whatsapp))).toEqual([["GB", 390_000n]]);
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
});
