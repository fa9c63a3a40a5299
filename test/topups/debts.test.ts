import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createBuyers } from "../../src/buyers/buyers.ts";
import { newId } from "../../src/core/ids.ts";
import { findBuyer, findByTelegramId } from "../../src/db/queries/buyers.ts";
import { selectBalance, selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { createOperatorActions } from "../../src/operations/operator-actions.ts";
import { bookDebt } from "../../src/wallet/debts.ts";
import { createWalletReader } from "../../src/wallet/reader.ts";
import { adjust } from "../../src/wallet/wallet.ts";
import { anyOperator, nextUpdateId } from "../support/any-operator.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createScriptedProvider, received, type ScriptedProvider } from "../support/scripted-provider.ts";
import { createTestShop, priceMicros, type TestShop } from "../support/shop.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

/** 50 Stars at $0.013. */
const paidMicros = 650_000n;
let database: TestDatabase;
let provider: ScriptedProvider;
let shop: TestShop;
let test: TestTopups;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  test = await createTestTopups(database.db);
  provider = createScriptedProvider(`p${newId()}`);
  shop = await createTestShop(database.db, { providers: [provider] });
});
afterEach(() => shop.assertSound());

const debtOf = (buyerId: string) => createWalletReader(database.db).debt(buyerId);
const buyers = () => createBuyers({ db: database.db, clock: test.clock });

async function available(buyerId: string): Promise<bigint> {
  return (await selectBalance(database.db, buyerId)).availableMicros;
}

async function pay(buyer: { buyerId: string; telegramId: number }, stars = 50) {
  const chatId = buyer.telegramId;
  const begun = await test.topups.beginStars({ buyerId: buyer.buyerId, chatId, stars, resume: null });
  if (begun.kind !== "begun") throw new Error(begun.code);
  const { payload } = begun.invoice;
  const charge = { chargeId: newId(), telegramId: chatId, stars };
  await test.pay({ ...charge, payload, paidAt: test.clock.now() });
  return charge;
}

async function payer() {
  const buyer = await test.buyer();
  return { ...buyer, charge: await pay(buyer) };
}

/** A buyer whose whole payment but the change is held for an open order, and whom Telegram gives it back. */
async function refundedWhileHeld() {
  const buyer = await payer();
  const orderId = await shop.buy(buyer.buyerId);
  await test.refundByTelegram(buyer.charge);
  return { ...buyer, orderId };
}

async function endWithoutCode(orderId: string, buyerId: string): Promise<void> {
  await shop.orders.cancel(orderId, buyerId);
  await shop.clock.advance(1_300_000);
  await shop.watch();
  expect(["cancelled", "expired"]).toContain((await shop.order(orderId)).state);
}

/** The code comes: what was held is spent. */
async function deliver(orderId: string): Promise<void> {
  provider.onCheck = () => received("482913");
  await shop.clock.advance(60_000);
  await shop.watch();
  expect((await shop.order(orderId)).state).toBe("received");
}

/** Has a code, is done with the order, and has their data deleted. */
async function leaveAfterBuying(buyerId: string): Promise<void> {
  const orderId = await shop.buy(buyerId);
  await deliver(orderId);
  await shop.orders.finish(orderId, buyerId);
  expect(await buyers().forget(buyerId)).toBe("forgotten");
}

