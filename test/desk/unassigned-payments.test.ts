import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { at } from "../../src/bot/desk/place.ts";
import { newId, shortenId } from "../../src/core/ids.ts";
import { setNames } from "../../src/db/queries/buyer-settings.ts";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { selectBalance, selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import { insertUnassignedPayment } from "../../src/db/queries/topup-payments.ts";
import { inTransaction } from "../../src/db/transaction.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestDesk, labels, type Operator, ownerId, type TestDesk } from "../support/desk.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

let database: TestDatabase;
let money: TestTopups;
let desk: TestDesk;
let owner: Operator;

beforeAll(async () => {
  database = await createTestDatabase();
  money = await createTestTopups(database.db);
  desk = createTestDesk(database, money.clock);
  owner = desk.operator(ownerId);
});
afterAll(() => database.close());

/** Money that came in for nobody we know. */
async function unassigned(): Promise<{ chargeId: string; id: string }> {
  const chargeId = newId();
  const paidAt = money.clock.now();
  const payment = { gateway: "crypto-pay", chargeId, amountMicros: 5_000_000n, feeMicros: 0n };
  await insertUnassignedPayment(database.db, { ...payment, paidAt, at: paidAt });
  const row = await database.db
    .selectFrom("topup_payments")
    .select("id")
    .where("charge_id", "=", chargeId)
    .executeTakeFirstOrThrow();
  return { chargeId, id: row.id };
}

const available = async (buyerId: string) => (await selectBalance(database.db, buyerId)).availableMicros;
const stateOf = (id: string) =>
  database.db
    .selectFrom("topup_payments")
    .select(["state", "buyer_id", "actor", "reason"])
    .where("id", "=", id)
    .executeTakeFirst();

describe("a payment that is nobody's", () => {
  it("is found in its list, given to the buyer of that @name after before and after, and credited once", async () => {
    const { chargeId, id } = await unassigned();
    const { buyerId, telegramId } = await money.buyer();
    await setNames(database.db, buyerId, { username: "Payer_One", firstName: "P", at: money.clock.now() });
    await owner.open(at("ps"));
    await owner.press("unassigned");
    await owner.press(/crypto-pay \$5\.00 unassigned/);
    expect(owner.card.html).toContain(chargeId);
    await owner.press("👤 Give it to a buyer");
    await owner.type("@payer_one");
    await owner.press("told by the buyer");
    expect(owner.card.html).toContain(String(telegramId));
    expect(owner.card.html).toMatch(/\$0\.00.*\$5\.00/);
    const confirming = owner.card.rows[0]?.[0];
    if (!confirming || !("to" in confirming)) throw new Error("no confirm");
    await Promise.all([owner.open(confirming.to), owner.open(confirming.to), owner.open(confirming.to)]);
    expect(await available(buyerId)).toBe(5_000_000n);
    expect(await stateOf(id)).toEqual({
      state: "credited",
      buyer_id: buyerId,
      actor: `operator:${ownerId}`,
      reason: "told by the buyer",
    });
    expect(
      (await money.messages("topup_credited")).filter((message) => message.resume === null),
    ).toHaveLength(1);
    const [entry] = await database.db
      .selectFrom("audit_log")
      .selectAll()
      .where("action", "=", "payment assigned")
      .execute();
    expect(entry).toMatchObject({ subject: chargeId, buyer_id: buyerId, reason: "told by the buyer" });
    await owner.open(at("p", shortenId(id)));
    expect(labels(owner.card)).not.toContain("Give it to a buyer");
    expect(await selectLedgerDifferences(database.db)).toEqual([]);
  });

  it("goes to one buyer only, although two were chosen at the same time", async () => {
    const { id } = await unassigned();
    const buyers = [await money.buyer(), await money.buyer()];
    const confirms = [];
    for (const { telegramId } of buyers) {
      await owner.open(at("p", shortenId(id)));
      await owner.press("👤 Give it to a buyer");
      await owner.type(String(telegramId));
      await owner.press("seen at the gateway");
      const button = owner.card.rows[0]?.[0];
      if (!button || !("to" in button)) throw new Error("no confirm");
      confirms.push(button.to);
    }
    await Promise.all(confirms.map((place) => desk.operator(ownerId).open(place)));
    const balances = await Promise.all(buyers.map(({ buyerId }) => available(buyerId)));
    expect(balances.toSorted()).toEqual([0n, 5_000_000n]);
  });

  it("is asked for again when nobody is found, and cannot be given to oneself", async () => {
    const { id } = await unassigned();
    await owner.open(at("p", shortenId(id)));
    await owner.press("👤 Give it to a buyer");
    const reply = await owner.type("@nobody_here");
    expect(reply?.kind).toBe("again");
    const arrival = { telegramId: ownerId, languageCode: "en", at: money.clock.now() };
    const self = await inTransaction(database.db, (tx) => upsertBuyer(tx, arrival));
    await owner.type(self.id);
    await owner.press("told by the buyer");
    expect(owner.card.html).toContain("Nobody changes their own balance");
    expect((await stateOf(id))?.state).toBe("unassigned");
  });

  it("is nothing that an accountant can give away", async () => {
    const { id } = await unassigned();
    const accountant = desk.operator(await desk.appoint("accountant"));
    await accountant.open(at("p", shortenId(id)));
    expect(accountant.card.html).toContain("unassigned");
    expect(labels(accountant.card)).not.toContain("Give it to a buyer");
  });
});
