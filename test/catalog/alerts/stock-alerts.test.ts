import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createStockAlerts } from "../../../src/catalog/alerts/stock-alerts.ts";
import type { Clock } from "../../../src/core/clock.ts";
import { insertAlert, purgeAlerts } from "../../../src/db/queries/stock-alerts.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { clear, createBuyer, createFixture, selling } from "../fixture.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const product = { serviceId: "wa", countryId: "GB" };
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("stock_alerts").execute();
  await database.db.deleteFrom("outbox").execute();
  await clear(database.db);
});

async function soldOut(isUnreadable: (serviceId: string) => boolean = () => false) {
  const { db } = database;
  const seller = selling("alpha", 180_000n, 0);
  const fixture = await createFixture(db, [seller]);
  const { catalog } = fixture;
  const countries: typeof catalog.countries = (request) => {
    if (isUnreadable(request.serviceId)) throw new Error("unreadable");
    return catalog.countries(request);
  };
  const alerts = createStockAlerts({
    db,
    ...fixture,
    catalog: { ...catalog, countries },
    onMessages: () => undefined,
  });
  const buyerId = await createBuyer(db, fixture.clock.now());
  const restock = (): void => {
    seller.priceList = seller.priceList.map((row) => ({ ...row, stock: 5 }));
  };
  return { alerts, seller, restock, clock: fixture.clock, buyer: { buyerId, chatId: 5 } };
}

const tomorrow = (clock: Clock) => new Date(clock.now().getTime() + DAY_MS);

async function told(): Promise<unknown[]> {
  const rows = await database.db.selectFrom("outbox").select("payload").orderBy("id").execute();
  return rows.map(({ payload }) => payload);
}

describe("a product that is sold out", () => {
  it("is told of once when it is back, however often it was asked for and whoever looks", async () => {
    const { alerts, restock, clock, buyer } = await soldOut();
    expect(await alerts.add({ ...buyer, ...product })).toBe("added");
    expect(await alerts.add({ ...buyer, ...product })).toBe("added");
    await alerts.tell();
    expect(await told()).toEqual([]);
    restock();
    await clock.advance(61_000);
    await alerts.tell();
    await clock.advance(61_000);
    await Promise.all([alerts.tell(), alerts.tell()]);
    expect(await told()).toEqual([{ kind: "back_in_stock", ...product }]);
  });

  it("is told of although many others are waited for longer and never come back", async () => {
    const { alerts, restock, clock, buyer } = await soldOut();
    for (let index = 0; index < 50; index += 1) {
      const buyerId = await createBuyer(database.db, clock.now());
      // As countries whose providers are gone by now.
      const alert = { buyerId, chatId: index, serviceId: "wa", countryId: `c${index}` };
      await insertAlert(database.db, { ...alert, at: clock.now(), expiresAt: tomorrow(clock) }, 1);
      await clock.advance(1);
    }
    await alerts.add({ ...buyer, ...product });
    restock();
    await clock.advance(61_000);
    for (let round = 0; round < 3; round += 1) await alerts.tell();
    expect(await told()).toEqual([{ kind: "back_in_stock", ...product }]);
  });

  it("is told of although the prices of another cannot be read", async () => {
    const { alerts, restock, clock, buyer } = await soldOut((serviceId) => serviceId === "aa");
    const other = { ...buyer, serviceId: "aa", countryId: "GB" };
    await insertAlert(database.db, { ...other, at: clock.now(), expiresAt: tomorrow(clock) }, 1);
    await clock.advance(1);
    await alerts.add({ ...buyer, ...product });
    restock();
    await clock.advance(61_000);
    await expect(alerts.tell()).rejects.toThrow("unreadable");
    expect(await told()).toEqual([{ kind: "back_in_stock", ...product }]);
  });

  it("is forgotten after a day", async () => {
    const { alerts, restock, clock, buyer } = await soldOut();
    await alerts.add({ ...buyer, ...product });
    restock();
    await clock.advance(DAY_MS + 1);
    await alerts.tell();
    expect(await told()).toEqual([]);
    expect(await purgeAlerts(database.db, clock.now())).toBe(1);
  });

  it("can be waited for by one buyer together with nine others", async () => {
    const { alerts, clock, buyer } = await soldOut();
    const add = (countryId: string) => alerts.add({ ...buyer, serviceId: "wa", countryId });
    for (const country of "US ID IN FR DE ES PT IT BR MX".split(" "))
      expect(await add(country)).toBe("added");
    expect(await add("GB")).toBe("too_many");
    expect(await add("IN")).toBe("added");
    await clock.advance(DAY_MS + 1);
    expect(await add("GB")).toBe("added");
  });

  it.each([
    { serviceId: "nosuch", countryId: "GB" },
    { serviceId: "wa", countryId: "QQ" },
    { serviceId: "wa", countryId: "gb" },
    { serviceId: "~", countryId: "~" },
  ])("is not waited for under names that the shop does not sell: $serviceId in $countryId", async (made) => {
    const { alerts, buyer } = await soldOut();
    expect(await alerts.add({ ...buyer, ...made })).toBe("unknown");
    expect(await database.db.selectFrom("stock_alerts").selectAll().execute()).toEqual([]);
  });

  it("costs no request while nobody waits for it", async () => {
    const { alerts, seller } = await soldOut();
    const before = seller.calls.length;
    await alerts.tell();
    expect(seller.calls.length).toBe(before);
  });
});
