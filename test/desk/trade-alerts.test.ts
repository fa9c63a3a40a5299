import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { at } from "../../src/bot/desk/place.ts";
import { isQuiet, parseQuietHours } from "../../src/core/quiet-hours.ts";
import { tellTroubles } from "../../src/desk/providers/trade-alerts.ts";
import { createLiveSettings, createSettingReaders } from "../../src/shop/live-settings.ts";
import { clear, createSeller } from "../catalog/fixture.ts";
import { createTestClock, type TestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestDesk, ownerId, type TestDesk } from "../support/desk.ts";
import { createTestLogger } from "../support/logger.ts";
import { insertOrderOf } from "../support/sold-orders.ts";

let database: TestDatabase;
let clock: TestClock;
let desk: TestDesk;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await clear(database.db);
  await database.db.deleteFrom("trade_alerts").execute();
  await database.db.deleteFrom("outbox").execute();
  await database.db.deleteFrom("settings").execute();
  await database.db.deleteFrom("desk_settings").execute();
  clock = createTestClock();
  const live = await createLiveSettings({ db: database.db, logger: createTestLogger(), environment: {} });
  const { alerts } = createSettingReaders(live);
  const parts = { providers: [createSeller("alpha")], alerts, refreshSettings: live.refresh };
  desk = createTestDesk(database, clock, [ownerId], parts);
});

async function look(): Promise<readonly string[]> {
  await tellTroubles({ ...desk.deskDeps, providers: ["alpha"] });
  const rows = await database.db.selectFrom("outbox").select("payload").orderBy("id").execute();
  return rows.map(({ payload }) => String((payload as { notice?: unknown }).notice));
}

async function balance(micros: bigint): Promise<void> {
  const now = clock.now();
  await database.db
    .insertInto("provider_health")
    .values({ provider: "alpha", state: "closed", balance_micros: micros, balance_at: now, updated_at: now })
    .onConflict((conflict) => conflict.column("provider").doUpdateSet({ balance_micros: micros }))
    .execute();
}

it("money that runs out is told once, again when half is left, and anew after it was filled up", async () => {
  // $0.30 an hour.
  await insertOrderOf(database.db, clock, { serviceId: "wa", countryId: "GB", count: 10, hoursAgo: 10 });
  await balance(3_000_000n);
  expect(await look()).toEqual(["hours_left"]);
  await balance(2_000_000n);
  expect(await look()).toEqual(["hours_left"]);
  await balance(1_400_000n);
  expect(await look()).toHaveLength(2);
  await clock.advance(60_000);
  await balance(90_000_000n);
  expect(await look()).toHaveLength(2);
  await clock.advance(7 * 3_600_000);
  await balance(1_000_000n);
  expect(await look()).toHaveLength(3);
});

it("delivery under half of the week's rate is told from twenty numbers on", async () => {
  await insertOrderOf(database.db, clock, { serviceId: "wa", countryId: "GB", count: 100, hoursAgo: 48 });
  await insertOrderOf(database.db, clock, { serviceId: "wa", countryId: "GB", count: 19, received: 2 });
  expect(await look()).toEqual([]);
  await insertOrderOf(database.db, clock, { serviceId: "wa", countryId: "GB", count: 1, received: 0 });
  expect(await look()).toEqual(["delivery_fell"]);
  expect(await look()).toEqual(["delivery_fell"]);
});

it("a top product that costs over a quarter more, or is sold out, is told", async () => {
  await insertOrderOf(database.db, clock, {
    serviceId: "wa",
    countryId: "GB",
    count: 5,
    costMicros: 300_000n,
  });
  const now = clock.now();
  await database.db
    .insertInto("offer_scopes")
    .values({ provider: "alpha", scope: "wa", observed_at: now })
    .execute();
  const offer = {
    provider: "alpha",
    service_id: "wa",
    country_id: "GB",
    service_code: "wa",
    country_code: "16",
  };
  await database.db
    .insertInto("offers")
    .values({ ...offer, cost_micros: 375_000n, stock: 4, observed_at: now })
    .execute();
  expect(await look()).toEqual([]);
  await database.db.updateTable("offers").set({ cost_micros: 376_000n }).execute();
  expect(await look()).toEqual(["price_rose"]);
  await database.db.updateTable("offers").set({ stock: 0 }).execute();
  expect(await look()).toEqual(["price_rose", "stock_empty"]);
});

it("what counts as trouble is a setting, which applies at the next look", async () => {
  await insertOrderOf(database.db, clock, { serviceId: "wa", countryId: "GB", count: 10, hoursAgo: 10 });
  await balance(5_000_000n);
  expect(await look()).toEqual([]);
  const owner = desk.operator(ownerId);
  await owner.open(at("se", "ALERT_HOURS_LEFT"));
  await owner.press(/Change/);
  for (const odd of ["1,5", "1e9", "-0", "NaN", "0", "169"])
    expect(await owner.type(odd)).toMatchObject({ kind: "again" });
  await owner.type("24");
  await owner.press("✅ Confirm");
  expect(await look()).toEqual(["hours_left"]);
});

it("in the quiet hours only what cannot wait is told, and the rest when they end", async () => {
  await insertOrderOf(database.db, clock, { serviceId: "wa", countryId: "GB", count: 10, hoursAgo: 10 });
  const owner = desk.operator(ownerId);
  await owner.open(at("pv"));
  await owner.press("Quiet hours…");
  await owner.press(/Change/);
  await owner.type("12-14");
  await owner.press("✅ Confirm");
  await balance(3_000_000n);
  expect(await look()).toEqual([]);
  await balance(200_000n);
  expect(await look()).toEqual(["hours_left"]);
  await clock.advance(2 * 3_600_000);
  await balance(70_000n);
  expect(await look()).toHaveLength(2);
});

it("quiet hours go by the clock of their zone, also over midnight", () => {
  const berlin = parseQuietHours("22-8 Europe/Berlin") ?? null;
  expect(isQuiet(berlin, "UTC", new Date("2026-03-01T21:30:00Z"))).toBe(true);
  expect(isQuiet(berlin, "UTC", new Date("2026-03-01T07:30:00Z"))).toBe(false);
  expect(isQuiet(berlin, "UTC", new Date("2026-07-01T06:30:00Z"))).toBe(false);
  const shops = parseQuietHours("22-8") ?? null;
  expect(isQuiet(shops, "Europe/Berlin", new Date("2026-03-01T21:30:00Z"))).toBe(true);
  expect(isQuiet(shops, "UTC", new Date("2026-03-01T21:30:00Z"))).toBe(false);
  expect(parseQuietHours("off")).toBeNull();
  for (const text of ["25-8", "22-8 Nowhere/Else", "at night", "1e9-2"])
    expect(parseQuietHours(text)).toBeUndefined();
});

it("the card of a provider says what is left there, and probes it by a tap", async () => {
  await insertOrderOf(database.db, clock, { serviceId: "wa", countryId: "GB", count: 10, hoursAgo: 10 });
  await balance(3_000_000n);
  const owner = desk.operator(ownerId);
  await owner.open(at("pv"));
  expect(owner.card.html).toContain("$3.00, 10.0 h left");
  await owner.press("alpha");
  await owner.press("Probe now");
  expect(owner.card.html).toMatch(/It answers|It did not answer/);
  await owner.press("Top-up link…");
  await owner.type("http://alpha.example/pay");
  expect(owner.card.html).toContain("https://");
  await owner.type("https://alpha.example/pay");
  await owner.press("✅ Confirm");
  expect(owner.card.rows.flat()).toContainEqual({ label: "Top up ↗", url: "https://alpha.example/pay" });
});
