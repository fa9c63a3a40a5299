import { afterAll, beforeAll, expect, it } from "vitest";
import { noteBackup } from "../../src/db/queries/settings.ts";
import { createSettingsBook } from "../../src/shop/live-settings.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestDesk, ownerId, type TestDesk } from "../support/desk.ts";
import { createScriptedProvider, received } from "../support/scripted-provider.ts";
import { createTestShop, type TestShop } from "../support/shop.ts";

const DAY_MS = 86_400_000;
const provider = createScriptedProvider("alpha");
let database: TestDatabase;
let shop: TestShop;
let desk: TestDesk;

beforeAll(async () => {
  database = await createTestDatabase();
  shop = await createTestShop(database.db, { providers: [provider] });
  const said = { MARKUP_PERCENT: "40", SUPPORT_CONTACT: "@help" };
  desk = createTestDesk(database, shop.clock, [ownerId], {
    providers: [provider],
    settingsBook: createSettingsBook(said),
  });
});
afterAll(() => database.close());

const open = async (telegramId = ownerId): Promise<string> => {
  const operator = desk.operator(telegramId);
  await operator.open();
  return operator.card.html;
};

async function sellTo(telegramId: number): Promise<void> {
  const buyerId = await shop.buyer(10_000_000n);
  await database.db
    .updateTable("buyers")
    .set({ telegram_id: BigInt(telegramId) })
    .where("id", "=", buyerId)
    .execute();
  await shop.buy(buyerId);
  provider.onCheck = async () => received("123456");
  await shop.clock.advance(60_000);
  await shop.watch();
}

/* One after the other, as a new shop comes to its first sale. */
it("a new shop's home screen shows what is there and what is missing, with what to do about it", async () => {
  const html = await open();
  expect(html).toContain("3 of 7");
  expect(html).toContain("⬜ A provider answers and has money: set PROVIDERS");
  expect(html).toContain("⬜ Prices are fetched");
  expect(html).toContain("✅ Your margin is set");
  expect(html).toContain("✅ A way to top up is on: stars");
  expect(html).toContain("✅ Buyers can reach you: @help");
  expect(html).toContain("⬜ You have bought a number yourself");
  expect(html).toContain("⬜ There is a backup of the last 7 days");
});

it("a margin and a contact that nobody has set are missing", async () => {
  const bare = createTestDesk(database, shop.clock, [ownerId]).operator(ownerId);
  await bare.open();
  expect(bare.card.html).toContain("⬜ Your margin is set");
  expect(bare.card.html).toContain("⬜ Buyers can reach you");
});

it("only who may change it sees it", async () => {
  expect(await open(await desk.appoint("support"))).not.toContain("Before the first sale");
});

it("a provider counts when it answers and has money, and only if it is configured", async () => {
  const at = shop.clock.now();
  const row = { failures: 0, updated_at: at, balance_at: at };
  const health = { ...row, state: "closed", balance_micros: 5_000_000n };
  await database.db
    .insertInto("provider_health")
    .values([
      { ...health, provider: "alpha", balance_micros: 0n },
      { ...health, provider: "left-behind" },
    ])
    .execute();
  expect(await open()).toContain("⬜ A provider answers");
  await database.db.updateTable("provider_health").set({ balance_micros: 1n, state: "open" }).execute();
  expect(await open()).toContain("⬜ A provider answers");
  await database.db.updateTable("provider_health").set({ state: "closed" }).execute();
  expect(await open()).toContain("✅ A provider answers and has money: alpha");
});

it("prices are counted", async () => {
  const ids = { service_id: "wa", country_id: "GB", service_code: "wa", country_code: "16" };
  const offer = { ...ids, cost_micros: 300_000n, stock: 5, observed_at: shop.clock.now() };
  await database.db
    .insertInto("offers")
    .values({ ...offer, provider: "alpha" })
    .execute();
  expect(await open()).toContain("✅ Prices are fetched: 1");
});

it("a backup counts for a week", async () => {
  await noteBackup(database.db, shop.clock.now());
  expect(await open()).toContain("✅ There is a backup");
  await shop.clock.advance(7 * DAY_MS + 1);
  expect(await open()).toContain("⬜ There is a backup");
});

it("is gone when everything is there: an owner's own purchase is the test, and no sale to a buyer", async () => {
  await sellTo(ownerId);
  const html = await open();
  expect(html).toContain("✅ You have bought a number yourself");
  expect(html).toContain("6 of 7");
  await noteBackup(database.db, shop.clock.now());
  expect(await open()).not.toContain("Before the first sale");
});

it("is gone for good once somebody else has bought, whatever is missing", async () => {
  await database.db.updateTable("provider_health").set({ balance_micros: 0n }).execute();
  expect(await open()).toContain("Before the first sale");
  await sellTo(123_456);
  expect(await open()).not.toContain("Before the first sale");
});