describe("Stars that Telegram gives back while an order holds the money", () => {
  it("are owed: the release pays for them, and the buyer does not have the money twice", async () => {
    const { buyerId, orderId } = await refundedWhileHeld();
    expect(await available(buyerId)).toBe(0n);
    expect(await debtOf(buyerId)).toBe(priceMicros);
    await endWithoutCode(orderId, buyerId);
    expect(await debtOf(buyerId)).toBe(0n);
    expect(await selectBalance(database.db, buyerId)).toEqual({ availableMicros: 0n, heldMicros: 0n });
    const [settled] = await test.messages("debt_settled");
    expect(settled).toMatchObject({ amountMicros: priceMicros.toString(), debtMicros: "0" });
  });

  it("are told with what really left the balance and what is owed", async () => {
    await refundedWhileHeld();
    const [told] = await test.messages("topup_refunded");
    expect(told).toMatchObject({
      amountMicros: (paidMicros - priceMicros).toString(),
      availableMicros: "0",
      debtMicros: priceMicros.toString(),
    });
  });

  it("are told to the operators once, and flag the buyer", async () => {
    const { buyerId, telegramId, charge } = await refundedWhileHeld();
    await test.refundByTelegram(charge);
    const notices = (await test.messages("operator_notice")).filter(({ notice }) => notice === "refund_debt");
    expect(notices).toHaveLength(1);
    expect(notices[0]?.params).toEqual({
      chargeId: charge.chargeId,
      telegramId: String(telegramId),
      amountMicros: priceMicros.toString(),
    });
    expect((await findBuyer(database.db, buyerId))?.flagReason).toContain("refunded");
  });

  it("stay owed when the code comes: the number is paid for by the next payment", async () => {
    const buyer = await refundedWhileHeld();
    await deliver(buyer.orderId);
    expect(await debtOf(buyer.buyerId)).toBe(priceMicros);
    await pay(buyer);
    expect(await debtOf(buyer.buyerId)).toBe(0n);
    expect(await available(buyer.buyerId)).toBe(paidMicros - priceMicros);
  });
});

describe("somebody with a debt", () => {
  it("buys nothing until it is paid, and is told how much is missing with it", async () => {
    const buyer = await refundedWhileHeld();
    const quoteId = await shop.quote(buyer.buyerId);
    const input = { buyerId: buyer.buyerId, quoteId, chatId: 5, cardMessageId: 7, acceptsTermsVersion: 1 };
    expect(await shop.orders.purchase(input)).toMatchObject({
      kind: "short",
      missingMicros: 2n * priceMicros,
    });
    await pay(buyer, 40);
    expect(await debtOf(buyer.buyerId)).toBe(0n);
    expect(await shop.orders.purchase(input)).toMatchObject({ kind: "short" });
    await pay(buyer);
    expect(await shop.orders.purchase(input)).toMatchObject({ kind: "placed" });
    await shop.orders.drain();
  });

  it("pays it in parts, and each part is told", async () => {
    const buyer = await refundedWhileHeld();
    await pay(buyer, 10);
    expect(await debtOf(buyer.buyerId)).toBe(priceMicros - 130_000n);
    expect(await available(buyer.buyerId)).toBe(0n);
    const [settled] = await test.messages("debt_settled");
    expect(settled).toMatchObject({ amountMicros: "130000", debtMicros: "350000", availableMicros: "0" });
    const page = await createWalletReader(database.db).statement(buyer.buyerId, { limit: 2, offset: 0 });
    expect(page.items.map(({ kind, amountMicros }) => [kind, amountMicros])).toEqual([
      ["debt_settled", -130_000n],
      ["topup", 130_000n],
    ]);
  });

  it("may be let off it by an operator's adjustment", async () => {
    const { buyerId, telegramId } = await refundedWhileHeld();
    const deps = {
      db: database.db,
      clock: test.clock,
      topups: test.topups,
      onMessages: () => undefined,
      ...anyOperator,
    };
    const change = {
      updateId: nextUpdateId(),
      operatorTelegramId: 1,
      telegramId,
      amountMicros: priceMicros,
      reason: "ok",
    };
    const operators = createOperatorActions(deps);
    const owed = async () => (await operators.status()).join().match(/they owe \$([\d.]+)/)?.[1];
    const before = Number(await owed());
    await operators.adjustBalance(change);
    expect(Number(await owed())).toBeCloseTo(before - 0.48);
    expect([await debtOf(buyerId), await available(buyerId)]).toEqual([0n, 0n]);
  });

  it("owes what was spent, too, and no more than once for many payments at the same time", async () => {
    const buyer = await payer();
    const orderId = await shop.buy(buyer.buyerId);
    await deliver(orderId);
    await test.refundByTelegram(buyer.charge);
    expect(await debtOf(buyer.buyerId)).toBe(priceMicros);
    await Promise.all(Array.from({ length: 8 }, () => pay(buyer, 10)));
    expect(await debtOf(buyer.buyerId)).toBe(0n);
    expect(await available(buyer.buyerId)).toBe(8n * 130_000n - priceMicros);
  });

  it("is found by the self-check when something is available all the same", async () => {
    const { buyerId, orderId } = await refundedWhileHeld();
    await endWithoutCode(orderId, buyerId);
    const other = await payer();
    const debt = {
      gateway: "stars",
      chargeId: newId(),
      topupId: null,
      amountMicros: 5n,
      at: test.clock.now(),
    };
    await bookDebt(database.db, { ...debt, buyerId: other.buyerId });
    const found = await selectLedgerDifferences(database.db);
    expect(found.map(({ check, detail }) => [check, detail])).toEqual([["debt", "debt 5, available 650000"]]);
    await pay(other, 1);
    expect(await debtOf(other.buyerId)).toBe(0n);
  });
});

