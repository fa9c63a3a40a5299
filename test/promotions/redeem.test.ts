import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBuyers } from "../../src/buyers/buyers.ts";
import { newVoucherCode, normalizeCode } from "../../src/core/promo-code.ts";
import { banBuyer, findBuyer, findByTelegramId } from "../../src/db/queries/buyers.ts";
import { selectSystemBalance } from "../../src/db/queries/ledger.ts";
import { system } from "../../src/wallet/accounts.ts";
import { ownerId } from "../support/desk.ts";
import { createPromoWorld, type PromoWorld } from "./promo-world.ts";

let world: PromoWorld;
beforeAll(async () => {
  world = await createPromoWorld();
});
afterAll(() => world.close());

const rows = () => world.database.db.selectFrom("promotion_redemptions").selectAll().execute();

describe("a voucher", () => {
  it("adds its money once, as bonus money, and tells the buyer", async () => {
    const { shop, redeem, available } = world;
    const [code = ""] = await world.makeVouchers("5 x 1");
    const buyerId = await shop.buyer(0n);
    const spoken = ` ${code.toLowerCase().replaceAll("-", " ")} `;
    expect(await redeem(buyerId, spoken)).toBe("voucher");
    expect(await available(buyerId)).toBe(5_000_000n);
    expect(await redeem(buyerId, code)).toBe("already_yours");
    expect(await redeem(await shop.buyer(0n), code)).toBe("used_up");
    expect(await available(buyerId)).toBe(5_000_000n);
    const told = (await shop.messages("bonus_changed")).map(({ payload }) => payload);
    expect(told).toContainEqual({
      kind: "bonus_changed",
      cause: "voucher",
      amountMicros: "5000000",
      availableMicros: "5000000",
    });
    const kinds = await world.database.db
      .selectFrom("transfers")
      .select("kind")
      .where("kind", "=", "bonus")
      .execute();
    expect(kinds).toHaveLength(1);
    expect(await selectSystemBalance(world.database.db, system.promotions)).toBe(-5_000_000n);
  });

  it("that works once is credited once when fifty people redeem it at the same moment", async () => {
    const { shop, redeem, available } = world;
    const [code = ""] = await world.makeVouchers("2 x 1");
    const buyers = await Promise.all(Array.from({ length: 50 }, () => shop.buyer(0n)));
    const outcomes = await Promise.all(buyers.map((buyerId) => redeem(buyerId, code)));
    expect(outcomes.filter((outcome) => outcome === "voucher")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "used_up")).toHaveLength(49);
    const balances = await Promise.all(buyers.map(available));
    expect(balances.reduce((sum, micros) => sum + micros, 0n)).toBe(2_000_000n);
    await shop.assertSound();
  });

  it("is credited once to one person who sends it many times at once", async () => {
    const { shop, redeem, available } = world;
    const [code = ""] = await world.makeVouchers("1 x 1 uses 50");
    const buyerId = await shop.buyer(0n);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => redeem(buyerId, code)));
    expect(outcomes.toSorted()).toEqual([...Array(19).fill("already_yours"), "voucher"]);
    expect(await available(buyerId)).toBe(1_000_000n);
  });

  it("cannot be read out of the database, and is made of letters that nobody mixes up", async () => {
    const [code = ""] = await world.makeVouchers("1 x 1");
    const plain = normalizeCode(code) ?? "?";
    const { db } = world.database;
    const stored = await Promise.all([
      db.selectFrom("promotions").selectAll().execute(),
      db.selectFrom("promotion_codes").selectAll().execute(),
      db.selectFrom("drafts").selectAll().execute(),
      db.selectFrom("audit_log").selectAll().execute(),
      db.selectFrom("outbox").selectAll().execute(),
    ]);
    const text = JSON.stringify(stored, (_, value) => (typeof value === "bigint" ? String(value) : value));
    expect(text).not.toContain(plain);
    expect(text).not.toContain(code);
    const many = new Set(Array.from({ length: 1_000 }, newVoucherCode));
    expect(many.size).toBe(1_000);
    for (const one of many) expect(one).toMatch(/^([A-HJKMNP-Z2-9]{4}-){3}[A-HJKMNP-Z2-9]{4}$/);
  });

  it("is not for its maker, and gives a banned buyer nothing", async () => {
    const { database, shop, redeem, available } = world;
    const [code = ""] = await world.makeVouchers("1 x 1");
    const buyers = createBuyers({ db: database.db, clock: shop.clock });
    const maker = await buyers.meet({ telegramId: ownerId, language: "en" });
    expect(await redeem(maker.id, code)).toBe("not_for_you");
    const banned = await shop.buyer(0n);
    await banBuyer(database.db, banned, "test", shop.clock.now());
    expect(await redeem(banned, code)).toBe("buyer_banned");
    expect(await available(banned)).toBe(0n);
    expect(await redeem(await shop.buyer(0n), code)).toBe("voucher");
  });

  it("ends with its time", async () => {
    const { shop, redeem } = world;
    const [code = ""] = await world.makeVouchers("1 x 1 days 1");
    await shop.clock.advance(86_400_000);
    expect(await redeem(await shop.buyer(0n), code)).toBe("expired");
  });
});

