import { afterAll, describe, expect, it } from "vitest";
import { act, at } from "../../src/bot/desk/place.ts";
import { shortenId } from "../../src/core/ids.ts";
import { remindOperators } from "../../src/desk/queue/remind.ts";
import { labels, type Operator, otherOwnerId, ownerId } from "../support/desk.ts";
import { openDeskOfTwoOwners } from "../support/desk-of-two-owners.ts";
import { priceMicros } from "../support/shop.ts";

const { database, shop, money, desk, owner, audits, available, delivered, receipt } =
  await openDeskOfTwoOwners();
afterAll(() => database.close());

describe("taps after /admin", () => {
  it("refund an order by the last four digits of its number: four, and it is done once however often it is tapped", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    const orderId = await delivered(buyerId);
    const digits = (await shop.order(orderId)).phone?.slice(-4) ?? "";
    const before = await available(buyerId);
    await owner.open();
    const start = owner.taps();
    await owner.press("🔎 Find");
    await owner.type(digits);
    expect(owner.card.html).toContain(`…${digits}`);
    expect(owner.card.html).not.toContain("123456");
    await owner.press("↩ Refund");
    await owner.press("goodwill");
    expect(owner.card.html).toContain("The provider's cost");
    const confirming = owner.card;
    await owner.press("✅ Confirm");
    expect(owner.taps() - start).toBe(4);
    expect(await available(buyerId)).toBe(before + priceMicros);
    const confirm = confirming.rows[0]?.[0];
    if (!confirm || !("to" in confirm)) throw new Error("no confirm");
    await Promise.all([owner.open(confirm.to), owner.open(confirm.to)]);
    expect(await available(buyerId)).toBe(before + priceMicros);
    expect(owner.card.html).toContain("Done before");
    expect(await audits("order refunded")).toMatchObject([{ subject: orderId, reason: "goodwill" }]);
    await owner.open(at("o", shortenId(orderId)));
    expect(labels(owner.card)).not.toContain("Refund");
    await shop.assertSound();
  });

  it("approve a receipt: three, and two who approve it at once credit it once", async () => {
    const { claimId, buyerId } = await receipt();
    const accountant = desk.operator(await desk.appoint("accountant"));
    await accountant.open();
    expect(accountant.card.html).toContain("waiting in the queue");
    await accountant.press("📥 Queue");
    await accountant.press(/💵/);
    const start = accountant.taps();
    const place = act("q", "a", shortenId(claimId));
    await Promise.all([accountant.press("Approve"), owner.open(place)]);
    expect(start + 1).toBe(3);
    expect(await available(buyerId)).toBe(5_000_000n);
    expect([accountant.card.html, owner.card.html].join()).toContain("Already decided.");
    expect(await audits("manual top-up approved")).toHaveLength(1);
  });
});

describe("a receipt that is rejected", () => {
  it("takes a reason, which the buyer reads", async () => {
    const { claimId, buyerId } = await receipt();
    await owner.open(act("q", "r", shortenId(claimId)));
    await owner.press("The payment has not arrived.");
    await owner.press("✅ Confirm");
    expect(await money.messages("topup_rejected")).toMatchObject([
      { reason: "The payment has not arrived." },
    ]);
    expect(await available(buyerId)).toBe(0n);
  });

  it("is told to be waiting once after half an hour, to whoever may decide", async () => {
    const accountant = await desk.appoint("accountant");
    const { claimId } = await receipt();
    await database.db
      .updateTable("manual_claims")
      .set({ submitted_at: new Date(shop.clock.now().getTime() - 31 * 60_000) })
      .where("id", "=", claimId)
      .execute();
    const deps = {
      db: database.db,
      clock: shop.clock,
      ownerIds: [ownerId],
      remindAfterMs: 30 * 60_000,
      onMessages: () => undefined,
    };
    expect(await remindOperators(deps)).toBeGreaterThan(0);
    expect(await remindOperators(deps)).toBe(0);
    const told = await database.db
      .selectFrom("outbox")
      .select("chat_id")
      .where("dedupe_key", "like", "queue_waiting:%")
      .execute();
    expect(told.map(({ chat_id }) => Number(chat_id))).toEqual(expect.arrayContaining([ownerId, accountant]));
  });

  it("is taken by one person for ten minutes; another is told by whom", async () => {
    const { claimId } = await receipt();
    const take = act("q", "t", "receipt", shortenId(claimId));
    const other = desk.operator(otherOwnerId);
    await owner.open(take);
    expect(owner.card.html).toContain("You are on it");
    await other.open(take);
    expect(other.card.html).toContain(`${ownerId} is on it`);
    await shop.clock.advance(10 * 60_000 + 1);
    await other.open(take);
    expect(other.card.html).toContain("You are on it");
  });
});

