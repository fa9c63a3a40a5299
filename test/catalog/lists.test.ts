import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { providerError } from "../support/scripted-provider.ts";
import { clear, createBuyer, createFixture, createSeller, insertPastOrders, price } from "./fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => clear(database.db));

const all = { page: 0, pageSize: 100, sort: "name" } as const;
const idsOf = (items: readonly { id: string }[]): string[] => items.map(({ id }) => id);

describe("the list of services", () => {
  it("holds what the providers sell, each once, and no blocked service", async () => {
    const beta = createSeller("beta");
    beta.serviceList = [
      { code: "1", name: "whatsapp" },
      { code: "2", name: "PayPal" },
      { code: "3", name: "Zebra Club" },
      { code: "4", name: "airbnb" },
    ];
    const { catalog } = await createFixture(database.db, [createSeller("alpha"), beta]);
    const page = await catalog.services(all);
    expect(page.items.map(({ name }) => name)).toEqual(["Airbnb", "Discord", "WhatsApp", "Zebra Club"]);
  });

  it("starts with what this shop sells, then what is popular, then the rest by name", async () => {
    const alpha = createSeller("alpha");
    alpha.serviceList = ["Aaa Club", "Discord", "WhatsApp", "Zebra Club", "Bbb Club"].map((name, at) => ({
      code: String(at),
      name,
    }));
    const { catalog, clock } = await createFixture(database.db, [alpha]);
    const zebra = (await catalog.services(all)).items.at(-1)?.id ?? "";
    const buyerId = await createBuyer(database.db, clock.now());
    const past = { buyerId, provider: "alpha", countryId: "GB", rentedAt: clock.now(), received: 0 };
    await insertPastOrders(database.db, { ...past, serviceId: zebra, count: 3 });
    await insertPastOrders(database.db, { ...past, serviceId: "ds", count: 2 });
    await clock.advance(61_000);
    const page = await catalog.services({ ...all, sort: "popular" });
    expect(page.items.map(({ name }) => name)).toEqual([
      "Zebra Club",
      "WhatsApp",
      "Discord",
      "Aaa Club",
      "Bbb Club",
    ]);
  });

  it.each([
    [0, 0, ["Airbnb", "Amazon"]],
    [1, 1, ["Discord"]],
    [-1, 0, ["Airbnb", "Amazon"]],
    [1e9, 1, ["Discord"]],
    [0.9, 0, ["Airbnb", "Amazon"]],
    [Number.NaN, 0, ["Airbnb", "Amazon"]],
  ])("asked for page %s shows page %s", async (asked, shown, names) => {
    const alpha = createSeller("alpha");
    alpha.serviceList = ["Discord", "Amazon", "Airbnb"].map((name, at) => ({ code: String(at), name }));
    const { catalog } = await createFixture(database.db, [alpha]);
    const page = await catalog.services({ page: asked, pageSize: 2, sort: "name" });
    expect(page).toMatchObject({ page: shown, pageCount: 2 });
    expect(page.items.map(({ name }) => name)).toEqual(names);
  });

  it("is one empty page in a shop without providers", async () => {
    const { catalog } = await createFixture(database.db, []);
    expect(await catalog.services(all)).toEqual({ items: [], page: 0, pageCount: 1 });
    expect(await catalog.search("whatsapp uk", "en")).toEqual({ kind: "none" });
  });

  it("follows the operator's decisions about single services", async () => {
    const { db } = database;
    const { catalog, clock } = await createFixture(db, [createSeller("alpha")]);
    const at = clock.now();
    await db
      .insertInto("services")
      .values([
        { id: "tg", name: "Telegram", blocked: false, updated_at: at },
        { id: "ds", name: "Discord", blocked: true, updated_at: at },
      ])
      .execute();
    await clock.advance(61_000);
    expect(idsOf((await catalog.services(all)).items)).toEqual(["tg", "wa"]);
    expect(await catalog.isBlocked("tg")).toBe(false);
    expect(await catalog.isBlocked("ds")).toBe(true);
  });

  it("sells what the configuration allows", async () => {
    const options = { allowedServices: ["tg"] };
    const { catalog } = await createFixture(database.db, [createSeller("alpha")], options);
    expect(idsOf((await catalog.services(all)).items)).toContain("tg");
    expect(await catalog.isBlocked("tg")).toBe(false);
    expect(await catalog.isBlocked("ij")).toBe(true);
  });
});

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
    expect(await catalog.search("quokka new atlantis", "en")).toMatchObject({
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

describe("a buyer's shelf", () => {
  it("shows the last purchases and the favourites with today's price", async () => {
    const { db } = database;
    const alpha = createSeller("alpha");
    alpha.priceList = [price("wa", "16", 300_000n)];
    const { catalog, clock } = await createFixture(db, [alpha]);
    const buyerId = await createBuyer(db, clock.now());
    const past = { buyerId, provider: "alpha", received: 1, count: 1 };
    const at = (minute: number) => new Date(clock.now().getTime() + minute * 60_000);
    await insertPastOrders(db, { ...past, serviceId: "wa", countryId: "GB", rentedAt: at(1) });
    await insertPastOrders(db, { ...past, serviceId: "ds", countryId: "ID", rentedAt: at(2) });
    await insertPastOrders(db, { ...past, serviceId: "wa", countryId: "GB", rentedAt: at(3) });
    await insertPastOrders(db, { ...past, serviceId: "tg", countryId: "GB", rentedAt: at(4) });
    const view = { page: 0, pageSize: 9, sort: "best", language: "en" } as const;
    await catalog.countries({ serviceId: "wa", ...view });
    const recent = await catalog.recent(buyerId, "en", 6);
    expect(recent.map((item) => [item.service.id, item.country.id, item.priceMicros])).toEqual([
      ["wa", "GB", 390_000n],
      ["ds", "ID", null],
    ]);
    expect(await catalog.recent(buyerId, "en", 1)).toEqual(recent.slice(0, 1));

    await catalog.setFavourite(buyerId, "wa", "GB", true);
    await catalog.setFavourite(buyerId, "wa", "GB", true);
    await clock.advance(1);
    await catalog.setFavourite(buyerId, "ds", "US", true);
    const favourites = await catalog.favourites(buyerId, "en");
    expect(favourites.map((item) => [item.service.id, item.country.name, item.priceMicros])).toEqual([
      ["ds", "USA", null],
      ["wa", "UK", 390_000n],
    ]);
    await catalog.setFavourite(buyerId, "ds", "US", false);
    expect(await catalog.favourites(buyerId, "en")).toHaveLength(1);
  });

  it("keeps the newest twenty favourites", async () => {
    const { catalog, clock } = await createFixture(database.db, [createSeller("alpha")]);
    const buyerId = await createBuyer(database.db, clock.now());
    for (const letter of "ABCDEFGHIJKLMNOPQRSTUVW") {
      await clock.advance(1);
      await catalog.setFavourite(buyerId, "wa", `${letter}X`, true);
    }
    const favourites = await catalog.favourites(buyerId, "en");
    expect(favourites).toHaveLength(20);
    expect(favourites[0]?.country.id).toBe("WX");
    expect(favourites.at(-1)?.country.id).toBe("DX");
  });
});
