import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type PretendCryptoPay, startPretendCryptoPay } from "../../sandbox/crypto-pay.ts";
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
  await crypto.close();
  await database.close();
});

/** From now on this can no more be done to the table. */
async function refuse(what: "UPDATE ON topups" | "INSERT ON transfers"): Promise<void> {
  await sql`CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'a fault of ours'; END $$`.execute(database.db);
  await sql`CREATE TRIGGER broken BEFORE ${sql.raw(what)} EXECUTE FUNCTION broken()`.execute(database.db);
}

async function begin() {
  const buyer = await test.buyer();
  const input = { ...buyer, chatId: buyer.telegramId, amountMicros: 5_000_000n, resume: null };
  return await test.topups.beginCrypto(input);
}

describe("a fault of ours is told as one, and not taken for a Crypto Pay that does not answer,", () => {
  it("when an invoice is written down: the buyer is not told that Crypto Pay is out of order", async () => {
    await refuse("UPDATE ON topups");
    await expect(begin()).rejects.toThrow("a fault of ours");
  });

  it("when a payment is credited: the look is not taken for one without an answer", async () => {
    expect(await begin()).toMatchObject({ kind: "begun" });
    crypto.pay(1);
    await refuse("INSERT ON transfers");
    await test.clock.advance(31_000);
    await expect(test.topups.pollCrypto()).rejects.toThrow("a fault of ours");
  });
});