describe("a balance that is changed by hand", () => {
  const openBuyer = (operator: Operator, buyerId: string) => operator.open(at("b", shortenId(buyerId)));

  it.each(["1,5", "1e9", "-0", "NaN", "0", "", "1.0000001", "∞", "१"])(
    "takes no amount from “%s”",
    async (text) => {
      const buyerId = await shop.buyer(1_000_000n);
      await openBuyer(owner, buyerId);
      await owner.press("± Balance");
      expect(await owner.type(text)).toMatchObject({ kind: "again" });
      expect(await available(buyerId)).toBe(1_000_000n);
    },
  );

  it("goes by reason, before and after, and tells the buyer and every owner", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    await openBuyer(owner, buyerId);
    await owner.press("± Balance");
    await owner.type("-0.25");
    await owner.press("Another reason…");
    await owner.type("they <asked>");
    expect(owner.card.html).toContain("Available: $1.00 → $0.75");
    expect(owner.card.html).toContain("they &lt;asked&gt;");
    await owner.press("✅ Confirm");
    expect(await available(buyerId)).toBe(750_000n);
    const [entry] = (await audits("balance adjusted")).slice(-1);
    expect(entry).toMatchObject({
      subject: buyerId,
      before: { availableMicros: "1000000" },
      after: { amountMicros: "-250000", availableMicros: "750000" },
      reason: "they <asked>",
    });
    const told = await database.db
      .selectFrom("outbox")
      .select("chat_id")
      .where("kind", "=", "operator_notice")
      .where("payload", "@>", JSON.stringify({ notice: "adjusted", params: { reason: "they <asked>" } }))
      .execute();
    expect(told.map(({ chat_id }) => Number(chat_id)).sort()).toEqual([ownerId, otherOwnerId]);
  });

  it("is not done when something changed since it was shown, or when held money would be taken", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    await openBuyer(owner, buyerId);
    await owner.press("± Balance");
    await owner.type("-0.9");
    await owner.press("goodwill");
    await shop.buy(buyerId);
    await owner.press("✅ Confirm");
    expect(owner.card.html).toMatch(/has only \$0\.52 available/);
    expect(await available(buyerId)).toBe(1_000_000n - priceMicros);
  });

  it("of more than 100 dollars has to be typed once more", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    await openBuyer(owner, buyerId);
    await owner.press("± Balance");
    await owner.type("150");
    await owner.press("test");
    await owner.press("✅ Confirm…");
    expect(await owner.type("15")).toMatchObject({ kind: "again" });
    expect(await available(buyerId)).toBe(1_000_000n);
    await owner.type("150.00");
    expect(await available(buyerId)).toBe(151_000_000n);
  });

  it("stays within a colleague's limit of a day, counted from the ledger", async () => {
    const accountant = desk.operator(await desk.appoint("accountant"));
    const buyerId = await shop.buyer(1_000_000n);
    for (const amount of ["30", "20"]) {
      await openBuyer(accountant, buyerId);
      await accountant.press("± Balance");
      await accountant.type(amount);
      await accountant.press("goodwill");
      await accountant.press("✅ Confirm");
    }
    expect(await available(buyerId)).toBe(51_000_000n);
    await openBuyer(accountant, buyerId);
    await accountant.press("± Balance");
    await accountant.type("0.01");
    await accountant.press("goodwill");
    expect(accountant.card.html).toContain("limit of $50.00 a day");
  });

  it("is not done by somebody whose role was removed between two taps", async () => {
    const telegramId = await desk.appoint("accountant");
    const accountant = desk.operator(telegramId);
    const buyerId = await shop.buyer(1_000_000n);
    await openBuyer(accountant, buyerId);
    await accountant.press("± Balance");
    await accountant.type("1");
    await accountant.press("goodwill");
    const staff = { telegramId: ownerId, role: "owner" } as const;
    await desk.services.staff.changeRole({ staff, telegramId, role: null, updateId: 1 });
    expect(await accountant.press("✅ Confirm")).toBeUndefined();
    const draft = await database.db
      .selectFrom("drafts")
      .selectAll()
      .where("staff_id", "=", BigInt(telegramId))
      .executeTakeFirstOrThrow();
    const stale = { telegramId, role: "accountant" } as const;
    const confirm = { staff: stale, draftId: draft.id, seal: "whatever", typed: null, updateId: 2 };
    await expect(desk.services.drafts.confirm(confirm)).rejects.toMatchObject({ code: "no_right" });
    expect(await available(buyerId)).toBe(1_000_000n);
  });
});

describe("the audit log as a file", () => {
  it("is for owners, opens safely in a spreadsheet, and is an entry itself", async () => {
    const reply = await owner.open(act("au", "f"));
    if (reply?.kind !== "file") throw new Error("no file");
    let text = "";
    for await (const part of reply.file.read()) text += Buffer.from(part).toString();
    expect(text).toContain("balance adjusted");
    expect(text).not.toMatch(/^[=+@-]|,[=+@]/m);
    expect(await audits("file made")).toHaveLength(1);
  });
});
