import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { at } from "../../src/bot/desk/place.ts";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { pauseByItself } from "../../src/desk/switches/automatic-pause.ts";
import { textsFor } from "../../src/texts/index.ts";
import { type CatalogFixture, clear, createFixture, createSeller, price } from "../catalog/fixture.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestDesk, labels, ownerId, type TestDesk } from "../support/desk.ts";
import { createTestShop } from "../support/shop.ts";

let database: TestDatabase;
let fixture: CatalogFixture;
let desk: TestDesk;
let buyerId: string;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await clear(database.db);
  const sellers = ["alpha", "beta"].map((name) => {
    const seller = createSeller(name);
    seller.priceList = [price("wa", "16", 300_000n), price("wa", "6", 100_000n)];
    return seller;
  });
  fixture = await createFixture(database.db, sellers);
  desk = createTestDesk(database, fixture.clock, [ownerId], { catalog: fixture.catalog, providers: sellers });
  const at = fixture.clock.now();
  ({ id: buyerId } = await inTransaction(database.db, (tx) =>
    upsertBuyer(tx, { telegramId: 7, languageCode: "en", at }),
  ));
  await countries();
});

async function countries(catalog: Catalog = fixture.catalog): Promise<readonly string[]> {
  const page = await catalog.countries({
    serviceId: "wa",
    page: 0,
    pageSize: 9,
    sort: "name",
    language: "en",
  });
  return page.refusal === null ? page.items.map(({ country }) => country.id) : [page.refusal];
}

async function refusalOf(countryId = "GB"): Promise<string> {
  const result = await fixture.catalog.quote({ buyerId, serviceId: "wa", countryId, language: "en" });
  return result.kind === "quote" ? "sold" : result.code;
}

async function takeOff(what: string): Promise<void> {
  const owner = desk.operator(ownerId);
  await owner.open(at("ca"));
  await owner.press("Take off sale…");
  await owner.type(what);
  await owner.press("✅ Confirm");
}

describe("what an owner takes off sale", () => {
  it("is a country in four taps; it leaves the lists and is answered with its reason everywhere", async () => {
    const replica = fixture.replica();
    const owner = desk.operator(ownerId);
    await owner.open();
    await owner.press("🗂 Catalogue");
    await owner.press("Take off sale…");
    await owner.type("indonesia");
    await owner.press("law");
    await owner.press("✅ Confirm");
    expect(owner.taps()).toBeLessThanOrEqual(4);
    expect(await countries(replica)).toEqual(["GB"]);
    expect(await refusalOf("ID")).toBe("not_on_sale");
    expect(await refusalOf("GB")).toBe("sold");
    const product = { serviceId: "wa", countryId: "ID" };
    expect(await replica.refusal(product)).toBe("not_on_sale");
    expect(await replica.route({ ...product, ceilingMicros: 10n ** 9n })).toEqual([]);
    const log = await database.db
      .selectFrom("audit_log")
      .select(["subject", "reason"])
      .where("action", "=", "taken off sale")
      .execute();
    expect(log).toContainEqual({ subject: "*/ID/*", reason: "law" });
  });

  it("is a service: its favourites stay and say that it is not sold now", async () => {
    await fixture.catalog.setFavourite(buyerId, "wa", "GB", true);
    await takeOff("whatsapp, complaints");
    expect(await countries()).toEqual(["not_on_sale"]);
    await fixture.clock.advance(10_000);
    const { items } = await fixture.catalog.services({ page: 0, pageSize: 50, sort: "name" });
    expect(items.map(({ id }) => id)).not.toContain("wa");
    expect((await fixture.catalog.shelf(buyerId, "en")).favourites).toMatchObject([{ priceMicros: null }]);
    expect(await refusalOf()).toBe("not_on_sale");
    const words = ["en", "ru", "es", "pt", "id", "ar"].map(
      (language) => textsFor(language).errors.not_on_sale,
    );
    expect(new Set(words).size).toBe(6);
  });

  it("is a provider: its offers are hidden and it is asked nothing, the others go on", async () => {
    await takeOff("alpha, test");
    const product = { serviceId: "wa", countryId: "GB" };
    const offers = await fixture.catalog.route({ ...product, ceilingMicros: 10n ** 9n });
    expect(offers.map(({ provider }) => provider)).toEqual(["beta"]);
    expect(await refusalOf()).toBe("sold");
    await takeOff("beta, test");
    expect(await refusalOf()).toBe("not_on_sale");
  });

  it("is one product at one provider, for a time, after which it is back by itself", async () => {
    await takeOff("whatsapp uk alpha 2h, never delivers");
    const product = { serviceId: "wa", countryId: "GB", ceilingMicros: 10n ** 9n };
    const sellersOf = async () =>
      (await fixture.catalog.route(product)).map(({ provider }) => provider).sort();
    expect(await sellersOf()).toEqual(["beta"]);
    await database.db
      .updateTable("offers")
      .set({ observed_at: new Date(fixture.clock.now().getTime() + 7_200_000) })
      .execute();
    await fixture.clock.advance(7_200_001);
    expect(await sellersOf()).toEqual(["alpha", "beta"]);
    await takeOff("whatsapp uk alpha, never delivers");
    expect(await sellersOf()).toEqual(["beta"]);
  });

  it("is put on sale again; what the law forbids has no switch here", async () => {
    await takeOff("indonesia, test");
    const owner = desk.operator(ownerId);
    await owner.open(at("ca"));
    expect(owner.card.html).toContain("ALLOWED_SERVICES");
    await owner.press(/🚫/);
    await owner.press("Put on sale again");
    await owner.press("✅ Confirm");
    expect(await countries()).toEqual(["ID", "GB"]);
  });
});

