import { afterAll, describe, expect, it } from "vitest";
import { act, at } from "../../src/bot/desk/place.ts";
import { shortenId } from "../../src/core/ids.ts";
import { setNames } from "../../src/db/queries/buyer-settings.ts";
import { findBuyer } from "../../src/db/queries/buyers.ts";
import { otherOwnerId } from "../support/desk.ts";
import { openDeskOfTwoOwners } from "../support/desk-of-two-owners.ts";

const { database, shop, provider, desk, owner, audits } = await openDeskOfTwoOwners();
afterAll(() => database.close());

describe("find", () => {
  it.each([
    "12345678901234567890",
    "%",
    "____",
    "😀",
    "'; DROP TABLE buyers; --",
    "\\",
    "@",
    "#zzzzzzzz",
    "x".repeat(5000),
    "stars:%",
    "9223372036854775808",
    "\u0000",
  ])("finds nothing by “%s”, and says what was tried", async (text) => {
    await owner.open(act("f", "a"));
    expect(await owner.type(text)).toMatchObject({ kind: "again" });
    await shop.clock.advance(5_000);
  });

  it("finds by id, its end, the provider's id, Telegram id, and @name in any case", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    const orderId = await shop.buy(buyerId);
    const { upstreamId } = await shop.order(orderId);
    const buyer = await findBuyer(database.db, buyerId);
    await setNames(database.db, buyerId, { username: "Ann_Example", firstName: "Ann", at: shop.clock.now() });
    const { services } = desk;
    const staff = { telegramId: otherOwnerId, role: "owner" } as const;
    const found = async (text: string) => (await services.find.search(staff, text)).hits.map(({ id }) => id);
    expect(await found(orderId)).toEqual([orderId]);
    expect(await found(shortenId(orderId))).toEqual([orderId]);
    expect(await found(orderId.slice(-8))).toEqual([orderId]);
    expect(await found(`${provider.name}:${upstreamId}`)).toEqual([orderId]);
    expect(await found(String(buyer?.telegramId))).toContain(buyerId);
    expect(await found("@ann_EXAMPLE")).toEqual([buyerId]);
  });

  it("is refused after 30 searches in a minute", async () => {
    const staff = { telegramId: await desk.appoint("support"), role: "support" } as const;
    for (let count = 0; count < 30; count += 1) await desk.services.find.search(staff, "nothing");
    await expect(desk.services.find.search(staff, "nothing")).rejects.toMatchObject({
      code: "too_many_searches",
    });
    await shop.clock.advance(60_000);
    expect((await desk.services.find.search(staff, "nothing")).hits).toEqual([]);
  });

  it("notes once an hour that somebody opened a buyer's card", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    const opened = async () =>
      (await audits("buyer card opened")).filter(({ subject }) => subject === buyerId);
    await owner.open(at("b", shortenId(buyerId)));
    await owner.open(at("b", shortenId(buyerId)));
    expect(await opened()).toHaveLength(1);
    await shop.clock.advance(3_600_001);
    await owner.open(at("b", shortenId(buyerId)));
    expect(await opened()).toHaveLength(2);
  });
});

describe("an order", () => {
  it("is cancelled for its buyer once, audited", async () => {
    const buyerId = await shop.buyer(1_000_000n);
    const orderId = await shop.buy(buyerId);
    await owner.open(at("o", shortenId(orderId)));
    await owner.press("✖ Cancel for the buyer");
    await owner.press("number does not work");
    await owner.press("✅ Confirm");
    expect((await shop.order(orderId)).state).toBe("cancelling");
    expect(await audits("cancel for the buyer")).toMatchObject([{ subject: orderId, buyer_id: buyerId }]);
  });

  it("is looked at next when somebody asks for it", async () => {
    const orderId = await shop.buy(await shop.buyer(1_000_000n));
    await owner.open(at("o", shortenId(orderId)));
    await owner.press("⟳ Check now");
    expect(owner.card.html).toContain("asked now");
  });
});