describe("wrong codes", () => {
  it.each([
    ["emoji", "🎟🎟🎟🎟"],
    ["SQL", "' OR 1=1; DROP TABLE promotions; --"],
    ["4,000 characters", "A".repeat(4_000)],
    ["nothing", "   "],
    ["a letter that only looks Latin", "SРRING"],
    ["a null character", "SPRING\u0000"],
    ["another script's digits", "SPRING٤"],
  ])("are no codes: %s", async (_what, typed) => {
    const names = await world.database.db.selectFrom("promotions").select("name").execute();
    if (!names.some(({ name }) => name === "SPRING")) await world.makeCode("SPRING $1");
    expect(await world.redeem(await world.shop.buyer(0n), typed)).toBe("unknown");
  });

  it("are the right one in other letters, blanks and full width", async () => {
    await world.makeCode("EASTER24 $1 uses 9");
    for (const typed of ["easter24", " EASTER 24 ", "Ｅａｓｔｅｒ２４", "eas-ter-24"])
      expect(await world.redeem(await world.shop.buyer(0n), typed), typed).toBe("bonus");
  });

  it("are limited to five an hour, for right ones after them too, and a deletion does not reset it", async () => {
    const { database, shop, redeem } = world;
    const [code = ""] = await world.makeVouchers("1 x 1");
    const buyerId = await shop.buyer(0n);
    const telegramId = (await findBuyer(database.db, buyerId))?.telegramId ?? 0;
    for (let tries = 0; tries < 5; tries += 1) expect(await redeem(buyerId, `WRONG${tries}`)).toBe("unknown");
    expect(await redeem(buyerId, code)).toBe("too_many_tries");
    const buyers = createBuyers({ db: database.db, clock: shop.clock });
    expect(await buyers.forget(buyerId)).toBe("forgotten");
    const back = await buyers.meet({ telegramId, language: "en" });
    expect(await redeem(back.id, code)).toBe("too_many_tries");
    await shop.clock.advance(62 * 60_000);
    expect(await redeem(back.id, code)).toBe("voucher");
  });
});

describe("once a person", () => {
  it("holds when they delete their data and come back, and nothing links the old rows to them", async () => {
    const { database, shop, redeem } = world;
    const [code = ""] = await world.makeVouchers("1 x 1 uses 10");
    const buyerId = await shop.buyer(0n);
    const telegramId = (await findBuyer(database.db, buyerId))?.telegramId ?? 0;
    expect(await redeem(buyerId, code)).toBe("voucher");
    const buyers = createBuyers({ db: database.db, clock: shop.clock });
    await buyers.forget(buyerId);
    expect((await rows()).every((row) => row.buyer_id !== buyerId)).toBe(true);
    const back = await buyers.meet({ telegramId, language: "en" });
    expect(await redeem(back.id, code)).toBe("already_yours");
  });

  it("new buyers are those who never bought or paid, and who are here for the first time", async () => {
    const { database, shop, redeem } = world;
    const [code = ""] = await world.makeVouchers("1 x 1 uses 10 new");
    const paid = await shop.buyer(0n);
    await world.pay(paid, 100);
    expect(await redeem(paid, code)).toBe("not_for_you");
    const gone = await shop.buyer(0n);
    const telegramId = (await findBuyer(database.db, gone))?.telegramId ?? 0;
    const buyers = createBuyers({ db: database.db, clock: shop.clock });
    await buyers.forget(gone);
    await buyers.meet({ telegramId, language: "en" });
    const back = await findByTelegramId(database.db, telegramId);
    expect(await redeem(back?.id ?? "", code)).toBe("not_for_you");
    const fresh = await shop.buyer(0n);
    expect(await redeem(fresh, "A-WRONG-ONE")).toBe("unknown");
    expect(await redeem(fresh, code)).toBe("voucher");
    await shop.assertSound();
  });
});
