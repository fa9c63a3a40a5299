import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { at } from "../../src/bot/desk/place.ts";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { createLiveSettings, createSettingReaders } from "../../src/shop/live-settings.ts";
import { type CatalogFixture, clear, createFixture, createSeller, price } from "../catalog/fixture.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestDesk, labels, ownerId, type TestDesk } from "../support/desk.ts";
import { createTestLogger } from "../support/logger.ts";
import { insertOrderOf } from "../support/sold-orders.ts";

let database: TestDatabase;
let fixture: CatalogFixture;
let desk: TestDesk;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await clear(database.db);
  await database.db.deleteFrom("desk_settings").execute();
  const alpha = createSeller("alpha");
  alpha.priceList = [price("wa", "16", 300_000n), price("wa", "6", 100_000n), price("ds", "16", 200_000n)];
  const beta = createSeller("beta");
  beta.priceList = [price("wa", "16", 310_000n)];
  const live = await createLiveSettings({ db: database.db, logger: createTestLogger(), environment: {} });
  const { priceStep } = createSettingReaders(live);
  fixture = await createFixture(database.db, [alpha, beta], { priceStep });
  const { catalog, clock } = fixture;
  const parts = { catalog, providers: [alpha, beta], priceStep, refreshSettings: live.refresh };
  desk = createTestDesk(database, clock, [ownerId], parts);
  await prices(catalog);
  await prices(catalog, "ds");
});

async function prices(catalog: Catalog, serviceId = "wa"): Promise<Record<string, bigint>> {
  const page = await catalog.countries({ serviceId, page: 0, pageSize: 50, sort: "name", language: "en" });
  return Object.fromEntries(page.items.map(({ country, priceMicros }) => [country.id, priceMicros]));
}

/** What a draft's card says of a product: its price before and after. */
function previewed(html: string, name: string): readonly [string, string] | undefined {
  const match = new RegExp(`${name}[^\\n]*: (\\$[\\d.]+) → (\\$[\\d.]+)`).exec(html);
  return match?.[1] && match[2] ? [match[1], match[2]] : undefined;
}

describe("the markup of one service", () => {
  it("is changed with four taps, and the preview says what buyers then pay", async () => {
    await insertOrderOf(database.db, fixture.clock, { serviceId: "wa", countryId: "GB", count: 3 });
    const owner = desk.operator(ownerId);
    await owner.open();
    await owner.press("🏷 Prices");
    await owner.press("WhatsApp");
    await owner.press("50 %");
    expect(previewed(owner.card.html, "UK \\(3 sold\\)")).toEqual(["$0.39", "$0.45"]);
    await owner.press("✅ Confirm");
    expect(owner.taps()).toBeLessThanOrEqual(4);
    expect(await prices(fixture.catalog)).toMatchObject({ GB: 450_000n, ID: 150_000n });
    expect(await prices(fixture.catalog, "ds")).toEqual({ GB: 260_000n });
  });

  it("is seen by every replica at its next look, and an open quote keeps its price", async () => {
    const { id: buyerId } = await newBuyer();
    const replica = fixture.replica();
    const product = { buyerId, serviceId: "wa", countryId: "GB", language: "en" };
    const quoted = await fixture.catalog.quote(product);
    expect(quoted).toMatchObject({ quote: { priceMicros: 390_000n } });
    await setMarkup("whatsapp", "100");
    expect((await prices(replica)).GB).toBe(600_000n);
    if (quoted.kind !== "quote") return expect.unreachable();
    expect(await replica.quoted(quoted.quote.id, buyerId)).toMatchObject({ priceMicros: 390_000n });
  });

  it("that is confirmed twice is changed once", async () => {
    const owner = desk.operator(ownerId);
    await begin(owner, "whatsapp", "50");
    const confirm = owner.card.rows.flat().find(({ label }) => label === "✅ Confirm");
    if (!confirm || !("to" in confirm)) return expect.unreachable();
    await Promise.all([owner.open(confirm.to), owner.open(confirm.to)]);
    const rules = await database.db
      .selectFrom("price_rules")
      .select("id")
      .where("removed_at", "is", null)
      .execute();
    expect(rules).toHaveLength(1);
  });

  it("that another owner changed meanwhile is looked at again before it is saved", async () => {
    const owner = desk.operator(ownerId);
    await begin(owner, "whatsapp", "50");
    const confirm = owner.card.rows.flat().find(({ label }) => label === "✅ Confirm");
    if (!confirm || !("to" in confirm)) return expect.unreachable();
    await setMarkup("whatsapp", "100");
    await owner.open(confirm.to);
    expect(owner.card.html).toContain("changed meanwhile");
    expect((await prices(fixture.catalog)).GB).toBe(600_000n);
  });
});

it("undo writes the rule of before again, and its history stays", async () => {
  await setMarkup("whatsapp", "50");
  await setMarkup("whatsapp", "100");
  const owner = desk.operator(ownerId);
  await owner.open(at("pr"));
  await owner.press("↩ Undo the last change");
  await owner.press("✅ Confirm");
  expect((await prices(fixture.catalog)).GB).toBe(450_000n);
  const rows = await database.db
    .selectFrom("price_rules")
    .select("markup_basis_points as points")
    .where("added_in", "is not", null)
    .orderBy("created_at")
    .orderBy("id")
    .execute();
  expect(rows.slice(-3).map(({ points }) => points)).toEqual([5_000, 10_000, 5_000]);
  await expect(database.db.deleteFrom("price_rules").execute()).rejects.toThrow("append-only");
});

