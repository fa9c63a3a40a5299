import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createBuyers } from "../../src/buyers/buyers.ts";
import { forget } from "../../src/buyers/people.ts";
import { newId } from "../../src/core/ids.ts";
import { lockBuyer } from "../../src/db/queries/buyers.ts";
import { selectBalance } from "../../src/db/queries/ledger.ts";
import { selectClaim } from "../../src/db/queries/manual-claims.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { untilBlocked } from "../support/blocked.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { deferred } from "../support/deferred.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

let database: TestDatabase;
let test: TestTopups;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** A claim by one of the operators; `others` are the rest of them. */
async function ownClaim(others: readonly number[]) {
  const first = await createTestTopups(database.db);
  const operator = await first.buyer();
  test = await createTestTopups(database.db, { operatorChatIds: [operator.telegramId, ...others] });
  const { buyerId, telegramId } = operator;
  const begun = await test.topups.beginManual({
    buyerId,
    chatId: telegramId,
    amountMicros: 5_000_000n,
    resume: null,
  });
  if (begun.kind !== "begun") throw new Error(begun.code);
  const proof = { note: `reference ${newId()}`, fileId: null, fileUniqueId: null };
  const claimed = await test.topups.claimManual({ ...proof, topupId: begun.invoice.topupId, buyerId });
  if (claimed.kind !== "begun") throw new Error(claimed.code);
  return { ...operator, claimId: claimed.invoice.claimId };
}

const decide = (claimId: string, operatorTelegramId: number, approve = true) =>
  test.topups.decideManual({
    claimId,
    operatorTelegramId,
    approve,
    reason: null,
    updateId: null,
    authorise: async () => undefined,
  });
const available = async (buyerId: string) => (await selectBalance(database.db, buyerId)).availableMicros;
const auditOf = (operatorTelegramId: number) =>
  database.db
    .selectFrom("audit_log")
    .select(["action", "after"])
    .where("actor", "=", `operator:${operatorTelegramId}`)
    .execute();

describe("an operator's own claim", () => {
  it("is approved by another operator, not by themselves, and the attempt is audited", async () => {
    const { buyerId, telegramId, claimId } = await ownClaim([77]);
    expect(await decide(claimId, telegramId)).toEqual({ kind: "own" });
    expect(await available(buyerId)).toBe(0n);
    expect(await auditOf(telegramId)).toEqual([
      {
        action: "manual top-up refused",
        after: { amountMicros: "5000000", isOwn: true },
      },
    ]);
    expect(await decide(claimId, 77)).toEqual({ kind: "approved" });
    expect(await available(buyerId)).toBe(5_000_000n);
  });

  it("is approved by themselves where there is no other operator, and the audit says so", async () => {
    const { buyerId, telegramId, claimId } = await ownClaim([]);
    expect(await decide(claimId, telegramId)).toEqual({ kind: "approved" });
    expect(await available(buyerId)).toBe(5_000_000n);
    expect((await auditOf(telegramId))[0]?.after).toMatchObject({ isOwn: true });
  });

  it("may be withdrawn by themselves", async () => {
    const { telegramId, claimId } = await ownClaim([77]);
    expect(await decide(claimId, telegramId, false)).toEqual({ kind: "rejected" });
  });
});

describe("a claim of somebody whose data is deleted", () => {
  it("is not found, credits nobody, and its chat is written to no more", async () => {
    const { buyerId, telegramId, claimId } = await ownClaim([77]);
    await database.db.deleteFrom("outbox").execute();
    const buyers = createBuyers({ db: database.db, clock: test.clock });
    expect(await buyers.forget(buyerId)).toBe("forgotten");
    for (const operatorId of [77, telegramId]) {
      expect(await decide(claimId, operatorId)).toEqual({ kind: "not_found" });
      expect(await decide(claimId, operatorId, false)).toEqual({ kind: "not_found" });
    }
    expect(await available(buyerId)).toBe(0n);
    expect(await test.messages("topup_credited")).toEqual([]);
    expect(await test.messages("topup_rejected")).toEqual([]);
  });

  it("is not decided from what was read before a deletion that came first", async () => {
    const { buyerId, claimId } = await ownClaim([77]);
    const [isLocked, mayCommit] = [deferred<void>(), deferred<void>()];
    const deleting = inTransaction(database.db, async (tx) => {
      const buyer = await lockBuyer(tx, buyerId);
      if (!buyer) throw new Error("no buyer");
      isLocked.resolve(undefined);
      await mayCommit.promise;
      await forget(tx, buyer, test.clock.now());
    });
    await isLocked.promise;
    const deciding = decide(claimId, 77);
    await untilBlocked(database.db, 1);
    mayCommit.resolve(undefined);
    await deleting;
    expect(await deciding).toEqual({ kind: "not_found" });
    expect(await available(buyerId)).toBe(0n);
  });
});

describe("a proof that was sent before", () => {
  /** Claims by one buyer after another, a minute apart; returns their ids. */
  async function claims(proofs: readonly { note: string | null; fileUniqueId: string | null }[]) {
    test = await createTestTopups(database.db);
    const ids: string[] = [];
    for (const proof of proofs) {
      const { buyerId, telegramId: chatId } = await test.buyer();
      const begun = await test.topups.beginManual({
        buyerId,
        chatId,
        amountMicros: 5_000_000n,
        resume: null,
      });
      if (begun.kind !== "begun") throw new Error(begun.code);
      const { topupId } = begun.invoice;
      const claimed = await test.topups.claimManual({
        ...proof,
        fileId: proof.fileUniqueId,
        topupId,
        buyerId,
      });
      if (claimed.kind !== "begun") throw new Error(claimed.code);
      ids.push(claimed.invoice.claimId);
      await test.clock.advance(60_000);
    }
    return ids;
  }

  const firstOf = async (claimId: string | undefined): Promise<string | null | undefined> =>
    (await selectClaim(database.db, claimId ?? ""))?.duplicateOf;

  it.each([
    ["the same words, however they are written", { note: "Bank ref 4711-A", fileUniqueId: null }],
    ["the same picture", { note: null, fileUniqueId: "picture-1" }],
  ])("names the first claim that had it: %s", async (_name, proof) => {
    const again = { ...proof, note: proof.note && "  bank REF 4711 a" };
    const [first, second, third] = await claims([proof, again, proof]);
    expect(await firstOf(first)).toBeNull();
    expect([await firstOf(second), await firstOf(third)]).toEqual([first, first]);
  });

  it("is none of another's, nor are words too short to tell anything", async () => {
    const ids = await claims([
      { note: "reference 1001", fileUniqueId: "picture-2" },
      { note: "reference 1002", fileUniqueId: "picture-3" },
      { note: "ok!", fileUniqueId: null },
      { note: "ok", fileUniqueId: null },
      { note: null, fileUniqueId: "picture-4" },
    ]);
    expect(await Promise.all(ids.map(firstOf))).toEqual([null, null, null, null, null]);
  });
});
