import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { providerError } from "../../support/scripted-provider.ts";
import { clear, createBuyer, createFixture, createSeller, price } from "../fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => clear(database.db));

const all = { page: 0, pageSize: 100, sort: "name" } as const;
const idsOf = (items: readonly { id: string }[]): string[] => items.map(({ id }) => id);

describe("the providers' lists", () => {
  it("give one code two meanings at two providers, and each is bought by its own", async () => {
    const oxgel = createSeller("oxgel", { prices: "all" });
    oxgel.serviceList = [{ code: "tk", name: "TikTok" }];
    oxgel.priceList = [price("tk", "16", 100_000n)];
    const bower = createSeller("bower", { prices: "all" });
    bower.serviceList = [
      { code: "tk", name: "MVideo" },
      { code: "lf", name: "TikTok / Douyin" },
    ];
    bower.priceList = [price("tk", "16", 50_000n), price("lf", "16", 200_000n)];
    const { catalog } = await createFixture(database.db, [oxgel, bower]);
    const buyerId = await createBuyer(database.db, new Date());
    const quote = { buyerId, countryId: "GB", language: "en" };
    await catalog.quote({ ...quote, serviceId: "lf" });
    const ways = await catalog.route({ serviceId: "lf", countryId: "GB", ceilingMicros: 1_000_000n });
    expect(ways.map((way) => [way.provider, way.serviceCode])).toEqual([
      ["oxgel", "tk"],
      ["bower", "lf"],
    ]);
    const mvideo = await catalog.route({ serviceId: "tk", countryId: "GB", ceilingMicros: 1_000_000n });
    expect(mvideo.map((way) => [way.provider, way.costMicros])).toEqual([["bower", 50_000n]]);
  });

  it("are sold under their own names where no table of ours has them", async () => {
    const alpha = createSeller("alpha");
    alpha.serviceList = [{ code: "q7", name: "Quokka Chat" }];
    alpha.countryList = [{ code: "77", name: "New Atlantis", iso2: null }];
    alpha.priceList = [price("q7", "77", 100_000n)];
    const { catalog } = await createFixture(database.db, [alpha]);
    const [quokka] = (await catalog.services(all)).items;
    expect(quokka?.name).toBe("Quokka Chat");
    const serviceId = quokka?.id ?? "";
    expect(await catalog.service(serviceId)).toEqual(quokka);
    const page = await catalog.countries({ serviceId, page: 0, pageSize: 9, sort: "best", language: "ru" });
    expect(page.items).toMatchObject([
      { country: { name: "New Atlantis", flag: "" }, priceMicros: 130_000n },
    ]);
    expect(await catalog.search("quokka chat new atlantis", "en")).toMatchObject({
      kind: "pair",
      service: { id: serviceId },
      country: { name: "New Atlantis" },
    });
  });

  it("stay as they were when a provider fails or answers with nothing", async () => {
    const alpha = createSeller("alpha");
    const { catalog } = await createFixture(database.db, [alpha]);
    const before = await catalog.services(all);
    alpha.onLists = () => Promise.reject(providerError("unavailable", true));
    await catalog.syncLists();
    alpha.onLists = undefined;
    alpha.serviceList = [];
    alpha.countryList = [];
    await catalog.syncLists();
    expect(await catalog.services(all)).toEqual(before);
    expect(before.items.length).toBe(2);
  });

  it("follow a provider that adds and drops a service", async () => {
    const alpha = createSeller("alpha");
    const { catalog } = await createFixture(database.db, [alpha]);
    alpha.serviceList = [{ code: "ig", name: "Instagram" }];
    await catalog.syncLists();
    expect(idsOf((await catalog.services(all)).items)).toEqual(["ig"]);
    // An old order still knows what it was for.
    expect(await catalog.service("wa")).toEqual({ id: "wa", name: "WhatsApp" });
    expect(await catalog.service("nothing")).toBeUndefined();
  });

  it("are read again by the regular job after a failure, and not more often than every two minutes", async () => {
    const alpha = createSeller("alpha");
    alpha.onLists = () => Promise.reject(providerError("unreachable", true));
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    expect((await catalog.services(all)).items).toEqual([]);
    alpha.onLists = undefined;
    await clock.advance(60_000);
    await catalog.refreshLookedAt();
    expect((await catalog.services(all)).items).toEqual([]);
    await clock.advance(61_000);
    await catalog.refreshLookedAt();
    expect(idsOf((await catalog.services(all)).items)).toEqual(["ds", "wa"]);
    const calls = alpha.calls.length;
    await catalog.refreshLookedAt();
    expect(alpha.calls.length).toBe(calls);
    await clock.advance(6 * 60 * 60 * 1000 + 1);
    await catalog.refreshLookedAt();
    expect(alpha.calls.length).toBe(calls + 2);
  });

  it("that another replica has read are seen within a minute", async () => {
    const alpha = createSeller("alpha");
    const { catalog, clock, replica } = await createFixture(database.db, [alpha]);
    await catalog.services(all);
    alpha.serviceList = [{ code: "ig", name: "Instagram" }];
    await clock.advance(1_000);
    await replica().syncLists();
    await clock.advance(61_000);
    expect(idsOf((await catalog.services(all)).items)).toEqual(["ig"]);
  });
});

describe("countries", () => {
  it("have their name in the asked language, and their flag", async () => {
    const { catalog } = await createFixture(database.db, []);
    expect(catalog.country("GB", "en")).toEqual({ id: "GB", name: "UK", flag: "🇬🇧" });
    expect(catalog.country("US", "en").name).toBe("USA");
    expect(catalog.country("DE", "ru")).toEqual({ id: "DE", name: "Германия", flag: "🇩🇪" });
    expect(catalog.country("DE", "es").name).toBe("Alemania");
    expect(catalog.country("XK", "en")).toEqual({ id: "XK", name: "Kosovo", flag: "🇽🇰" });
    expect(catalog.country("DE", "no such language").name).toBe("Germany");
    expect(catalog.country("~abcdefgh", "en")).toEqual({ id: "~abcdefgh", name: "~abcdefgh", flag: "" });
  });
});
