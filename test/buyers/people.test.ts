import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createBuyers } from "../../src/buyers/buyers.ts";
import { forget } from "../../src/buyers/people.ts";
import { personHash } from "../../src/buyers/person-hash.ts";
import { addMs } from "../../src/core/clock.ts";
import { newId } from "../../src/core/ids.ts";
import { acceptApiTerms, banFromApi, selectApiBuyer } from "../../src/db/queries/api-buyers.ts";
import { type BuyerRow, findByTelegramId, flagBuyer, lockBuyer } from "../../src/db/queries/buyers.ts";
import { selectBalance } from "../../src/db/queries/ledger.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { createOperatorActions } from "../../src/operations/operator-actions.ts";
import type { OrderDeps } from "../../src/orders/order-deps.ts";
import { anyOperator, nextUpdateId } from "../support/any-operator.ts";
import { untilBlocked } from "../support/blocked.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createScriptedProvider } from "../support/scripted-provider.ts";
import { createTestShop, type TestShop } from "../support/shop.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

const HOUR_MS = 3_600_000;
let database: TestDatabase;
let test: TestTopups;
let shop: TestShop;
let telegramId = 550_000;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  telegramId += 1;
  test = await createTestTopups(database.db);
  await openShop();
});

async function openShop(limits: Partial<OrderDeps["limits"]> = {}): Promise<void> {
  const all = { maxOpenOrders: 9, purchasesPerHour: 9, cancelsPerHour: 9, newBuyerOrdersPerDay: 9 };
  shop = await createTestShop(database.db, {
    providers: [createScriptedProvider(`p${newId()}`)],
    deps: { limits: { ...all, ...limits } },
  });
}

const buyers = () => createBuyers({ db: database.db, clock: shop.clock });
const meet = () => buyers().meet({ telegramId, language: "en" });
const operators = () =>
  createOperatorActions({
    db: database.db,
    clock: shop.clock,
    topups: test.topups,
    onMessages: () => undefined,
    ...anyOperator,
  });

async function leaveAndReturn(): Promise<BuyerRow> {
  const before = await meet();
  expect(await buyers().forget(before.id)).toBe("forgotten");
  await meet();
  const after = await findByTelegramId(database.db, telegramId);
  if (!after) throw new Error("did not come back");
  expect(after.id).not.toBe(before.id);
  return after;
}

/** Buys, and the order ends at once without a number. */
async function buyInVain(): Promise<string> {
  const { id } = await meet();
  const change = {
    updateId: nextUpdateId(),
    operatorTelegramId: 1,
    telegramId,
    amountMicros: 480_000n,
    reason: "test",
  };
  await operators().adjustBalance(change);
  const orderId = await shop.buy(id);
  await shop.orders.cancel(orderId, id);
  await shop.clock.advance(121_000);
  await shop.watch();
  expect((await shop.order(orderId)).state).toBe("cancelled");
  return orderId;
}

async function claim(buyerId: string, receipt: { note: string | null; fileUniqueId: string | null }) {
  const begun = await test.topups.beginManual({ buyerId, chatId: 1, amountMicros: 5_000_000n, resume: null });
  if (begun.kind !== "begun") return begun;
  return await test.topups.claimManual({ ...receipt, topupId: begun.invoice.topupId, buyerId, fileId: "f" });
}

async function tap() {
  const { id: buyerId } = await meet();
  const quoteId = await shop.quote(buyerId);
  return await shop.orders.purchase({
    buyerId,
    quoteId,
    chatId: 5,
    cardMessageId: 7,
    acceptsTermsVersion: 1,
  });
}

