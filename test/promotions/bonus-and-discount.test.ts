import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at } from "../../src/bot/desk/place.ts";
import { newId, shortenId } from "../../src/core/ids.ts";
import { findBuyer } from "../../src/db/queries/buyers.ts";
import { insertQuote } from "../../src/db/queries/quotes.ts";
import { StarsRefundRefused } from "../../src/topups/topup-deps.ts";
import { createWalletReader } from "../../src/wallet/reader.ts";
import { received, waiting } from "../support/scripted-provider.ts";
import { createPromoWorld, type PromoWorld } from "./promo-world.ts";

let world: PromoWorld;
beforeAll(async () => {
  world = await createPromoWorld();
});
afterAll(() => world.close());

const telegramIdOf = async (buyerId: string) =>
  (await findBuyer(world.database.db, buyerId))?.telegramId ?? 0;
const refundByTelegram = async (buyerId: string, chargeId: string, stars: number) =>
  world.money.refundByTelegram({ chargeId, telegramId: await telegramIdOf(buyerId), stars });
const debtOf = (buyerId: string) => createWalletReader(world.database.db).debt(buyerId);

async function spend(buyerId: string): Promise<void> {
  const { shop } = world;
  const [provider] = shop.providers;
  if (!provider) throw new Error("no provider");
  const orderId = await shop.buy(buyerId);
  provider.onCheck = async () => received("123456");
  await shop.clock.advance(60_000);
  await shop.watch();
  provider.onCheck = async () => waiting;
  expect((await shop.order(orderId)).state).toBe("received");
}

describe("a bonus with a top-up", () => {
  it("comes with the first payment that is large enough, once, and stands in the statement by its own kind", async () => {
    const { database, shop, redeem, available } = world;
    await world.makeCode("WELCOME $2 min 10 uses 5");
    const buyerId = await shop.buyer(0n);
    expect(await redeem(buyerId, "welcome")).toBe("bonus");
    expect(await available(buyerId)).toBe(0n);
    await world.pay(buyerId, 100);
    expect(await available(buyerId)).toBe(1_300_000n);
    await world.pay(buyerId, 1_000);
    expect(await available(buyerId)).toBe(16_300_000n);
    await world.pay(buyerId, 1_000);
    expect(await available(buyerId)).toBe(29_300_000n);
    const statement = await createWalletReader(database.db).statement(buyerId, { limit: 10, offset: 0 });
    expect(statement.items.map(({ kind }) => kind)).toEqual(["topup", "bonus", "topup", "topup"]);
  });

  it("is taken back when Telegram refunds its payment, and the buyer owes only what they spent of the payment", async () => {
    const { shop, redeem, available } = world;
    await world.makeCode("BACK $1");
    const buyerId = await shop.buyer(0n);
    await redeem(buyerId, "BACK");
    const chargeId = await world.pay(buyerId, 100);
    expect(await available(buyerId)).toBe(2_300_000n);
    await spend(buyerId);
    expect(await available(buyerId)).toBe(1_820_000n);
    await refundByTelegram(buyerId, chargeId, 100);
    expect(await available(buyerId)).toBe(0n);
    expect(await debtOf(buyerId)).toBe(480_000n);
    await shop.assertSound();
  });

  it("comes back when Telegram refuses the refund that an operator began", async () => {
    const { money, shop, redeem, available } = world;
    await world.makeCode("AGAIN $1");
    const buyerId = await shop.buyer(0n);
    await redeem(buyerId, "AGAIN");
    const chargeId = await world.pay(buyerId, 100);
    money.stars.onRefund = () => {
      throw new StarsRefundRefused("CHARGE_TOO_OLD");
    };
    const input = { chargeId, actor: "operator:1", reason: "test" };
    expect(await money.topups.refundStars(input)).toEqual({ kind: "refused" });
    expect(await available(buyerId)).toBe(2_300_000n);
    money.stars.onRefund = () => undefined;
    expect(await money.topups.refundStars(input)).toEqual({ kind: "refunded" });
    expect(await available(buyerId)).toBe(0n);
    await shop.assertSound();
  });
});

describe("bonus money", () => {
  it("pays no refund: what was paid and spent is the shop's loss, and the voucher's money stays", async () => {
    const { database, money, shop, redeem, available } = world;
    const [code = ""] = await world.makeVouchers("5 x 1");
    const buyerId = await shop.buyer(0n);
    const chargeId = await world.pay(buyerId, 100);
    await spend(buyerId);
    await redeem(buyerId, code);
    expect(await available(buyerId)).toBe(5_820_000n);
    const result = await money.topups.refundStars({ chargeId, actor: "operator:1", reason: "test" });
    expect(result).toEqual({ kind: "refunded" });
    expect(await available(buyerId)).toBe(5_000_000n);
    const loss = await database.db
      .selectFrom("transfers")
      .select("amount_micros")
      .where("kind", "=", "topup_loss")
      .where("idempotency_key", "like", `%${chargeId}%`)
      .execute();
    expect(loss).toEqual([{ amount_micros: 480_000n }]);
    await shop.assertSound();
  });

  it("is spent first, so that a payment is refunded in full when orders cost no more than the voucher", async () => {
    const { money, shop, redeem, available } = world;
    const [code = ""] = await world.makeVouchers("0.48 x 1");
    const buyerId = await shop.buyer(0n);
    await redeem(buyerId, code);
    const chargeId = await world.pay(buyerId, 100);
    await spend(buyerId);
    expect(await available(buyerId)).toBe(1_300_000n);
    await money.topups.refundStars({ chargeId, actor: "operator:1", reason: "test" });
    expect(await available(buyerId)).toBe(0n);
    await shop.assertSound();
  });
});

