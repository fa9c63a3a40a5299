import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { clear, createBuyer, createFixture, createSeller, insertPastOrders, price } from "../fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(() => clear(database.db));

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
    const { recent } = await catalog.shelf(buyerId, "en");
    expect(recent.map((item) => [item.service.id, item.country.id, item.priceMicros])).toEqual([
      ["wa", "GB", 390_000n],
      ["ds", "ID", null],
    ]);
    const [newest] = await db
      .selectFrom("orders")
      .select(["id", "price_micros"])
      .where("rented_at", "=", at(3))
      .execute();
    expect(recent[0]).toMatchObject({ orderId: newest?.id, paidMicros: newest?.price_micros });

    await catalog.setFavourite(buyerId, "wa", "GB", true);
    await catalog.setFavourite(buyerId, "wa", "GB", true);
    await clock.advance(1);
    await catalog.setFavourite(buyerId, "ds", "US", true);
    const { favourites } = await catalog.shelf(buyerId, "en");
    expect(favourites.map((item) => [item.service.id, item.country.name, item.priceMicros])).toEqual([
      ["ds", "USA", null],
      ["wa", "UK", 390_000n],
    ]);
    await catalog.setFavourite(buyerId, "ds", "US", false);
    expect((await catalog.shelf(buyerId, "en")).favourites).toHaveLength(1);
  });

  it("keeps no favourite of a service or country that the shop does not know", async () => {
    const { catalog, clock } = await createFixture(database.db, [createSeller("alpha")]);
    const buyerId = await createBuyer(database.db, clock.now());
    for (const [service = "", country = ""] of [
      ["nosuch", "GB"],
      ["wa", "QQ"],
      ["wa", "__proto__"],
    ])
      await catalog.setFavourite(buyerId, service, country, true);
    expect(await database.db.selectFrom("favourites").selectAll().execute()).toEqual([]);
  });

  it("keeps the newest twenty favourites", async () => {
    const { catalog, clock } = await createFixture(database.db, [createSeller("alpha")]);
    const buyerId = await createBuyer(database.db, clock.now());
    for (const country of "AD AE AF AG AI AL AM AO AR AT AU AZ BA BB BD BE BF BG BH BI BJ BN BO".split(" ")) {
      await clock.advance(1);
      await catalog.setFavourite(buyerId, "wa", country, true);
    }
    const { favourites } = await catalog.shelf(buyerId, "en");
    expect(favourites).toHaveLength(20);
    expect(favourites[0]?.country.id).toBe("BO");
    expect(favourites.at(-1)?.country.id).toBe("AG");
  });
});