describe("a pause", () => {
  it("is begun by whoever is on duty, and ended by an owner only", async () => {
    const support = desk.operator(await desk.appoint("support"));
    await support.open();
    await support.press("⏸ Pause");
    await support.press("⏸ Sales");
    await support.press("maintenance");
    await support.press("✅ Confirm");
    expect(await refusalOf()).toBe("sales_paused");
    await support.open(at("pa"));
    expect(labels(support.card)).not.toContain("Resume");
    await support.open({ screen: "pa", action: "r", args: ["s"] });
    expect(support.card.html).toContain("Your role does not allow this.");
    const owner = desk.operator(ownerId);
    await owner.open(at("pa"));
    await owner.press("▶️ Resume sales");
    await owner.press("✅ Confirm");
    expect(await refusalOf()).toBe("sold");
  });

  it("has the operator's own words in a language, within seconds", async () => {
    const owner = desk.operator(ownerId);
    await pause(owner);
    await owner.open(at("pa", "l", "s"));
    await owner.press("es");
    await owner.type("Volvemos a las 10.");
    await owner.press("✅ Confirm");
    const { pauseWords } = desk.deskDeps;
    expect(pauseWords.in(textsFor("es").errors, "es").sales_paused).toBe("Volvemos a las 10.");
    expect(pauseWords.in(textsFor("en").errors, "en").sales_paused).toContain("Sales are paused");
  });

  it("while a number is being bought lets that order go on and takes no new one", async () => {
    const own = await createTestDatabase();
    const shop = await createTestShop(own.db);
    const buyer = await shop.buyer(5_000_000n);
    const [first, second] = [await shop.quote(buyer), await shop.quote(buyer)];
    const tap = { buyerId: buyer, chatId: 5, cardMessageId: 7, acceptsTermsVersion: 1 };
    const placed = await shop.orders.purchase({ ...tap, quoteId: first });
    await pause(createTestDesk(own, shop.clock, [ownerId]).operator(ownerId));
    await shop.orders.drain();
    if (placed.kind !== "placed") return expect.unreachable();
    expect((await shop.order(placed.orderId)).state).toBe("waiting");
    expect(await shop.orders.purchase({ ...tap, quoteId: second })).toMatchObject({ code: "sales_paused" });
    await shop.assertSound();
    await own.close();
  });

  it("begins by itself when all providers are out for ten minutes, and ends by itself", async () => {
    await outage("alpha", "beta");
    await byItself();
    expect(await refusalOf()).not.toBe("sales_paused");
    await fixture.clock.advance(600_001);
    await Promise.all([byItself(), byItself()]);
    expect(await refusalOf()).toBe("sales_paused");
    const told = await database.db
      .selectFrom("outbox")
      .select("payload")
      .where("kind", "=", "operator_notice")
      .execute();
    expect(
      told.filter(({ payload }) => JSON.stringify(payload).includes("no provider answers")),
    ).toHaveLength(1);
    await database.db
      .updateTable("provider_health")
      .set({ state: "closed" })
      .where("provider", "=", "beta")
      .execute();
    await byItself();
    expect(await fixture.catalog.refusal({ serviceId: "wa", countryId: "GB" })).toBeUndefined();
  });

  it("that an owner ended is not begun again in the same outage", async () => {
    await outage("alpha", "beta");
    await fixture.clock.advance(600_001);
    await byItself();
    const owner = desk.operator(ownerId);
    await owner.open(at("pa"));
    await owner.press("▶️ Resume sales");
    await owner.press("✅ Confirm");
    await byItself();
    expect(await fixture.catalog.refusal({ serviceId: "wa", countryId: "GB" })).toBeUndefined();
  });
});

async function pause(owner: ReturnType<TestDesk["operator"]>): Promise<void> {
  await owner.open(at("pa"));
  await owner.press("⏸ Sales");
  await owner.press("test");
  await owner.press("✅ Confirm");
}

async function byItself(): Promise<void> {
  await pauseByItself({ ...desk.deskDeps, providers: ["alpha", "beta"] });
}

async function outage(...providers: readonly string[]): Promise<void> {
  const opened = fixture.clock.now();
  const row = { state: "open", opened_at: opened, updated_at: opened };
  await database.db
    .insertInto("provider_health")
    .values(providers.map((provider) => ({ provider, ...row })))
    .execute();
}
