import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { findBuyer } from "../../src/db/queries/buyers.ts";
import { selectBalance, selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import { StarsRefundRefused } from "../../src/topups/topup-deps.ts";
import { capture, hold, release } from "../../src/wallet/wallet.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

let database: TestDatabase;
let test: TestTopups;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.db.deleteFrom("settings").execute();
  test = await createTestTopups(database.db);
});

async function begun(stars = 50) {
  const buyer = await test.buyer();
  const result = await test.topups.beginStars({
    ...buyer,
    chatId: buyer.telegramId,
    stars,
    resume: { serviceId: "wa", countryId: "GB" },
  });
  if (result.kind !== "begun") throw new Error(result.code);
  return { ...buyer, invoice: result.invoice };
}

const paymentOf = (topup: Awaited<ReturnType<typeof begun>>, chargeId = newId()) => ({
  chargeId,
  payload: topup.invoice.payload,
  telegramId: topup.telegramId,
  stars: topup.invoice.stars,
  paidAt: test.clock.now(),
});

async function available(buyerId: string): Promise<bigint> {
  return (await selectBalance(database.db, buyerId)).availableMicros;
}

async function expectBalanced(): Promise<void> {
  const differences = await selectLedgerDifferences(database.db);
  expect(differences.filter((difference) => difference.check !== "held")).toEqual([]);
}

describe("a Stars invoice", () => {
  it("freezes its dollar value and is paid once", async () => {
    const topup = await begun(50);
    expect(topup.invoice.amountMicros).toBe(650_000n);
    const payment = paymentOf(topup);
    expect(await test.topups.creditStars(payment)).toEqual({ credited: true });
    expect(await test.topups.creditStars(payment)).toEqual({ credited: false });
    expect(await available(topup.buyerId)).toBe(650_000n);
    const receipts = await test.messages("topup_credited");
    expect(receipts).toHaveLength(1);
    expect(receipts[0]).toMatchObject({
      amountMicros: "650000",
      resume: { serviceId: "wa", countryId: "GB" },
    });
    await expectBalanced();
  });

  it("credits each charge when one invoice is paid twice", async () => {
    const topup = await begun(10);
    await test.topups.creditStars(paymentOf(topup));
    await test.topups.creditStars(paymentOf(topup));
    expect(await available(topup.buyerId)).toBe(260_000n);
  });

  it("credits once when a hundred updates tell of one charge at the same time", async () => {
    const topup = await begun(10);
    const payment = paymentOf(topup);
    const results = await Promise.all(Array.from({ length: 100 }, () => test.topups.creditStars(payment)));
    expect(results.filter((result) => result.credited)).toHaveLength(1);
    expect(await available(topup.buyerId)).toBe(130_000n);
    await expectBalanced();
  });

  it.each([0, -1, 1.5, 10_001, Number.NaN])("is not made for %s Stars", async (stars) => {
    const buyer = await test.buyer();
    const result = await test.topups.beginStars({ ...buyer, chatId: 1, stars, resume: null });
    expect(result).toEqual({ kind: "refused", code: "topup_amount_invalid" });
  });

  it("asks for enough Stars and never too few", () => {
    expect(test.topups.starsFor(1n)).toBe(1);
    expect(test.topups.starsFor(13_000n)).toBe(1);
    expect(test.topups.starsFor(13_001n)).toBe(2);
    expect(test.topups.starsFor(0n)).toBe(1);
  });
});

describe("the pre-checkout", () => {
  const query = (topup: Awaited<ReturnType<typeof begun>>, change: object = {}) =>
    test.topups.checkStars({
      payload: topup.invoice.payload,
      telegramId: topup.telegramId,
      stars: 50,
      currency: "XTR",
      ...change,
    });

  it("says yes to the buyer's own fresh invoice", async () => {
    expect(await query(await begun())).toEqual({ ok: true });
  });

  it("says no to a stranger, another amount or currency, garbage, and an expired or paid invoice", async () => {
    const topup = await begun();
    expect(await query(topup, { telegramId: 1 })).toMatchObject({ ok: false });
    expect(await query(topup, { stars: 49 })).toMatchObject({ code: "topup_amount_invalid" });
    expect(await query(topup, { currency: "USD" })).toMatchObject({ code: "topup_amount_invalid" });
    for (const payload of ["", "x".repeat(128), newId(), "'; DROP TABLE topups"]) {
      expect(await query(topup, { payload })).toMatchObject({ code: "topup_not_found" });
    }
    await test.topups.creditStars(paymentOf(topup));
    expect(await query(topup)).toMatchObject({ code: "topup_expired" });
    const old = await begun();
    await test.clock.advance(3_600_001);
    expect(await query(old)).toMatchObject({ code: "topup_expired" });
  });
});

