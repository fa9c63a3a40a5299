import { readFile } from "node:fs/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { at } from "../../src/bot/desk/place.ts";
import type { AdjustableTexts } from "../../src/shop/config/adjustable.ts";
import {
  createLiveSettings,
  createSettingReaders,
  createSettingsBook,
  type LiveSettings,
  SETTINGS_REFRESH_MS,
} from "../../src/shop/live-settings.ts";
import { createLoop } from "../../src/workers/loop.ts";
import { createFixture, createSeller, price } from "../catalog/fixture.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestDesk, labels, type Operator, otherOwnerId, ownerId } from "../support/desk.ts";
import { createTestLogger } from "../support/logger.ts";
import { createTestShop } from "../support/shop.ts";
import { createTestTopups } from "../support/topups.ts";

const environment: AdjustableTexts = { MAX_OPEN_ORDERS: "3", MARKUP_PERCENT: "20" };
const clock = createTestClock();
let database: TestDatabase;
let live: LiveSettings;
let owner: Operator;
let other: Operator;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("desk_settings").execute();
  live = await start();
  const { caps } = createSettingReaders(live);
  const book = { settingsBook: createSettingsBook(environment), refreshSettings: live.refresh, caps };
  const desk = createTestDesk(database, clock, [ownerId, otherOwnerId], book);
  owner = desk.operator(ownerId);
  other = desk.operator(otherOwnerId);
});

/** What a process of the shop reads at start. */
const start = (logger = createTestLogger()) => createLiveSettings({ db: database.db, logger, environment });

async function set(name: string, value: string, who = owner): Promise<void> {
  await who.open(at("se", name));
  await who.press(/Change/);
  await who.type(value);
  await who.press(/Confirm/);
}

const audits = () =>
  database.db
    .selectFrom("audit_log")
    .selectAll()
    .where("subject_kind", "=", "setting")
    .orderBy("at")
    .execute();

describe("a setting", () => {
  it("shows its value, where it comes from, who set it and when", async () => {
    await owner.open(at("se"));
    expect(labels(owner.card)).toContain("Open orders: 3 · environment");
    expect(labels(owner.card)).toContain("Value of a Star: 0.013 $ · default");
    await set("MAX_OPEN_ORDERS", "7");
    expect(owner.card.html).toContain("In force: 7 (desk)");
    expect(owner.card.html).toContain(`2026-03-01 12:00:00 by ${ownerId}`);
    expect(owner.card.html).toContain("Environment: MAX_OPEN_ORDERS 3");
    expect(owner.card.html).toContain("Default: 5");
  });

  it("is changed after before and after were shown, and not before", async () => {
    await owner.open(at("se", "MAX_OPEN_ORDERS"));
    await owner.press(/Change/);
    await owner.type("7");
    expect(owner.card.html).toContain("3 (environment)");
    expect(owner.card.html).toContain("7 (desk)");
    expect(live.values.MAX_OPEN_ORDERS).toBe(3);
    await owner.press(/Confirm/);
    expect(live.values.MAX_OPEN_ORDERS).toBe(7);
  });

  it("goes back to the environment, or to the default where that says nothing", async () => {
    await set("MAX_OPEN_ORDERS", "7");
    await set("STAR_VALUE_USD", "0.02");
    for (const name of ["MAX_OPEN_ORDERS", "STAR_VALUE_USD"]) {
      await owner.open(at("se", name));
      await owner.press(/Reset/);
      await owner.press(/Confirm/);
      expect(labels(owner.card)).not.toContain("Reset");
    }
    expect(live.values).toMatchObject({ MAX_OPEN_ORDERS: 3, STAR_VALUE_USD: 13_000n });
  });

  it("is written to the audit log with the change, as it was and as it is", async () => {
    await set("MAX_OPEN_ORDERS", "7");
    const entry = (await audits()).at(-1);
    expect(entry).toMatchObject({
      actor: `operator:${ownerId}`,
      action: "setting changed",
      subject: "MAX_OPEN_ORDERS",
      before: { value: "3", origin: "environment" },
      after: { value: "7", origin: "desk" },
    });
  });

  it("that somebody else changed meanwhile is not changed by an older preview", async () => {
    await owner.open(at("se", "MAX_OPEN_ORDERS"));
    await owner.press(/Change/);
    await owner.type("7");
    await set("MAX_OPEN_ORDERS", "9", other);
    await owner.press(/Confirm/);
    expect(live.values.MAX_OPEN_ORDERS).toBe(9);
  });

  it.each([
    ["MIN_PROFIT_USD", "1,5"],
    ["MIN_PROFIT_USD", "1e9"],
    ["MIN_PROFIT_USD", "-0"],
    ["MARKUP_PERCENT", "NaN"],
    ["MAX_OPEN_ORDERS", "0"],
    ["SHOP_ZONE", "Mars/Olympus"],
    ["REPORT_HOUR", "24"],
    ["SUPPORT_CONTACT", "x".repeat(129)],
  ])("%s does not take %s, and says what it takes as the environment does", async (name, text) => {
    await owner.open(at("se", name));
    await owner.press(/Change/);
    const reply = await owner.type(text);
    expect(reply?.kind).toBe("again");
    expect(owner.card.html).toMatch(/must be/);
    expect(await database.db.selectFrom("desk_settings").selectAll().execute()).toEqual([]);
  });

  it("is never a key, a token, an address, the list of owners or the database", () => {
    const names = createSettingsBook({}).names.join(" ");
    expect(names).not.toMatch(
      /TOKEN|KEY|SECRET|URL|ROOT|ADMIN|DATABASE|DATA_DIR|\bPORT|HOST|ALLOWED|PROVIDER/,
    );
  });

  it("that another version of the shop has stored and this one does not take is left out", async () => {
    const row = { changed_by: 1n, changed_at: clock.now() };
    const rows = [
      { name: "MAX_OPEN_ORDERS", value: "many", ...row },
      { name: "NO_SUCH_SETTING", value: "1", ...row },
    ];
    await database.db.insertInto("desk_settings").values(rows).execute();
    expect((await start()).values.MAX_OPEN_ORDERS).toBe(3);
    await owner.open(at("se", "MAX_OPEN_ORDERS"));
    expect(owner.card.html).toContain("In force: 3 (environment)");
  });
});

