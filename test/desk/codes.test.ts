import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePromoCode, parseVouchers } from "../../src/bot/desk/code-words.ts";
import { at } from "../../src/bot/desk/place.ts";
import { checkCap } from "../../src/operations/changes.ts";
import { createPromoWorld, type PromoWorld } from "../promotions/promo-world.ts";
import { labels, otherOwnerId, ownerId } from "../support/desk.ts";

let world: PromoWorld;
beforeAll(async () => {
  world = await createPromoWorld();
});
afterAll(() => world.close());

const odd = ["1,5", "1e9", "-0", "-5", "NaN", "0", "0.0000001", "Infinity", "1000.01", "5 5", "０５", ""];
const find = async () => [];

describe("what is typed for new codes", () => {
  it.each(odd)("is no amount of a voucher: %j", (amount) => {
    expect(parseVouchers(`${amount} x 2`)).toBeUndefined();
  });

  it.each([...odd.filter((amount) => amount !== ""), "51%", "0%", "-5%", "1.5%", "1e1%", "%"])(
    "is nothing that a promo code gives: %j",
    async (gift) => {
      expect(await parsePromoCode({ find }, `SUMMER ${gift}`)).toEqual({ kind: "wrong" });
    },
  );

  it.each([
    "5 x 501",
    "5 x 0",
    "5 x 1e2",
    "5 x",
    "5 uses",
    "5 days 366",
    "5 days 0",
    "5 uses 1 uses 2",
    "5 new new",
    "5 min 3",
    `5 ${"x".repeat(4_000)}`,
  ])("is out of bounds or not understood: %j", (words) => {
    expect(parseVouchers(words)).toBeUndefined();
  });

  it.each(["SU 5%", "СУММЕР 5%", "🎟🎟🎟 5%", "SUM'MER 5%", `${"A".repeat(33)} 5%`])(
    "is no name of a code: %j",
    async (words) => {
      expect(await parsePromoCode({ find }, words)).toEqual({ kind: "wrong" });
    },
  );

  it("names one service, one country or both, and no provider", async () => {
    const scope = { serviceId: "wa", countryId: "GB", provider: null };
    const one = async () => [{ scope, name: "WhatsApp" }];
    const withProvider = async () => [{ scope: { ...scope, provider: "alpha" }, name: "WhatsApp" }];
    expect(await parsePromoCode({ find: one }, "UKX 5% for whatsapp uk")).toMatchObject({
      kind: "read",
      content: { name: "UKX", gives: { serviceId: "wa", countryId: "GB" } },
    });
    expect(await parsePromoCode({ find: withProvider }, "UKX 5% for alpha")).toEqual({ kind: "scope" });
    expect(await parsePromoCode({ find }, "UKX 5% for nothing")).toEqual({ kind: "scope" });
    expect(await parsePromoCode({ find: one }, "UKX $5 for whatsapp")).toEqual({ kind: "wrong" });
  });
});

describe("the desk", () => {
  it("shows what vouchers give at most, wants it typed, and tells all owners, in one go however often it is tapped", async () => {
    const { owner, shop, database } = world;
    await owner.open(at("cd"));
    await owner.press("+ Vouchers");
    await owner.type("2.50 x 4 uses 2 days 7");
    await owner.press("campaign");
    expect(owner.card.html).toContain("4 vouchers of $2.50");
    expect(owner.card.html).toContain("Given at most: $20.00");
    await owner.press(/Confirm/);
    await owner.type("20");
    expect(await database.db.selectFrom("promotions").select("id").execute()).toHaveLength(0);
    await owner.type("20.00");
    await owner.type("20.00");
    expect(await database.db.selectFrom("promotions").select("id").execute()).toHaveLength(1);
    const notices = (await shop.messages("operator_notice")).filter(
      ({ payload }) => payload.notice === "codes_made",
    );
    expect(notices).toHaveLength(2);
    const audited = await database.db
      .selectFrom("audit_log")
      .select(["actor", "reason"])
      .where("action", "=", "vouchers made")
      .execute();
    expect(audited).toEqual([{ actor: `operator:${ownerId}`, reason: "campaign" }]);
  });

  it("gives the file once; a new one stops the old codes that nobody used", async () => {
    const { owner, shop, redeem } = world;
    const codes = await world.makeVouchers("1 x 3");
    expect(codes).toHaveLength(3);
    const [used = "", unused = ""] = codes;
    expect(await redeem(await shop.buyer(0n), used)).toBe("voucher");
    await owner.press("⬇ File with the codes");
    expect(owner.card.html).toContain("This was done before");
    await owner.press("🔁 New codes, new file");
    await owner.press("✅ Confirm");
    const reply = await owner.press("⬇ File with the codes");
    expect(reply).toMatchObject({ kind: "file" });
    expect(await redeem(await shop.buyer(0n), unused)).toBe("unknown");
    await owner.open(at("cd"));
    await owner.press("3 vouchers of $1.00 · running");
    expect(owner.card.html).toContain("Redeemed: 1 of 3");
    expect(owner.card.html).toContain("Money given: $1.00");
  });

  it("shows a promo code's link and use, extends it, and stops it once", async () => {
    const { owner, shop, redeem } = world;
    await world.makeCode("CARD $1 days 1");
    await owner.press("CARD: $1.00 with a top-up · running");
    expect(owner.card.html).toContain("https://t.me/numstore_bot?start=p_CARD");
    await owner.press("Extend…");
    expect(await owner.type("1.5")).toMatchObject({ kind: "again" });
    await owner.type("2");
    await owner.press("✅ Confirm");
    await shop.clock.advance(2 * 86_400_000);
    const buyerId = await shop.buyer(0n);
    expect(await redeem(buyerId, "CARD")).toBe("bonus");
    await owner.press("⏹ Stop");
    await owner.press("abused");
    await owner.press("✅ Confirm");
    expect(labels(owner.card)).not.toContain("Stop");
    await world.pay(buyerId, 100);
    expect(await world.available(buyerId)).toBe(1_300_000n);
  });

  it("takes no name twice", async () => {
    const { database } = world;
    await world.makeCode("TWICE $1");
    const second = world.desk.operator(otherOwnerId);
    await second.open(at("cd"));
    await second.press("+ Promo code");
    await second.type("twice 5%");
    expect(second.card.html).toContain("promo code of this name");
    const found = await database.db
      .selectFrom("promotions")
      .select("id")
      .where("name", "=", "TWICE")
      .execute();
    expect(found).toHaveLength(1);
  });

  it("counts codes towards what their maker may move in a day", async () => {
    const { database, shop, desk } = world;
    const telegramId = await desk.appoint("accountant");
    const staff = { telegramId, role: "accountant" } as const;
    const cap = (amountMicros: bigint) =>
      checkCap(database.db, desk.deskDeps, { staff, amountMicros, at: shop.clock.now() });
    await cap(50_000_000n);
    await database.db
      .updateTable("promotions")
      .set({ created_by: telegramId, created_at: shop.clock.now() })
      .where("kind", "=", "voucher")
      .where("amount_micros", "=", 2_500_000n)
      .execute();
    await cap(30_000_000n);
    await expect(cap(30_000_001n)).rejects.toMatchObject({ code: "over_cap" });
  });

  it("and the ledger agrees to the last micro-dollar", () => world.shop.assertSound());
});
