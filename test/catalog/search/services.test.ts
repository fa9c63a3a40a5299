import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { clear, createBuyer, createFixture, createSeller, insertPastOrders } from "../fixture.ts";

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
    expect(await catalog.services(all)).toEqual({ items: [], page: 0, pageCount: 1, isReading: false });
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
    expect(await catalog.refusal({ serviceId: "tg", countryId: "GB" })).toBe(undefined);
    expect(await catalog.refusal({ serviceId: "ds", countryId: "GB" })).toBe("service_blocked");
  });

  it("sells what the configuration allows", async () => {
    const options = { allowedServices: ["tg"] };
    const { catalog } = await createFixture(database.db, [createSeller("alpha")], options);
    expect(idsOf((await catalog.services(all)).items)).toContain("tg");
    expect(await catalog.refusal({ serviceId: "tg", countryId: "GB" })).toBe(undefined);
    expect(await catalog.refusal({ serviceId: "ij", countryId: "GB" })).toBe("service_blocked");
  });
});