describe("somebody who had their data deleted and comes back", () => {
  it("is still banned, without a word of the operator's about them", async () => {
    await meet();
    await operators().ban({
      operatorTelegramId: 1,
      updateId: nextUpdateId(),
      telegramId,
      reason: "Ann Example cheats",
    });
    const after = await leaveAndReturn();
    expect(after.bannedAt).not.toBeNull();
    expect(after.banReason).not.toContain("Ann");
    expect((await leaveAndReturn()).bannedAt).not.toBeNull();
  });

  it("is still flagged for refunds", async () => {
    const { id } = await meet();
    await flagBuyer(database.db, id, "refunded a payment", shop.clock.now());
    expect((await leaveAndReturn()).flaggedAt).not.toBeNull();
  });

  it("is still shut out of the API for numbers that got no codes, and the times before are remembered", async () => {
    const { id } = await meet();
    const until = addMs(shop.clock.now(), HOUR_MS);
    await acceptApiTerms(database.db, id, 1, shop.clock.now());
    await inTransaction(database.db, (tx) => banFromApi(tx, id, until));
    await leaveAndReturn();
    const after = await leaveAndReturn();
    expect(await selectApiBuyer(database.db, after.id)).toMatchObject({
      bannedUntil: until,
      bans: 1,
      termsVersion: null,
    });
  });

  it("has the hour's and the first day's purchases counted", async () => {
    await openShop({ purchasesPerHour: 2 });
    await buyInVain();
    await buyInVain();
    await leaveAndReturn();
    expect(await tap()).toMatchObject({ kind: "refused", code: "too_many_purchases" });
    await shop.clock.advance(HOUR_MS);
    expect(await tap()).toMatchObject({ kind: "short" });
    await openShop({ newBuyerOrdersPerDay: 2 });
    expect(await tap()).toMatchObject({ kind: "refused", code: "new_buyer_limit" });
  });

  it("has the hour's cancels counted, after a second deletion too", async () => {
    await openShop({ cancelsPerHour: 2 });
    await buyInVain();
    await buyInVain();
    await leaveAndReturn();
    const { id } = await leaveAndReturn();
    const change = {
      updateId: nextUpdateId(),
      operatorTelegramId: 1,
      telegramId,
      amountMicros: 480_000n,
      reason: "test",
    };
    await operators().adjustBalance(change);
    const orderId = await shop.buy(id);
    expect(await shop.orders.cancel(orderId, id)).toMatchObject({
      kind: "refused",
      code: "too_many_cancels",
    });
  });

  it("cannot bury the operators in complaints or receipts by it", async () => {
    for (let round = 0; round < 6; round += 1) {
      const { id: buyerId } = await leaveAndReturn();
      await test.topups.openDispute({ buyerId, text: "again" });
      const claimed = await claim(buyerId, { note: `reference ${newId()}`, fileUniqueId: null });
      expect(claimed.kind).toBe(round < 5 ? "begun" : "refused");
    }
    expect(await test.messages("dispute")).toHaveLength(5);
  });

  it("has a receipt that was sent before shown as a duplicate", async () => {
    const claimed: string[] = [];
    for (const [note, fileUniqueId] of [
      ["Transfer 12-345-XYZ", null],
      ["transfer 12345 xyz!", null],
      [null, "picture-1"],
      [null, "picture-1"],
    ] as const) {
      const { id: buyerId } = await leaveAndReturn();
      const sent = await claim(buyerId, { note, fileUniqueId });
      if (sent.kind !== "begun" || !("claimId" in sent.invoice)) throw new Error("refused");
      claimed.push(sent.invoice.claimId);
    }
    const rows = await database.db
      .selectFrom("manual_claims")
      .select(["id", "duplicate_of"])
      .where("id", "in", claimed)
      .execute();
    const duplicateOf = (id: string | undefined) => rows.find((row) => row.id === id)?.duplicate_of;
    expect(claimed.map(duplicateOf)).toEqual([null, claimed[0], null, claimed[2]]);
  });

  it("leaves no row behind when nothing counts any more", async () => {
    const { id } = await meet();
    await buyers().forget(id);
    const hash = await personHash(database.db, telegramId, shop.clock.now());
    const rows = await sql`SELECT 1 FROM forgotten_people WHERE person_hash = ${hash}`.execute(database.db);
    expect(rows.rows).toEqual([]);
  });
});

