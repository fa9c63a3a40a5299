import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { act, at } from "../../src/bot/desk/place.ts";
import { addMs } from "../../src/core/clock.ts";
import { shortenId } from "../../src/core/ids.ts";
import { banFromApi } from "../../src/db/queries/api-buyers.ts";
import { setNames } from "../../src/db/queries/buyer-settings.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { money } from "../../src/texts/html.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDesk, labels, type Operator, ownerId, type TestDesk } from "../support/desk.ts";
import { type ResellerWorld, startResellerWorld, type TestReseller } from "../support/reseller-world.ts";

const DAY_MS = 86_400_000;
const product = { service: "wa", country: 16 };

/** The shop that sells, and a desk over the same database, as in another process. */
let world: ResellerWorld;
let desk: TestDesk;
let owner: Operator;
let support: Operator;
let reseller: TestReseller;

beforeAll(async () => {
  world = await startResellerWorld();
  desk = createTestDesk(world.database, world.clock, [ownerId]);
  owner = desk.operator(ownerId);
  support = desk.operator(await desk.appoint("support"));
  await (await world.newReseller()).number();
});
beforeEach(async () => {
  reseller = await world.newReseller();
  const names = { username: `tool_${reseller.telegramId}`, firstName: "Ann", at: world.clock.now() };
  await setNames(world.database.db, reseller.buyerId, names);
});
afterAll(() => world.close());

const cardOf = (person: Operator, { buyerId }: TestReseller = reseller) =>
  person.open(at("rs", shortenId(buyerId)));
const audits = (action: string) =>
  world.database.db
    .selectFrom("audit_log")
    .selectAll()
    .where("action", "=", action)
    .where("buyer_id", "=", reseller.buyerId)
    .execute();

describe("the list of resellers", () => {
  it("names each with the keys that work and their last use, the latest first, and opens the card", async () => {
    await world.reseller.keys.create(reseller.buyerId, "second");
    await reseller.ask("getBalance");
    await world.reseller.flush();
    await support.open();
    await support.press("🔌 Resellers");
    const [first] = labels(support.card).split(" | ");
    expect(first).toMatch(
      new RegExp(`^@tool_${reseller.telegramId} · 2 keys · \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d`),
    );
    await support.press(first ?? "");
    expect(support.card.html).toContain(`tool_${reseller.telegramId}`);
  });

  it.each(["-1", "0.5", "1e9", "999", "x"])("opens with the page “%s” in its button", async (page) => {
    expect((await owner.open(at("rs", "l", page)))?.kind).toBe("card");
    expect(owner.card.html).toContain("Resellers");
  });
});

describe("a reseller's card", () => {
  it("has how many numbers got a code, what was spent, open orders and the keys that work; no secret, number or code", async () => {
    const { db } = world.database;
    const [old, free, open] = [await reseller.number(), await reseller.number(), await reseller.number()];
    const priceMicros = (await reseller.balance()).heldMicros / 3n;
    world.deliver(old.phone, "482913");
    await world.sped(() => expect.poll(() => reseller.status(old.id)).toBe("STATUS_OK:482913"));
    await reseller.set(old.id, 6);
    const change = async (id: string, row: { placed_at: Date } | { cancel_opens_at: Date }) =>
      await db
        .updateTable("orders")
        .set(row)
        .where("api_number", "=", Number(id))
        .where("buyer_id", "=", reseller.buyerId)
        .execute();
    await change(old.id, { placed_at: addMs(world.clock.now(), -2 * DAY_MS) });
    world.clock.setSpeed(2_000);
    await world.clock.sleep(125_000);
    world.clock.setSpeed(1);
    expect(await reseller.set(free.id, 8)).toBe("ACCESS_CANCEL");
    const revoked = await world.reseller.keys.create(reseller.buyerId, "old tool");
    if (revoked.kind !== "made") throw new Error(revoked.kind);
    await world.reseller.keys.revoke(reseller.buyerId, revoked.key.id);
    await cardOf(support);
    const { html } = support.card;
    expect(html).toContain("With a code: 50 % of the last 2");
    expect(html).toContain(`Spent today (UTC): ${money(priceMicros)}`);
    expect(html).toContain(`Spent in 30 days: ${money(2n * priceMicros)}`);
    expect(html).toContain("Open orders: 1");
    expect(html).toContain(`🔑 ${reseller.keyId}: tests · buys`);
    for (const hidden of [revoked.key.id, reseller.key, open.phone, old.phone, "482913"])
      expect(html).not.toContain(hidden);
  });

  it("names somebody who has no name in Telegram by their Telegram id", async () => {
    const unnamed = await world.newReseller();
    await cardOf(owner, unnamed);
    expect(owner.card.html).toContain(String(unnamed.telegramId));
  });

  it("is of buyers with keys alone", async () => {
    await owner.open(at("rs", shortenId("0193f5a0-0000-7000-8000-000000000001")));
    expect(owner.card.html).toContain("There is no such thing any more.");
  });

  it("leads to its buyer, and somebody who may not ban has no button to revoke or to let buy again", async () => {
    const accountant = desk.operator(await desk.appoint("accountant"));
    await inTransaction(world.database.db, (tx) =>
      banFromApi(tx, reseller.buyerId, addMs(world.clock.now(), DAY_MS)),
    );
    await cardOf(accountant);
    expect(labels(accountant.card)).not.toMatch(/Revoke|buy again/);
    await accountant.press("👤 Buyer");
    expect(accountant.card.html).toContain(String(reseller.telegramId));
  });
});