describe("the sweep of Telegram's transactions", () => {
  it("finds a payment whose update was lost, and each only once", async () => {
    const topup = await begun(20);
    const at = test.clock.now();
    test.stars.list.push(
      {
        id: "lost",
        stars: 20,
        at,
        direction: "in",
        telegramId: topup.telegramId,
        payload: topup.invoice.payload,
      },
      { id: "gift", stars: 5, at, direction: "other", telegramId: topup.telegramId, payload: null },
    );
    expect(await test.topups.sweepStars()).toEqual({ found: 1 });
    expect(await test.topups.sweepStars()).toEqual({ found: 0 });
    expect(await test.topups.creditStars(paymentOf(topup, "lost"))).toEqual({ credited: false });
    expect(await available(topup.buyerId)).toBe(260_000n);
  });

  it("goes on where it stopped, page by page", async () => {
    const topup = await begun(1);
    const at = test.clock.now();
    for (let index = 0; index < 130; index += 1) {
      test.stars.list.push({
        id: `page-${index}`,
        stars: 1,
        at,
        direction: "in",
        telegramId: topup.telegramId,
        payload: topup.invoice.payload,
      });
    }
    expect(await test.topups.sweepStars()).toEqual({ found: 130 });
    test.stars.list.push({
      id: "page-new",
      stars: 1,
      at,
      direction: "in",
      telegramId: topup.telegramId,
      payload: "",
    });
    expect(await test.topups.sweepStars()).toEqual({ found: 1 });
    expect(await available(topup.buyerId)).toBe(131n * 13_000n);
  });

  it("credits a stranger's payment with an unknown payload to whoever paid", async () => {
    const at = test.clock.now();
    test.stars.list.push({
      id: "unknown",
      stars: 3,
      at,
      direction: "in",
      telegramId: 987_654,
      payload: "another install",
    });
    await test.topups.sweepStars();
    const [receipt] = await test.messages("topup_credited");
    expect(receipt).toMatchObject({ topupId: null, amountMicros: "39000" });
  });
});

describe("refunds", () => {
  async function paid(stars = 50) {
    const topup = await begun(stars);
    const payment = paymentOf(topup);
    await test.topups.creditStars(payment);
    return { ...topup, chargeId: payment.chargeId };
  }
  const refund = (chargeId: string) =>
    test.topups.refundStars({ chargeId, actor: "operator:1", reason: "asked" });

  it("take the credit back first and happen once", async () => {
    const { buyerId, chargeId } = await paid();
    let atCall = -1n;
    test.stars.onRefund = async () => {
      atCall = await available(buyerId);
    };
    expect(await refund(chargeId)).toEqual({ kind: "refunded" });
    expect(atCall).toBe(0n);
    expect(await refund(chargeId)).toEqual({ kind: "already" });
    expect(test.stars.refunds).toEqual([chargeId]);
    expect(await test.messages("topup_refunded")).toHaveLength(1);
    await expectBalanced();
  });

  const spending = (buyerId: string) => ({
    orderId: newId(),
    buyerId,
    amountMicros: 500_000n,
    actor: "t",
    reason: "t",
    at: test.clock.now(),
  });

  it("wait for open orders, whose money would come back to the buyer a second time", async () => {
    const { buyerId, chargeId } = await paid();
    const order = spending(buyerId);
    await hold(database.db, order);
    expect(await refund(chargeId)).toEqual({ kind: "held" });
    expect(test.stars.refunds).toEqual([]);
    expect(await available(buyerId)).toBe(150_000n);
    await release(database.db, order);
    expect(await refund(chargeId)).toEqual({ kind: "refunded" });
    expect(await available(buyerId)).toBe(0n);
    await expectBalanced();
  });

  it("book what the buyer has spent as a loss and flag the buyer, never below zero", async () => {
    const { buyerId, chargeId } = await paid();
    const order = spending(buyerId);
    await hold(database.db, order);
    await capture(database.db, order);
    await refund(chargeId);
    expect(await available(buyerId)).toBe(0n);
    const loss = await database.db
      .selectFrom("transfers")
      .select("amount_micros")
      .where("idempotency_key", "like", `topup_loss:stars:${chargeId}%`)
      .execute();
    expect(loss.map((row) => row.amount_micros)).toEqual([500_000n]);
    expect((await findBuyer(database.db, buyerId))?.flagReason).toContain("refunded");
    await expectBalanced();
  });

  it("are asked for again until Telegram answers", async () => {
    const { buyerId, chargeId } = await paid();
    test.stars.onRefund = () => {
      throw new Error("timeout");
    };
    expect(await refund(chargeId)).toEqual({ kind: "pending" });
    expect(await available(buyerId)).toBe(0n);
    test.stars.onRefund = () => undefined;
    await test.topups.resumeRefunds();
    expect(test.stars.refunds).toHaveLength(1);
    await test.clock.advance(61_000);
    await test.topups.resumeRefunds();
    expect(test.stars.refunds).toHaveLength(2);
    expect(await refund(chargeId)).toEqual({ kind: "already" });
  });

  it("give the credit back when Telegram refuses, and may be tried again", async () => {
    const { buyerId, chargeId } = await paid();
    test.stars.onRefund = () => {
      throw new StarsRefundRefused("CHARGE_NOT_FOUND");
    };
    expect(await refund(chargeId)).toEqual({ kind: "refused" });
    expect(await available(buyerId)).toBe(650_000n);
    test.stars.onRefund = () => undefined;
    expect(await refund(chargeId)).toEqual({ kind: "refunded" });
    expect(await available(buyerId)).toBe(0n);
    await expectBalanced();
  });

  it("by Telegram itself are booked once, whoever tells of them", async () => {
    const { buyerId, telegramId, chargeId } = await paid();
    const told = { chargeId, telegramId, stars: 50 };
    await Promise.all([test.topups.refundedStars(told), test.topups.refundedStars(told)]);
    test.stars.list.push({
      id: chargeId,
      stars: 50,
      at: test.clock.now(),
      direction: "out",
      telegramId,
      payload: null,
    });
    await test.topups.sweepStars();
    expect(await available(buyerId)).toBe(0n);
    expect(await test.messages("topup_refunded")).toHaveLength(1);
    await expectBalanced();
  });

  it("of a charge that nobody knows change nothing", async () => {
    expect(await refund("never-seen")).toEqual({ kind: "not_found" });
    await test.topups.refundedStars({ chargeId: "never-seen", telegramId: 1, stars: 1 });
    await expectBalanced();
  });
});