describe("a ban", () => {
  const ban = () =>
    operators().ban({ operatorTelegramId: 1, updateId: nextUpdateId(), telegramId, reason: "cheats" });
  const unban = () => operators().unban({ operatorTelegramId: 1, updateId: nextUpdateId(), telegramId });

  it("meets somebody whose data is deleted when they come back", async () => {
    const { id } = await meet();
    await buyers().forget(id);
    expect(await ban()).toEqual({ kind: "done" });
    expect((await meet()).bannedAt).not.toBeNull();
  });

  it("works on an id that was never seen, and can be lifted before they come", async () => {
    expect(await ban()).toEqual({ kind: "done" });
    expect(await unban()).toEqual({ kind: "done" });
    expect((await meet()).bannedAt).toBeNull();
    telegramId += 1;
    await ban();
    expect(await meet()).toMatchObject({ banReason: "cheats" });
    await unban();
    expect((await leaveAndReturn()).bannedAt).toBeNull();
  });

  it("is audited once, without the id of a person who is no buyer", async () => {
    await ban();
    await ban();
    const rows = await database.db.selectFrom("audit_log").selectAll().orderBy("at").execute();
    const own = rows.filter(({ action, reason }) => action === "banned" && reason === "cheats");
    expect(own.at(-1)?.subject).toMatch(/^person [0-9a-f]{16}$/);
    const hash = await personHash(database.db, telegramId, shop.clock.now());
    expect(own.filter(({ subject }) => subject === `person ${hash.slice(0, 16)}`)).toHaveLength(1);
  });

  it("is not lost when the person comes, or has their data deleted, at the same moment", async () => {
    for (let round = 0; round < 8; round += 1) {
      telegramId += 1;
      await Promise.all(round % 2 === 0 ? [ban(), meet(), meet()] : [meet(), ban(), meet()]);
      expect((await meet()).bannedAt).not.toBeNull();
      telegramId += 1;
      const { id } = await meet();
      await Promise.all(round % 2 === 0 ? [ban(), buyers().forget(id)] : [buyers().forget(id), ban()]);
      expect((await meet()).bannedAt).not.toBeNull();
    }
  });
});

describe("an adjustment", () => {
  const adjust = () => {
    const change = {
      updateId: nextUpdateId(),
      operatorTelegramId: 1,
      telegramId,
      amountMicros: 1_000_000n,
      reason: "sorry",
    };
    return operators().adjustBalance(change);
  };

  it("finds nobody whose data is being deleted at that moment, and leaves no trace of them", async () => {
    const { id } = await meet();
    const adjusting = await inTransaction(database.db, async (tx) => {
      const buyer = await lockBuyer(tx, id);
      if (!buyer) throw new Error("no buyer");
      const outcome = adjust();
      await untilBlocked(database.db, 1);
      await forget(tx, buyer, shop.clock.now());
      return { outcome };
    });
    expect(await adjusting.outcome).toEqual({ kind: "not_found" });
    const owed = await database.db.selectFrom("outbox").selectAll().where("buyer_id", "=", id).execute();
    expect(owed).toEqual([]);
    expect(await selectBalance(database.db, id)).toMatchObject({ availableMicros: 0n });
  });
});

describe("a person's hash", () => {
  it("is the same for the same person in this shop, and says nothing without the shop's key", async () => {
    const at = shop.clock.now();
    const hash = await personHash(database.db, telegramId, at);
    expect(await personHash(database.db, telegramId, at)).toBe(hash);
    expect(await personHash(database.db, telegramId + 1, at)).not.toBe(hash);
    const other = await createTestDatabase();
    const elsewhere = await personHash(other.db, telegramId, at);
    await other.close();
    expect(elsewhere).not.toBe(hash);
  });
});