describe("a change", () => {
  it("is seen by every process of the shop within 10 seconds", async () => {
    const elsewhere = await start();
    const run = async () => {
      await elsewhere.refresh();
      return "idle" as const;
    };
    const loop = createLoop({
      name: "refresh settings",
      everyMs: SETTINGS_REFRESH_MS,
      run,
      clock,
      logger: createTestLogger(),
    });
    loop.start();
    await expect.poll(() => clock.sleeping()).toBeGreaterThan(0);
    await set("MAX_OPEN_ORDERS", "7");
    expect(live.values.MAX_OPEN_ORDERS).toBe(7);
    expect(elsewhere.values.MAX_OPEN_ORDERS).toBe(3);
    await clock.advance(10_000);
    await expect.poll(() => elsewhere.values.MAX_OPEN_ORDERS).toBe(7);
    await loop.stop();
  });

  it("is in force again after a restart, and where it differs from the environment the log says so once", async () => {
    await set("MAX_OPEN_ORDERS", "7");
    await set("MARKUP_PERCENT", "20.00");
    await set("STAR_VALUE_USD", "0.02");
    const logger = createTestLogger();
    const restarted = await start(logger);
    await restarted.refresh();
    expect(restarted.values.MAX_OPEN_ORDERS).toBe(7);
    expect(logger.lines.map(({ level, fields }) => [level, fields])).toEqual([
      ["warn", { setting: "MAX_OPEN_ORDERS" }],
    ]);
  });

  it("of a limit holds for the next purchase", async () => {
    const { limits } = createSettingReaders(live);
    const shop = await createTestShop(database.db, { deps: { limits } });
    const buyerId = await shop.buyer(10_000_000n);
    await set("MAX_OPEN_ORDERS", "1");
    await shop.buy(buyerId);
    const terms = { buyerId, chatId: 5, cardMessageId: 7, acceptsTermsVersion: 1 };
    const another = await shop.orders.purchase({ ...terms, quoteId: await shop.quote(buyerId) });
    expect(another).toMatchObject({ kind: "refused", code: "too_many_open_orders" });
    await set("MAX_OPEN_ORDERS", "2");
    await shop.buy(buyerId);
  });

  it("of the markup changes prices that are already in memory", async () => {
    const seller = createSeller("alpha");
    seller.priceList = [price("wa", "16", 300_000n)];
    const { pricing } = createSettingReaders(live);
    const { catalog } = await createFixture(database.db, [seller], { pricing });
    const ask = { serviceId: "wa", page: 0, pageSize: 50, sort: "price", language: "en" } as const;
    const shown = async () => (await catalog.countries(ask)).items.map(({ priceMicros }) => priceMicros);
    expect(await shown()).toEqual([360_000n]);
    await set("MARKUP_PERCENT", "50");
    expect(await shown()).toEqual([450_000n]);
  });

  it("of the value of a Star counts for the next invoice, and not for one that is open", async () => {
    const { starValueMicros } = createSettingReaders(live);
    const { topups, buyer } = await createTestTopups(database.db, { starValueMicros });
    const { buyerId } = await buyer();
    const begin = () => topups.beginStars({ buyerId, chatId: 1, stars: 100, resume: null });
    const before = await begin();
    await set("STAR_VALUE_USD", "0.02");
    expect(await begin()).toMatchObject({ invoice: { amountMicros: 2_000_000n } });
    expect(before).toMatchObject({ invoice: { amountMicros: 1_300_000n } });
  });

  it("of contact, retention, zone, report hour and reminder is what the shop reads next", async () => {
    const readers = createSettingReaders(live);
    expect(readers.supportContact()).toBeNull();
    await set("SUPPORT_CONTACT", "@help");
    await set("SMS_RETENTION_HOURS", "48");
    await set("SHOP_ZONE", "Europe/Berlin");
    await set("REPORT_HOUR", "7");
    await set("REMIND_AFTER_MINUTES", "10");
    await set("SUPPORT_CAP_USD", "5");
    expect(readers.supportContact()).toBe("@help");
    expect(readers.smsRetentionMs()).toBe(48 * 3_600_000);
    expect(readers.shopZone()).toBe("Europe/Berlin");
    expect(readers.reportHour()).toBe(7);
    expect(readers.remindAfterMs()).toBe(600_000);
    expect(readers.caps.support).toBe(5_000_000n);
  });
});

it("quiet hours and rounding that were set before they were settings like the others stay in force", async () => {
  const { db } = database;
  const at = new Date("2026-03-01T12:00:00Z");
  const hours = JSON.stringify({ from: 22, to: 8, zone: "Europe/Berlin" });
  await db
    .insertInto("settings")
    .values([
      { key: "desk.price_step", value: "nine", updated_at: at },
      { key: "desk.quiet_hours", value: hours, updated_at: at },
    ])
    .execute();
  const file = new URL("../../migrations/0050_quiet_hours_and_price_step.sql", import.meta.url);
  await sql.raw(await readFile(file, "utf8")).execute(db);
  expect((await start()).values).toMatchObject({
    PRICE_STEP: "nine",
    QUIET_HOURS: { hours: { from: 22, to: 8, zone: "Europe/Berlin" } },
  });
});
