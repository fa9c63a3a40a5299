import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { findBuyer } from "../../src/db/queries/buyers.ts";
import { selectBalance, selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import { PaymentNotConfirmed } from "../../src/topups/stars.ts";
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
    resume: { serviceId: "wa", countryId: "GB", priceMicros: 480_000n, quoteId: newId() },
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
    await test.pay(payment);
    await test.pay(payment);
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
    await test.pay(paymentOf(topup));
    await test.pay(paymentOf(topup));
    expect(await available(topup.buyerId)).toBe(260_000n);
  });

  it("credits once when a hundred updates tell of one charge at the same time", async () => {
    const topup = await begun(10);
    const payment = paymentOf(topup);
    await Promise.all(Array.from({ length: 100 }, () => test.pay(payment)));
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

describe("an update that tells of a payment", () => {
  const told = { chargeId: "forged", direction: "in" } as const;

  it("credits nothing that Telegram's own list does not show, however often it comes", async () => {
    const topup = await begun(50);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await expect(test.topups.confirmStars(told)).rejects.toBeInstanceOf(PaymentNotConfirmed);
    }
    await test.topups.sweepStars();
    expect(await available(topup.buyerId)).toBe(0n);
    expect(await test.messages("topup_credited")).toEqual([]);
  });

  it("credits what the list shows, to whom and as much as the list says", async () => {
    const topup = await begun(50);
    const { chargeId, paidAt: at, ...rest } = paymentOf(topup);
    test.stars.list.push({ ...rest, id: chargeId, at, direction: "in", stars: 1 });
    await test.topups.confirmStars({ chargeId, direction: "in" });
    expect(await available(topup.buyerId)).toBe(13_000n);
  });

  it("waits while Telegram is away or its list is late; then the same update credits, or the sweep does", async () => {
    const topup = await begun(50);
    const payment = paymentOf(topup);
    const read = test.stars.transactions;
    Object.assign(test.stars, { transactions: () => Promise.reject(new Error("502")) });
    await expect(test.topups.confirmStars({ ...payment, direction: "in" })).rejects.toThrow("502");
    Object.assign(test.stars, { transactions: read });
    await expect(test.topups.confirmStars({ ...payment, direction: "in" })).rejects.toThrow("does not show");
    const { chargeId: id, paidAt: at, ...rest } = payment;
    test.stars.list.push({ ...rest, id, at, direction: "in" });
    await test.topups.sweepStars();
    expect(await available(topup.buyerId)).toBe(650_000n);
    await test.topups.confirmStars({ ...payment, direction: "in" });
    expect(await available(topup.buyerId)).toBe(650_000n);
  });

  it("is confirmed although Telegram lists the payment late, behind others that were read already", async () => {
    const [topup, late] = [await begun(1), await begun(2)];
    for (let index = 0; index < 5; index += 1) await test.pay(paymentOf(topup));
    const { chargeId: id, paidAt: at, ...rest } = paymentOf(late);
    test.stars.list.splice(2, 0, { ...rest, id, at, direction: "in" });
    await test.topups.confirmStars({ chargeId: id, direction: "in" });
    expect(await available(late.buyerId)).toBe(26_000n);
  });

  it("takes nothing back for a refund that the list does not show", async () => {
    const topup = await begun(50);
    const payment = paymentOf(topup);
    await test.pay(payment);
    const refund = { chargeId: payment.chargeId, direction: "out" } as const;
    await expect(test.topups.confirmStars(refund)).rejects.toBeInstanceOf(PaymentNotConfirmed);
    expect(await available(topup.buyerId)).toBe(650_000n);
  });

  it("costs one request, and a burst of a hundred costs a few", async () => {
    let requests = 0;
    const read = test.stars.transactions;
    Object.assign(test.stars, {
      transactions: (offset: number, limit: number) => {
        requests += 1;
        return read(offset, limit);
      },
    });
    const topup = await begun(1);
    await test.pay(paymentOf(topup));
    expect(requests).toBe(1);
    const burst = Array.from({ length: 100 }, () => paymentOf(topup));
    await Promise.all(burst.map((payment) => test.pay(payment)));
    expect(requests).toBeLessThan(10);
    expect(await available(topup.buyerId)).toBe(101n * 13_000n);
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
    await test.pay(paymentOf(topup));
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
    expect(await test.topups.sweepStars()).toMatchObject({ found: 1 });
    expect(await test.topups.sweepStars()).toMatchObject({ found: 0 });
    await test.pay(paymentOf(topup, "lost"));
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
    expect(await test.topups.sweepStars()).toMatchObject({ found: 130 });
    test.stars.list.push({
      id: "page-new",
      stars: 1,
      at,
      direction: "in",
      telegramId: topup.telegramId,
      payload: "",
    });
    expect(await test.topups.sweepStars()).toMatchObject({ found: 1 });
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
    await test.pay(payment);
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
    await Promise.all([test.refundByTelegram(told), test.refundByTelegram(told)]);
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
    await test.refundByTelegram({ chargeId: "never-seen", telegramId: 1, stars: 1 });
    await expectBalanced();
  });
});