describe("revoking a key at the desk", () => {
  it("ends it in every process at once, after a reason and before and after, and is audited once", async () => {
    await reseller.number();
    await cardOf(support);
    await support.press(`Revoke ${reseller.keyId}`);
    await support.press("leaked");
    expect(support.card.html).toMatch(/works.*revoked/s);
    const confirm = support.card.rows[0]?.[0];
    if (!confirm || !("to" in confirm)) throw new Error("no confirm");
    await Promise.all([support.open(confirm.to), support.open(confirm.to)]);
    expect(await reseller.ask("getNumber", product)).toBe("BAD_KEY");
    expect(await reseller.states()).toEqual(["waiting"]);
    expect(await audits("API key revoked")).toMatchObject([
      { reason: "leaked", before: { key: reseller.keyId }, after: { isRevoked: true } },
    ]);
    await cardOf(support);
    expect(labels(support.card)).not.toContain("Revoke");
    await support.open(act("rs", "r", shortenId(reseller.buyerId), reseller.keyId));
    expect(support.card.html).toContain("There is no such thing any more.");
  });

  it("refuses the key of another buyer and what is no key, in a sentence", async () => {
    const other = await world.newReseller();
    for (const keyId of [other.keyId, "zzzzz9", "", "abc", "x".repeat(20)]) {
      await owner.open(act("rs", "r", shortenId(reseller.buyerId), keyId));
      expect(owner.card.html).toContain("There is no such thing any more.");
    }
    expect(await other.ask("getBalance")).toMatch(/^ACCESS_BALANCE/);
  });
});

describe("the ban of the guard", () => {
  it("is lifted at the desk: the keys buy again at once, and it is audited with what was before", async () => {
    const until = addMs(world.clock.now(), DAY_MS);
    await inTransaction(world.database.db, (tx) => banFromApi(tx, reseller.buyerId, until));
    expect(await reseller.ask("getNumber", product)).toMatch(/^BANNED/);
    await cardOf(support);
    expect(support.card.html).toContain("Stopped by the guard: once");
    await support.press("Let the keys buy again");
    expect(support.card.html).toMatch(/stopped until.*may buy/s);
    await support.press("✅ Confirm");
    await reseller.number();
    expect(await audits("API ban lifted")).toMatchObject([{ before: { bannedUntil: until.toISOString() } }]);
    await cardOf(support);
    expect(labels(support.card)).not.toContain("buy again");
    expect(support.card.html).not.toContain("Stopped until");
    await support.open(act("rs", "u", shortenId(reseller.buyerId)));
    expect(support.card.html).toContain("This was done before.");
  });
});

describe("a pause of API sales at the desk", () => {
  it("stops the keys of another process at once and not the chat; support begins it, an owner ends it", async () => {
    const { id, phone } = await reseller.number();
    await support.open(at("pa"));
    await support.press("⏸ API sales");
    await support.press("test");
    await support.press("✅ Confirm");
    expect(await reseller.ask("getNumber", product)).toBe("NO_NUMBERS");
    const { db } = world.database;
    const paused = await db
      .selectFrom("audit_log")
      .select("after")
      .where("action", "=", "api paused")
      .execute();
    expect(paused).toEqual([{ after: { isPaused: true, until: null } }]);
    await owner.open();
    expect(owner.card.html).toContain("API sales");
    const sells = desk.deskDeps.catalog.refusal({ serviceId: "wa", countryId: "GB" });
    expect(await sells).not.toBe("sales_paused");
    world.deliver(phone, "482913");
    await world.sped(() => expect.poll(() => reseller.status(id)).toBe("STATUS_OK:482913"));

    await support.open(at("pa"));
    expect(labels(support.card)).not.toContain("Resume");
    await support.open(act("pa", "r", "a"));
    expect(support.card.html).toContain("Your role does not allow this.");
    await owner.open(at("pa"));
    await owner.press("▶️ Resume api sales");
    await owner.press("✅ Confirm");
    await reseller.number();
  });

  it.each([
    [2, /^ACCESS_NUMBER/],
    [0.5, /^NO_NUMBERS$/],
  ])("for an hour, begun %s hours ago, answers %s", async (hoursAgo, answer) => {
    const then = createTestClock(addMs(world.clock.now(), -hoursAgo * 3_600_000));
    const earlier = createTestDesk(world.database, then, [ownerId]).operator(ownerId);
    await earlier.open(act("pa", "s", "a", "1"));
    await earlier.press("maintenance");
    expect(earlier.card.html).toContain("paused for 1 h");
    await earlier.press("✅ Confirm");
    expect(await reseller.ask("getNumber", product)).toMatch(answer);
  });
});

describe("find", () => {
  it.each(["", "ns"])(
    "leads from a key's six characters, with “%s” before them, to the reseller's card",
    async (before) => {
      await owner.open();
      await owner.press("🔎 Find");
      await owner.type(`${before}${reseller.keyId}`);
      expect(owner.card.html).toContain("With a code");
      expect(owner.card.html).toContain(reseller.keyId);
    },
  );

  it("leads from a revoked key to the reseller's card too", async () => {
    await world.reseller.keys.revoke(reseller.buyerId, reseller.keyId);
    await owner.open();
    await owner.press("🔎 Find");
    await owner.type(reseller.keyId);
    expect(owner.card.html).toContain(`tool_${reseller.telegramId}`);
  });
});