it("all ± points moves the general markup, and of the special rules those that are ticked", async () => {
  await setMarkup("whatsapp", "50");
  await setMarkup("discord", "60");
  const owner = desk.operator(ownerId);
  await owner.open(at("pr", "m"));
  expect(owner.card.html).toContain("unless you tick them");
  await owner.press(/☐ Discord/);
  expect(labels(owner.card)).toContain("☑ Discord");
  await owner.press("+10");
  expect(owner.card.html).toContain("Everything: 30 %, at least $0.02 → 40 %, at least $0.02");
  await owner.press("✅ Confirm");
  expect(await prices(fixture.catalog, "ds")).toEqual({ GB: 340_000n });
  expect((await prices(fixture.catalog)).GB).toBe(450_000n);
  expect((await desk.services.prices.board()).rules.map(({ rule }) => rule.markupBasisPoints)).toContain(
    4_000n,
  );
});

it("a rule for a time begins and ends by itself on every replica", async () => {
  const replica = fixture.replica();
  const from = new Date(fixture.clock.now().getTime() + 3_600_000)
    .toISOString()
    .slice(0, 16)
    .replace("T", " ");
  const to = new Date(fixture.clock.now().getTime() + 7_200_000).toISOString().slice(0, 16).replace("T", " ");
  const owner = desk.operator(ownerId);
  await owner.open(at("pr", "s", "wa", "*", "*"));
  await owner.press("For a time…");
  await owner.type(`0 ${from} to ${to}`);
  await owner.press("✅ Confirm");
  expect((await prices(replica)).GB).toBe(390_000n);
  await fixture.clock.advance(3_600_000);
  await waitForPrice(replica, 320_000n);
  await fixture.clock.advance(3_600_000);
  await waitForPrice(replica, 390_000n);
});

it("the rounding step is the shop's, and always rounds up", async () => {
  const replica = fixture.replica();
  await prices(replica);
  const owner = desk.operator(ownerId);
  await owner.open(at("pr", "g"));
  await owner.press("$0.10");
  await owner.press("✅ Confirm");
  expect((await prices(replica)).GB).toBe(400_000n);
  await owner.open(at("pr", "g"));
  await owner.press("a price that ends in 9");
  await owner.press("✅ Confirm");
  expect(await prices(replica)).toEqual({ GB: 390_000n, ID: 190_000n });
});

it("what something costs is explained for each provider, with the rule that applied", async () => {
  await setMarkup("whatsapp beta", "10");
  const owner = desk.operator(ownerId);
  await owner.open(at("pr"));
  await owner.press("What does X cost?");
  await owner.type("whatsapp uk");
  expect(owner.card.html).toContain("beta</b>: <b>$0.35");
  expect(owner.card.html).toContain("rule wa/*/beta, 10 %");
  expect(owner.card.html).toContain("alpha</b>: <b>$0.39");
  expect(owner.card.html).toContain("cost $0.30, 5 left · starting terms · ceiling $0.37");
});

it("a rule that never applies says which rules hide it", async () => {
  await setMarkup("whatsapp", "50");
  await setMarkup("alpha", "20");
  await setMarkup("beta", "20");
  const { rules } = await desk.services.prices.board();
  const hidden = rules.find(({ name }) => name === "WhatsApp");
  expect([...(hidden?.hiddenBy ?? [])].sort()).toEqual(["alpha", "beta"]);
  expect(rules.find(({ name }) => name === "alpha")?.hiddenBy).toEqual([]);
});

it.each(["10001", "-1", "1e9", "NaN", "abc", "30 -0.01", "30 1e3"])("%s is no markup", async (text) => {
  const owner = desk.operator(ownerId);
  await owner.open(at("pr", "s", "wa", "*", "*"));
  await owner.press("Another markup…");
  await owner.type(text);
  expect(owner.card.html).toContain("A markup from 0 to 10000");
});

it("every change is in the audit log, as it was and as it is", async () => {
  await setMarkup("whatsapp", "50");
  await setMarkup("whatsapp", "55");
  const row = await database.db
    .selectFrom("audit_log")
    .select(["subject", "before", "after", "actor"])
    .where("action", "=", "price rule set")
    .orderBy("at", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirstOrThrow();
  expect(row).toMatchObject({
    subject: "wa/*/*",
    actor: `operator:${ownerId}`,
    before: { markup: "50 %" },
    after: { markup: "55 %" },
  });
});

type Owner = ReturnType<TestDesk["operator"]>;

async function begin(owner: Owner, what: string, markup: string): Promise<void> {
  await owner.open(at("pr"));
  await owner.press("+ Rule");
  await owner.type(what);
  await owner.press("Another markup…");
  await owner.type(markup);
}

async function setMarkup(what: string, markup: string): Promise<void> {
  const owner = desk.operator(ownerId);
  await begin(owner, what, markup);
  await owner.press("✅ Confirm");
}

/** Prices are requested again after so long, which the clock has to let pass. */
async function waitForPrice(catalog: Catalog, micros: bigint): Promise<void> {
  const viewing = prices(catalog);
  await fixture.clock.advance(0);
  expect((await viewing).GB).toBe(micros);
}

async function newBuyer(): Promise<{ id: string }> {
  const { upsertBuyer } = await import("../../src/db/queries/buyers.ts");
  const { inTransaction } = await import("../../src/db/transaction.ts");
  return await inTransaction(database.db, (tx) =>
    upsertBuyer(tx, { telegramId: 77, languageCode: "en", at: fixture.clock.now() }),
  );
}
