import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { selectBalance, selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import { createWalletReader } from "../../src/wallet/reader.ts";
import { hold } from "../../src/wallet/wallet.ts";
import { untilBlocked } from "../support/blocked.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { deferred } from "../support/deferred.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

const paidMicros = 650_000n;
let database: TestDatabase;
let test: TestTopups;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  test = await createTestTopups(database.db);
});
afterEach(async () => {
  const differences = await selectLedgerDifferences(database.db);
  // Held money has no order to answer to in these tests.
  expect(differences.filter(({ check }) => check !== "held")).toEqual([]);
});

/** An invoice over 50 Stars, and the payment and refund of it as updates tell them. */
async function invoiced() {
  const buyer = await test.buyer();
  const begun = await test.topups.beginStars({
    buyerId: buyer.buyerId,
    chatId: buyer.telegramId,
    stars: 50,
    resume: null,
  });
  if (begun.kind !== "begun") throw new Error(begun.code);
  const charge = { chargeId: newId(), telegramId: buyer.telegramId, stars: 50 };
  const payment = { ...charge, payload: begun.invoice.payload, paidAt: test.clock.now() };
  return { ...buyer, charge, payment, topupId: begun.invoice.topupId };
}

/** Telegram's list shows the payment; no update has told of it yet. */
function list({ chargeId: id, paidAt: at, ...rest }: Awaited<ReturnType<typeof invoiced>>["payment"]): void {
  test.stars.list.push({ ...rest, id, at, direction: "in" });
}

async function stateOf(chargeId: string): Promise<string | undefined> {
  const row = await database.db
    .selectFrom("topup_payments")
    .select("state")
    .where("charge_id", "=", chargeId)
    .executeTakeFirst();
  return row?.state;
}

const balanceOf = (buyerId: string) => selectBalance(database.db, buyerId);
const refundByOperator = (chargeId: string) =>
  test.topups.refundStars({ chargeId, actor: "operator:1", reason: "asked" });

describe("a refund that is told before its payment", () => {
  it("books payment and refund at once, and the payment's own update changes nothing any more", async () => {
    const { buyerId, charge, payment, topupId } = await invoiced();
    list(payment);
    await test.refundByTelegram(charge);
    await test.refundByTelegram(charge);
    expect(await balanceOf(buyerId)).toEqual({ availableMicros: 0n, heldMicros: 0n });
    expect(await stateOf(charge.chargeId)).toBe("refunded");
    const topup = database.db.selectFrom("topups").select("state").where("id", "=", topupId);
    expect((await topup.executeTakeFirst())?.state).toBe("refunded");
    const [told] = await test.messages("topup_refunded");
    expect(told).toMatchObject({ amountMicros: paidMicros.toString(), availableMicros: "0" });
    await test.pay(payment);
    expect((await balanceOf(buyerId)).availableMicros).toBe(0n);
    expect(await test.messages("topup_credited")).toHaveLength(1);
  });

  it("is never lost and never booked twice when both come at the same time", async () => {
    for (let round = 0; round < 12; round += 1) {
      const { buyerId, charge, payment } = await invoiced();
      list(payment);
      const told = [
        () => test.pay(payment),
        () => test.refundByTelegram(charge),
        () => test.pay(payment),
        () => test.refundByTelegram(charge),
      ];
      await Promise.all((round % 2 === 0 ? told : told.toReversed()).map((tell) => tell()));
      expect((await balanceOf(buyerId)).availableMicros).toBe(0n);
      expect(await stateOf(charge.chargeId)).toBe("refunded");
      expect(await createWalletReader(database.db).debt(buyerId)).toBe(0n);
    }
  });

  it("of a payment that is not ours changes nothing", async () => {
    const { telegramId } = await invoiced();
    await test.refundByTelegram({ chargeId: "elsewhere", telegramId, stars: 5 });
    expect(await stateOf("elsewhere")).toBeUndefined();
    expect(await test.messages("topup_refunded")).toEqual([]);
  });
});

describe("a refund at the same moment as", () => {
  it("a purchase waits for it, and what is held by then is owed", async () => {
    const { buyerId, charge, payment } = await invoiced();
    await test.pay(payment);
    const [isHeld, mayCommit] = [deferred<void>(), deferred<void>()];
    const buying = database.db.transaction().execute(async (tx) => {
      const order = { orderId: newId(), buyerId, amountMicros: 500_000n, actor: "t", reason: "t" };
      await hold(tx, { ...order, at: test.clock.now() });
      isHeld.resolve(undefined);
      await mayCommit.promise;
    });
    await isHeld.promise;
    const refunding = test.refundByTelegram(charge);
    await untilBlocked(database.db, 1);
    mayCommit.resolve(undefined);
    await buying;
    await refunding;
    expect(await balanceOf(buyerId)).toEqual({ availableMicros: 0n, heldMicros: 500_000n });
    expect(await createWalletReader(database.db).debt(buyerId)).toBe(500_000n);
  });

  it("another one by an operator asks Telegram once", async () => {
    const { buyerId, charge, payment } = await invoiced();
    await test.pay(payment);
    const [isLocked, mayCommit] = [deferred<void>(), deferred<void>()];
    const locking = database.db.transaction().execute(async (tx) => {
      await selectBalance(tx, buyerId, { lock: true });
      isLocked.resolve(undefined);
      await mayCommit.promise;
    });
    await isLocked.promise;
    const refunds = Promise.all([refundByOperator(charge.chargeId), refundByOperator(charge.chargeId)]);
    await untilBlocked(database.db, 2);
    mayCommit.resolve(undefined);
    await locking;
    expect((await refunds).map(({ kind }) => kind).toSorted()).toEqual(["already", "refunded"]);
    expect(test.stars.refunds).toEqual([charge.chargeId]);
  });
});
