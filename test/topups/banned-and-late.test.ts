import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { banBuyer } from "../../src/db/queries/buyers.ts";
import { selectBalance } from "../../src/db/queries/ledger.ts";
import { moveTopup, selectTopup } from "../../src/db/queries/topups.ts";
import { StarsRefundRefused } from "../../src/topups/topup-deps.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

let database: TestDatabase;
let test: TestTopups;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  test = await createTestTopups(database.db);
});

async function invoiced(stars = 50) {
  const buyer = await test.buyer();
  const chatId = buyer.telegramId;
  const begun = await test.topups.beginStars({ buyerId: buyer.buyerId, chatId, stars, resume: null });
  if (begun.kind !== "begun") throw new Error(begun.code);
  const { payload, topupId } = begun.invoice;
  return { ...buyer, payload, topupId, stars };
}

const pay = ({ payload, telegramId, stars }: Awaited<ReturnType<typeof invoiced>>, chargeId = newId()) =>
  test.pay({ chargeId, payload, telegramId, stars, paidAt: test.clock.now() });

describe("a banned buyer", () => {
  it("is refused at the pre-checkout, before any Star is taken", async () => {
    const { buyerId, telegramId, payload, stars } = await invoiced();
    const query = { payload, telegramId, stars, currency: "XTR" };
    expect(await test.topups.checkStars(query)).toEqual({ ok: true });
    await banBuyer(database.db, buyerId, "fraud", test.clock.now());
    expect(await test.topups.checkStars(query)).toEqual({ ok: false, code: "buyer_banned" });
  });

  it("can begin no payment of any kind", async () => {
    const { buyerId, telegramId: chatId } = await invoiced();
    await banBuyer(database.db, buyerId, "fraud", test.clock.now());
    const refused = { kind: "refused", code: "buyer_banned" };
    expect(await test.topups.beginStars({ buyerId, chatId, stars: 5, resume: null })).toEqual(refused);
    const usd = { buyerId, chatId, amountMicros: 5_000_000n, resume: null };
    expect(await test.topups.beginManual(usd)).toEqual(refused);
    const crypto = { token: "1:pretend", apiRoot: "http://127.0.0.1:9" };
    const withCrypto = await createTestTopups(database.db, { cryptoPay: crypto });
    expect(await withCrypto.topups.beginCrypto(usd)).toEqual(refused);
  });

  it("is credited what was paid all the same: the Stars are taken by then", async () => {
    const topup = await invoiced();
    await banBuyer(database.db, topup.buyerId, "fraud", test.clock.now());
    await pay(topup);
    expect((await selectBalance(database.db, topup.buyerId)).availableMicros).toBe(650_000n);
  });
});

describe("the state of a top-up", () => {
  it("is credited after a payment that came when it had expired", async () => {
    const topup = await invoiced();
    await test.clock.advance(3_700_000);
    expect(await moveTopup(database.db, topup.topupId, ["pending"], "expired", test.clock.now())).toBe(true);
    await pay(topup);
    expect((await selectTopup(database.db, topup.topupId))?.state).toBe("credited");
  });

  it("changes only from where it may: what is credited cannot expire", async () => {
    const topup = await invoiced();
    await pay(topup);
    expect(await moveTopup(database.db, topup.topupId, ["pending"], "expired", test.clock.now())).toBe(false);
    expect((await selectTopup(database.db, topup.topupId))?.state).toBe("credited");
  });
});

describe("a refund that Telegram refuses for good", () => {
  it("ends: the credit comes back, the operators are told, and Telegram is asked no more", async () => {
    const topup = await invoiced();
    const chargeId = newId();
    await pay(topup, chargeId);
    test.stars.onRefund = () => {
      throw new StarsRefundRefused("Forbidden: user is deactivated");
    };
    const refund = () => test.topups.refundStars({ chargeId, actor: "operator:1", reason: "asked" });
    expect(await refund()).toEqual({ kind: "refused" });
    expect((await selectBalance(database.db, topup.buyerId)).availableMicros).toBe(650_000n);
    const [notice] = await test.messages("operator_notice");
    expect(notice).toMatchObject({
      notice: "refund_refused",
      params: { chargeId, reason: "Forbidden: user is deactivated", amountMicros: "650000" },
    });
    await test.clock.advance(61_000);
    await test.topups.resumeRefunds();
    expect(test.stars.refunds).toHaveLength(1);
    expect(await refund()).toEqual({ kind: "refused" });
    expect(await test.messages("operator_notice")).toHaveLength(2);
  });
});