/** Stores a quote as the catalogue does. */
async function quote(buyerId: string, terms: { price: bigint; cost: bigint; countryId?: string }) {
  const { database, shop } = world;
  const id = newId();
  const createdAt = shop.clock.now();
  const stored = await insertQuote(database.db, {
    id,
    buyerId,
    serviceId: "wa",
    countryId: terms.countryId ?? "GB",
    priceMicros: terms.price,
    costMicros: terms.cost,
    costCeilingMicros: terms.price - 20_000n,
    createdAt,
    expiresAt: new Date(createdAt.getTime() + 600_000),
  });
  return { id, ...stored };
}

const buy = (buyerId: string, quoteId: string) =>
  world.shop.orders.purchase({ buyerId, quoteId, chatId: 5, cardMessageId: 7, acceptsTermsVersion: 1 });

describe("a discount", () => {
  it("is in the quote, never below cost, and the ceiling goes down with the price", async () => {
    const { shop, redeem } = world;
    await world.makeCode("HALF 50% buys 9");
    const buyerId = await shop.buyer(10_000_000n);
    expect(await quote(buyerId, { price: 480_000n, cost: 100_000n })).toMatchObject({
      fullPriceMicros: null,
    });
    expect(await redeem(buyerId, "HALF")).toBe("discount");
    expect(await quote(buyerId, { price: 480_000n, cost: 100_000n })).toMatchObject({
      priceMicros: 240_000n,
      costCeilingMicros: 240_000n,
      fullPriceMicros: 480_000n,
    });
    expect(await quote(buyerId, { price: 480_000n, cost: 400_000n })).toMatchObject({
      priceMicros: 400_000n,
      costCeilingMicros: 400_000n,
    });
    expect(await quote(buyerId, { price: 33_300n, cost: 1n })).toMatchObject({ priceMicros: 17_000n });
  });

  it("goes below cost only as far as its maker has allowed", async () => {
    const { shop, redeem } = world;
    await world.makeCode("LOSS 50% lose 0.05");
    const buyerId = await shop.buyer(10_000_000n);
    await redeem(buyerId, "LOSS");
    expect(await quote(buyerId, { price: 480_000n, cost: 400_000n })).toMatchObject({
      priceMicros: 350_000n,
      costCeilingMicros: 400_000n,
    });
  });

  it("counts for as many purchases as it says, also for quotes that were opened together; one without a code is none", async () => {
    const { shop, redeem } = world;
    await world.makeCode("ONCE 10%");
    const buyerId = await shop.buyer(10_000_000n);
    await redeem(buyerId, "ONCE");
    const terms = { price: 480_000n, cost: 100_000n };
    const [first, second] = [await quote(buyerId, terms), await quote(buyerId, terms)];
    expect([first.priceMicros, second.priceMicros]).toEqual([432_000n, 432_000n]);
    const outcomes = await Promise.all([buy(buyerId, first.id), buy(buyerId, second.id)]);
    expect(outcomes.map(({ kind }) => kind).toSorted()).toEqual(["placed", "refused"]);
    await shop.orders.drain();
    expect(await quote(buyerId, terms)).toMatchObject({ priceMicros: 480_000n, fullPriceMicros: null });
    const placed = outcomes.find(({ kind }) => kind === "placed");
    const orderId = placed?.kind === "placed" ? placed.orderId : "";
    await shop.clock.advance(180_000);
    await shop.orders.cancel(orderId, buyerId);
    await shop.watch();
    expect((await shop.order(orderId)).state).toBe("cancelled");
    expect(await quote(buyerId, terms)).toMatchObject({ priceMicros: 432_000n });
    await shop.assertSound();
  });

  it("goes over to the number that takes another's place, and stays used", async () => {
    const { shop, redeem } = world;
    await world.makeCode("SWAP 10%");
    const buyerId = await shop.buyer(10_000_000n);
    await redeem(buyerId, "SWAP");
    const terms = { price: 480_000n, cost: 100_000n };
    const placed = await buy(buyerId, (await quote(buyerId, terms)).id);
    await shop.orders.drain();
    const orderId = placed.kind === "placed" ? placed.orderId : "";
    await shop.clock.advance(180_000);
    await shop.orders.swap(orderId, buyerId);
    await shop.watch();
    await shop.orders.drain();
    expect((await shop.order(orderId)).state).toBe("cancelled");
    expect((await shop.balance(buyerId)).heldMicros).toBe(432_000n);
    expect(await quote(buyerId, terms)).toMatchObject({ priceMicros: 480_000n, fullPriceMicros: null });
  });

  it("is for what it was made for, and ends when it is stopped; an open quote keeps its price", async () => {
    const { database, shop, owner, redeem } = world;
    const buyerId = await shop.buyer(10_000_000n);
    await world.makeCode("STOPME 20% buys 5");
    await database.db
      .updateTable("promotions")
      .set({ country_id: "GB" })
      .where("name", "=", "STOPME")
      .execute();
    await redeem(buyerId, "STOPME");
    const terms = { price: 480_000n, cost: 100_000n };
    expect(await quote(buyerId, { ...terms, countryId: "ID" })).toMatchObject({ fullPriceMicros: null });
    const open = await quote(buyerId, terms);
    const { id } = await database.db
      .selectFrom("promotions")
      .select("id")
      .where("name", "=", "STOPME")
      .executeTakeFirstOrThrow();
    await owner.open(at("cd", shortenId(id)));
    await owner.press("⏹ Stop");
    await owner.press("mistake");
    await owner.press("✅ Confirm");
    expect(await redeem(await shop.buyer(0n), "STOPME")).toBe("expired");
    expect(await quote(buyerId, terms)).toMatchObject({ priceMicros: 480_000n });
    expect(await buy(buyerId, open.id)).toMatchObject({ kind: "placed" });
    await shop.orders.drain();
  });
});