describe("a debt and deleted data", () => {
  it("are settled without a message: nobody is left to read it", async () => {
    const { buyerId } = await test.buyer();
    expect(await buyers().forget(buyerId)).toBe("forgotten");
    const at = test.clock.now();
    const debt = { gateway: "stars", chargeId: newId(), topupId: null, amountMicros: 5n, at };
    await bookDebt(database.db, { ...debt, buyerId });
    const correction = { key: newId(), buyerId, amountMicros: 7n, actor: "test", reason: "test", at };
    await inTransaction(database.db, (tx) => adjust(tx, correction));
    expect(await debtOf(buyerId)).toBe(0n);
    expect(await available(buyerId)).toBe(2n);
    await inTransaction(database.db, (tx) => adjust(tx, { ...correction, key: newId(), amountMicros: -2n }));
  });

  it("come back with the person, whatever account they use then", async () => {
    const { buyerId, telegramId, orderId } = await refundedWhileHeld();
    await deliver(orderId);
    await shop.orders.finish(orderId, buyerId);
    expect(await buyers().forget(buyerId)).toBe("forgotten");
    await shop.assertSound();
    expect(await debtOf(buyerId)).toBe(0n);
    const again = await buyers().meet({ telegramId, language: "en" });
    expect(again.id).not.toBe(buyerId);
    expect(await debtOf(again.id)).toBe(priceMicros);
    await pay({ buyerId: again.id, telegramId });
    expect(await available(again.id)).toBe(paidMicros - priceMicros);
  });

  it("meet when Telegram refunds after the deletion: the person owes it when they come", async () => {
    const { buyerId, telegramId, charge } = await payer();
    await leaveAfterBuying(buyerId);
    await test.refundByTelegram(charge);
    await shop.assertSound();
    expect(await findByTelegramId(database.db, telegramId)).toBeUndefined();
    const again = await buyers().meet({ telegramId, language: "en" });
    expect(await debtOf(again.id)).toBe(priceMicros);
    expect((await findBuyer(database.db, again.id))?.flaggedAt).not.toBeNull();
  });

  it("meet when the person is back already: what they have now pays for it", async () => {
    const { buyerId, telegramId, charge } = await payer();
    await leaveAfterBuying(buyerId);
    const again = await buyers().meet({ telegramId, language: "en" });
    await pay({ buyerId: again.id, telegramId });
    await test.refundByTelegram(charge);
    expect(await debtOf(again.id)).toBe(0n);
    expect(await available(again.id)).toBe(paidMicros - priceMicros);
  });
});
