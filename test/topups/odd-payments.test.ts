import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PretendCryptoPay, startPretendCryptoPay } from "../../sandbox/crypto-pay.ts";
import { createBuyers } from "../../src/buyers/buyers.ts";
import { newId } from "../../src/core/ids.ts";
import { findByTelegramId } from "../../src/db/queries/buyers.ts";
import { selectBalance, selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import type { StarTransaction } from "../../src/topups/topup-deps.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

const token = "12345:pretend-crypto-token";
let database: TestDatabase;
let crypto: PretendCryptoPay;
let test: TestTopups;

beforeEach(async () => {
  database = await createTestDatabase();
  crypto = await startPretendCryptoPay(token);
  test = await createTestTopups(database.db, { cryptoPay: { token, apiRoot: crypto.apiRoot } });
});
afterEach(async () => {
  expect(await selectLedgerDifferences(database.db)).toEqual([]);
  await crypto.close();
  await database.close();
});

async function balanceOf(telegramId: number): Promise<bigint> {
  const buyer = await findByTelegramId(database.db, telegramId);
  return buyer ? (await selectBalance(database.db, buyer.id)).availableMicros : 0n;
}

function incoming(change: Partial<StarTransaction>): StarTransaction {
  const at = test.clock.now();
  return { id: newId(), stars: 20, at, direction: "in", telegramId: 77, payload: "elsewhere", ...change };
}

const DAY_MS = 24 * 60 * 60 * 1000;

async function invoiced(stars = 20) {
  const buyer = await test.buyer();
  const begun = await test.topups.beginStars({
    buyerId: buyer.buyerId,
    chatId: buyer.telegramId,
    stars,
    resume: null,
  });
  if (begun.kind !== "begun") throw new Error(begun.code);
  return { ...buyer, payload: begun.invoice.payload };
}

describe("a bot that took Stars before this database was made", () => {
  it("has none of its old payments credited, and all of the new ones", async () => {
    const old = new Date(test.clock.now().getTime() - 1000);
    test.stars.list.push(incoming({ at: old }), incoming({ at: old, payload: newId() }));
    expect(await test.topups.sweepStars()).toMatchObject({ found: 0 });
    expect(await balanceOf(77)).toBe(0n);
    await test.clock.advance(3_600_000);
    test.stars.list.push(incoming({}));
    expect(await test.topups.sweepStars()).toMatchObject({ found: 1 });
    expect(await balanceOf(77)).toBe(260_000n);
  });
});

describe("the sweep of Star transactions", () => {
  it("passes over a row of less than one Star and finds what comes after it", async () => {
    test.stars.list.push(incoming({ stars: 0 }), incoming({ stars: 1 }));
    expect(await test.topups.sweepStars()).toMatchObject({ found: 1 });
  });

  it("tells how many payments it credited: a refund, a gift or what somebody else was paid is none", async () => {
    const { telegramId, payload } = await invoiced();
    const paid = incoming({ telegramId, payload });
    test.stars.list.push(paid);
    expect(await test.topups.sweepStars()).toMatchObject({ found: 1 });
    test.stars.list.push(
      { ...paid, direction: "out", payload: null },
      incoming({ direction: "other", telegramId }),
      incoming({ telegramId: null }),
    );
    expect(await test.topups.sweepStars()).toMatchObject({ found: 0 });
    expect(await balanceOf(telegramId)).toBe(0n);
    expect(test.stars.refunds).toEqual([]);
  });

  it("credits each payment once when pages overlap, and when two replicas sweep at once", async () => {
    for (let count = 0; count < 120; count += 1) test.stars.list.push(incoming({ stars: 1 }));
    const honest = test.stars.transactions;
    // Each page begins with the end of the one before.
    test.stars.transactions = (offset, limit) => honest(Math.max(0, offset - 30), limit);
    await Promise.all([test.topups.sweepStars(), test.topups.sweepStars()]);
    expect(await balanceOf(77)).toBe(120n * 13_000n);
    expect(await test.messages("topup_credited")).toHaveLength(120);
  });

  it("takes back what was refunded, although the refund was told before the payment", async () => {
    const { telegramId, payload, buyerId } = await invoiced();
    const paid = incoming({ telegramId, payload });
    const refund = { ...paid, direction: "out", payload: null } as const;
    await test.refundByTelegram({ chargeId: paid.id, telegramId, stars: 20 });
    await test.pay({ ...paid, chargeId: paid.id, telegramId, payload, paidAt: paid.at });
    test.stars.list.push(paid, refund);
    await test.topups.sweepStars();
    expect((await selectBalance(database.db, buyerId)).availableMicros).toBe(0n);
  });

  it("books one refund when three operators ask at once and Telegram tells of it as well", async () => {
    const { telegramId, payload, buyerId } = await invoiced();
    const chargeId = newId();
    await test.pay({ chargeId, telegramId, payload, stars: 20, paidAt: test.clock.now() });
    const refund = (operator: number) =>
      test.topups.refundStars({ chargeId, actor: `operator:${operator}`, reason: "asked" });
    const results = await Promise.all([refund(1), refund(2), refund(3)]);
    expect(results.map(({ kind }) => kind).toSorted()).toEqual(["already", "already", "refunded"]);
    await test.refundByTelegram({ chargeId, telegramId, stars: 20 });
    expect(test.stars.refunds).toEqual([chargeId]);
    expect((await selectBalance(database.db, buyerId)).availableMicros).toBe(0n);
    expect(await test.messages("topup_refunded")).toHaveLength(1);
  });
});

describe("a payment of somebody whose data was deleted in between", () => {
  const buyers = () => createBuyers({ db: database.db, clock: test.clock });

  it("is credited to the payer as they are now, with no trace to who they were", async () => {
    const { buyerId, telegramId, payload } = await invoiced();
    expect(await buyers().forget(buyerId)).toBe("forgotten");
    const payment = { chargeId: newId(), payload, telegramId, stars: 20, paidAt: test.clock.now() };
    await test.pay(payment);
    expect(await balanceOf(telegramId)).toBe(260_000n);
    expect((await selectBalance(database.db, buyerId)).availableMicros).toBe(0n);
    const payments = await database.db
      .selectFrom("topup_payments")
      .select(["topup_id", "buyer_id"])
      .execute();
    expect(payments).toEqual([{ topup_id: null, buyer_id: expect.not.stringMatching(buyerId) }]);
  });

  it("is booked without writing down the person again when it is refunded", async () => {
    const { buyerId, telegramId, payload } = await invoiced();
    const chargeId = newId();
    await test.pay({ chargeId, payload, telegramId, stars: 20, paidAt: test.clock.now() });
    await buyers().forget(buyerId);
    await test.refundByTelegram({ chargeId, telegramId, stars: 20 });
    expect((await selectBalance(database.db, buyerId)).availableMicros).toBe(0n);
    expect(await database.db.selectFrom("outbox").select("id").execute()).toEqual([]);
  });
});

describe("a refund of somebody whose data is deleted", () => {
  it("is not asked for by an operator: Telegram would not know whom to pay", async () => {
    const { buyerId, telegramId, payload } = await invoiced();
    const chargeId = newId();
    await test.pay({ chargeId, payload, telegramId, stars: 20, paidAt: test.clock.now() });
    await createBuyers({ db: database.db, clock: test.clock }).forget(buyerId);
    const input = { chargeId, actor: "operator:1", reason: "asked for it" };
    expect(await test.topups.refundStars(input)).toEqual({ kind: "refused" });
    expect(test.stars.refunds).toEqual([]);
    expect(await test.messages("operator_notice")).toMatchObject([{ notice: "refund_refused" }]);
  });

  it("that takes all of the credit back keeps nothing about the person", async () => {
    const { buyerId, telegramId, payload } = await invoiced();
    const chargeId = newId();
    await test.pay({ chargeId, payload, telegramId, stars: 20, paidAt: test.clock.now() });
    await createBuyers({ db: database.db, clock: test.clock }).forget(buyerId);
    await test.refundByTelegram({ chargeId, telegramId, stars: 20 });
    expect(await database.db.selectFrom("forgotten_people").select("debt_micros").execute()).toEqual([]);
  });
});

describe("Crypto Pay", () => {
  async function invoice(): Promise<string> {
    const { buyerId, telegramId } = await test.buyer();
    const amountMicros = 5_000_000n;
    await test.topups.beginCrypto({ buyerId, chatId: telegramId, amountMicros, resume: null });
    return buyerId;
  }
  const available = async (buyerId: string) => (await selectBalance(database.db, buyerId)).availableMicros;

  it("with one invoice that cannot be read credits the others", async () => {
    await invoice();
    const buyerId = await invoice();
    crypto.pay(1);
    crypto.pay(2);
    Object.assign(crypto.invoices[0] ?? {}, { status: "frozen" });
    await test.clock.advance(31_000);
    await test.topups.pollCrypto();
    expect(await available(buyerId)).toBe(5_000_000n);
  });
});

describe("one person who writes to the operators without end", () => {
  it("rings five times a day with complaints; all are kept", async () => {
    const { buyerId } = await test.buyer();
    for (let turn = 0; turn < 9; turn += 1) await test.topups.openDispute({ buyerId, text: `again ${turn}` });
    expect(await test.messages("dispute")).toHaveLength(5);
    expect(await database.db.selectFrom("disputes").select("id").execute()).toHaveLength(9);
    await test.clock.advance(DAY_MS - 1);
    await test.topups.openDispute({ buyerId, text: "within the day" });
    expect(await test.messages("dispute")).toHaveLength(5);
    await test.clock.advance(1);
    await test.topups.openDispute({ buyerId, text: "a day later" });
    expect(await test.messages("dispute")).toHaveLength(6);
  });

  it("taps twice and has made one complaint", async () => {
    const { buyerId } = await test.buyer();
    const complain = () => test.topups.openDispute({ buyerId, text: "no code" });
    const [first, second] = await Promise.all([complain(), complain()]);
    expect(second).toEqual(first);
    expect(await test.messages("dispute")).toHaveLength(1);
    await test.clock.advance(60_000);
    expect(await complain()).not.toEqual(first);
    expect(await test.messages("dispute")).toHaveLength(2);
  });

  it("has at most five claims of manual payments waiting", async () => {
    const { buyerId, telegramId } = await test.buyer();
    const claim = async () => {
      const amountMicros = 5_000_000n;
      const begun = await test.topups.beginManual({
        buyerId,
        chatId: telegramId,
        amountMicros,
        resume: null,
      });
      if (begun.kind !== "begun") return begun.code;
      const proof = { note: newId(), fileId: null, fileUniqueId: null };
      return (await test.topups.claimManual({ topupId: begun.invoice.topupId, buyerId, ...proof })).kind;
    };
    for (let turn = 0; turn < 5; turn += 1) expect(await claim()).toBe("begun");
    await test.clock.advance(DAY_MS - 1);
    expect(await claim()).toBe("gateway_unavailable");
    expect(await test.messages("manual_claim")).toHaveLength(5);
    await test.clock.advance(1);
    expect(await claim()).toBe("begun");
  });

  it("has no more of them by beginning all top-ups before the first claim", async () => {
    const { buyerId, telegramId } = await test.buyer();
    const input = { buyerId, chatId: telegramId, amountMicros: 5_000_000n, resume: null };
    const topupIds: string[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      const begun = await test.topups.beginManual(input);
      if (begun.kind === "begun") topupIds.push(begun.invoice.topupId);
    }
    const results: string[] = [];
    for (const topupId of topupIds) {
      const proof = { note: newId(), fileId: null, fileUniqueId: null };
      results.push((await test.topups.claimManual({ topupId, buyerId, ...proof })).kind);
    }
    expect(results.filter((kind) => kind === "begun")).toHaveLength(5);
    expect(await test.messages("manual_claim")).toHaveLength(5);
  });
});
