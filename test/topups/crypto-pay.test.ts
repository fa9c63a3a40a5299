import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { type PretendCryptoPay, startPretendCryptoPay } from "../../sandbox/crypto-pay.ts";
import { createBuyers } from "../../src/buyers/buyers.ts";
import { selectBalance, selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import { scheduleTopups, selectDueTopups } from "../../src/db/queries/topups.ts";
import { createCryptoPay } from "../../src/topups/crypto-pay-client.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createTestTopups, type TestTopups } from "../support/topups.ts";

const token = "12345:pretend-crypto-token";
let database: TestDatabase;
let crypto: PretendCryptoPay;
let test: TestTopups;

// Crypto Pay counts its invoices from 1, and a charge id is for ever: each test starts anew.
beforeEach(async () => {
  database = await createTestDatabase();
  crypto = await startPretendCryptoPay(token);
  test = await createTestTopups(database.db, { cryptoPay: { token, apiRoot: crypto.apiRoot } });
});
afterEach(async () => {
  await crypto.close();
  await database.close();
});

async function begun(amountMicros = 5_000_000n) {
  const buyer = await test.buyer();
  const result = await test.topups.beginCrypto({
    ...buyer,
    chatId: buyer.telegramId,
    amountMicros,
    resume: null,
  });
  return { ...buyer, result };
}

const webhook = (invoiceId: number, change: (signature: string) => string = (same) => same) => {
  const { body, signature } = crypto.webhook(invoiceId);
  return test.topups.takeCryptoWebhook(Buffer.from(body), change(signature));
};

async function credited(buyerId: string): Promise<bigint> {
  return (await selectBalance(database.db, buyerId)).availableMicros;
}

describe("Crypto Pay", () => {
  it("makes an invoice in dollars and credits it once, by webhook or by looking", async () => {
    const { buyerId, result } = await begun();
    expect(result).toMatchObject({ kind: "begun", invoice: { payUrl: "https://t.me/CryptoBot?start=1" } });
    expect(crypto.invoices[0]).toMatchObject({ amount: "5.00", fiat: "USD" });
    crypto.pay(1);
    expect(await webhook(1)).toBe(true);
    expect(await webhook(1)).toBe(true);
    await test.clock.advance(31_000);
    await test.topups.pollCrypto();
    expect(await credited(buyerId)).toBe(5_000_000n);
    expect(await test.messages("topup_credited")).toHaveLength(1);
    const [payment] = await database.db
      .selectFrom("topup_payments")
      .select(["charge_id", "fee_micros"])
      .execute();
    expect(payment).toEqual({ charge_id: "1", fee_micros: 50_000n });
    expect((await selectLedgerDifferences(database.db)).filter(({ check }) => check !== "held")).toEqual([]);
  });

  it("looks first at the invoices that are due the longest, when not all can be looked at", async () => {
    const at = (minutes: number) => new Date(test.clock.now().getTime() - minutes * 60_000);
    const made: [number, string][] = [];
    for (const minutes of [3, 1, 4, 2, 5]) {
      const { result } = await begun();
      const { topupId = "" } = result.kind === "begun" ? result.invoice : {};
      await scheduleTopups(database.db, [topupId], at(minutes));
      made.push([minutes, topupId]);
    }
    const longestFirst = made.sort(([a], [b]) => b - a).map(([, id]) => id);
    const due = await selectDueTopups(database.db, "crypto-pay", at(2), 3);
    expect(due.map(({ id }) => id)).toEqual(longestFirst.slice(0, 3));
    const all = await selectDueTopups(database.db, "crypto-pay", at(2), 9);
    expect(all.map(({ id }) => id)).toEqual(longestFirst.slice(0, 4));
    expect(await selectDueTopups(database.db, "manual", at(0), 9)).toEqual([]);
  });

  it("credits by looking alone when no webhook comes", async () => {
    const { buyerId } = await begun();
    crypto.pay(1);
    await test.topups.pollCrypto();
    expect(await credited(buyerId)).toBe(0n);
    await test.clock.advance(31_000);
    await test.topups.pollCrypto();
    expect(await credited(buyerId)).toBe(5_000_000n);
  });

  it("does not believe a webhook: a wrong signature is refused, an unpaid invoice is not credited", async () => {
    const { buyerId } = await begun();
    expect(await webhook(1, () => "00".repeat(32))).toBe(false);
    expect(await webhook(1, () => "")).toBe(false);
    expect(await webhook(1, (signature) => `${signature}00`)).toBe(false);
    expect(await test.topups.takeCryptoWebhook(Buffer.from(crypto.webhook(1).body), undefined)).toBe(false);
    expect(await webhook(1)).toBe(true);
    expect(await credited(buyerId)).toBe(0n);
  });

  it("credits an invoice that is paid after it had expired", async () => {
    const { buyerId } = await begun();
    await test.clock.advance(3_700_000);
    await test.topups.pollCrypto();
    crypto.pay(1);
    await test.clock.advance(1_900_000);
    await test.topups.pollCrypto();
    expect(await credited(buyerId)).toBe(5_000_000n);
  });

  it("does not credit another amount than we asked for", async () => {
    const { buyerId } = await begun();
    Object.assign(crypto.invoices[0] ?? {}, { amount: "0.01" });
    crypto.pay(1);
    await webhook(1);
    expect(await credited(buyerId)).toBe(0n);
  });

  it("keeps money that belongs to no top-up, or is another amount, once, until an operator decides", async () => {
    await begun();
    await begun(7_000_000n);
    Object.assign(crypto.invoices[0] ?? {}, { amount: "1.25" });
    crypto.pay(1);
    crypto.pay(2);
    await database.db
      .updateTable("topups")
      .set({ external_id: "999" })
      .where("external_id", "=", "2")
      .execute();
    Object.assign(crypto.invoices[1] ?? {}, { payload: "nobody" });
    for (let time = 0; time < 2; time += 1) for (const id of [1, 2]) await webhook(id);
    const kept = await database.db
      .selectFrom("topup_payments")
      .select(["charge_id", "amount_micros", "state", "buyer_id"])
      .orderBy("charge_id")
      .execute();
    expect(kept).toEqual([
      { charge_id: "1", amount_micros: 1_250_000n, state: "unassigned", buyer_id: null },
      { charge_id: "2", amount_micros: 7_000_000n, state: "unassigned", buyer_id: null },
    ]);
  });

  it.each([
    ["less", { amount: "0.01" }],
    ["more", { amount: "500.00" }],
    ["another currency", { fiat: "EUR" }],
    ["a coin", { currency_type: "crypto", asset: "TON" }],
  ])("tells the operators, once, of an invoice that was paid over %s", async (_name, change) => {
    const { buyerId } = await begun();
    Object.assign(crypto.invoices[0] ?? {}, change);
    crypto.pay(1);
    await webhook(1);
    await webhook(1);
    await test.clock.advance(31_000);
    await test.topups.pollCrypto();
    expect(await credited(buyerId)).toBe(0n);
    const [topup] = await database.db.selectFrom("topups").select("id").execute();
    const params = { invoiceId: "1", topupId: topup?.id, amountMicros: "5000000" };
    expect(await test.messages("operator_notice")).toEqual([
      { kind: "operator_notice", notice: "crypto_pay_amount", params },
    ]);
  });

  it("tells the operators of a payment whose buyer had their data deleted meanwhile", async () => {
    const { buyerId, telegramId } = await begun();
    const buyers = createBuyers({ db: database.db, clock: test.clock });
    expect(await buyers.forget(buyerId)).toBe("forgotten");
    crypto.pay(1);
    await webhook(1);
    await webhook(1);
    expect(await credited(buyerId)).toBe(5_000_000n);
    expect(await test.messages("topup_credited")).toEqual([]);
    const told = await test.messages("operator_notice");
    expect(told).toMatchObject([{ notice: "crypto_pay_nobody", params: { invoiceId: "1" } }]);
    expect(JSON.stringify(told)).not.toContain(String(telegramId));
  });

  it("finds what was paid while Crypto Pay could not be asked, however long that took", async () => {
    const { buyerId } = await begun();
    crypto.fail("status500");
    crypto.pay(1);
    await test.clock.advance(48 * 3_600_000);
    await test.topups.pollCrypto();
    crypto.fail(null);
    await test.clock.advance(31 * 60_000);
    await test.topups.pollCrypto();
    expect(await credited(buyerId)).toBe(5_000_000n);
  });

  it("goes on looking at a new invoice when an old one is looked at for the last time", async () => {
    await begun();
    await test.clock.advance(26 * 3_600_000);
    const { buyerId } = await begun();
    await test.topups.pollCrypto();
    const schedule = database.db.selectFrom("topups").select("next_check_at").orderBy("created_at");
    const due = (await schedule.execute()).map((row) => row.next_check_at?.getTime());
    expect(due).toEqual([undefined, test.clock.now().getTime() + 30_000]);
    crypto.pay(2);
    await test.clock.advance(31_000);
    await test.topups.pollCrypto();
    expect(await credited(buyerId)).toBe(5_000_000n);
  });

  it("passes over an invoice of somebody else's whose payload only looks like an id", async () => {
    await begun();
    Object.assign(crypto.invoices[0] ?? {}, { invoice_id: 7, payload: "-".repeat(36) });
    crypto.pay(7);
    expect(await webhook(7)).toBe(true);
  });

  it("reads no more of an answer than an invoice list can be", async () => {
    const { buyerId } = await begun();
    crypto.pay(1);
    Object.assign(crypto.invoices[0] ?? {}, { description: "x".repeat(2_000_000) });
    await test.clock.advance(31_000);
    await test.topups.pollCrypto();
    expect(await credited(buyerId)).toBe(0n);
  });

  it("finds its row by the invoice's id when the answer names no payload", async () => {
    const { buyerId } = await begun();
    Object.assign(crypto.invoices[0] ?? {}, { payload: undefined });
    crypto.pay(1);
    await webhook(1);
    expect(await credited(buyerId)).toBe(5_000_000n);
  });

  it("finds its row by the payload when the answer to createInvoice was lost", async () => {
    crypto.fail("drop_after");
    const { buyerId, result } = await begun();
    expect(result).toEqual({ kind: "refused", code: "gateway_unavailable" });
    crypto.fail(null);
    crypto.pay(1);
    await webhook(1);
    expect(await credited(buyerId)).toBe(5_000_000n);
  });

  for (const mode of ["status500", "html"] as const) {
    it(`says that the gateway is unavailable when it answers ${mode}, and loses nothing`, async () => {
      const { buyerId } = await begun();
      crypto.pay(1);
      crypto.fail(mode);
      expect((await begun()).result).toEqual({ kind: "refused", code: "gateway_unavailable" });
      await test.clock.advance(31_000);
      await test.topups.pollCrypto();
      await expect(webhook(1)).rejects.toThrow("getInvoices");
      crypto.fail(null);
      await test.clock.advance(31_000);
      await test.topups.pollCrypto();
      expect(await credited(buyerId)).toBe(5_000_000n);
    });
  }

  it("is off without a token", async () => {
    test = await createTestTopups(database.db);
    expect((await begun()).result).toEqual({ kind: "refused", code: "gateway_off" });
  });
});

describe("the manual gateway", () => {
  async function claimed(note: string) {
    const buyer = await test.buyer();
    const begun = await test.topups.beginManual({
      ...buyer,
      chatId: buyer.telegramId,
      amountMicros: 2_000_000n,
      resume: null,
    });
    if (begun.kind !== "begun") throw new Error(begun.code);
    const { topupId } = begun.invoice;
    const claim = await test.topups.claimManual({
      topupId,
      buyerId: buyer.buyerId,
      note,
      fileId: null,
      fileUniqueId: null,
    });
    if (claim.kind !== "begun") throw new Error(claim.code);
    return { ...buyer, topupId, claimId: claim.invoice.claimId };
  }
  const decide = (claimId: string, approve: boolean) =>
    test.topups.decideManual({
      claimId,
      operatorTelegramId: 1,
      approve,
      reason: null,
      updateId: null,
      authorise: async () => undefined,
    });

  it("credits an approved claim once, audited, and tells operators of a new one", async () => {
    const { buyerId, claimId } = await claimed("transfer 4711");
    expect(await test.messages("manual_claim")).toEqual([{ kind: "manual_claim", claimId }]);
    const results = await Promise.all([decide(claimId, true), decide(claimId, true), decide(claimId, false)]);
    expect(results.filter((result) => result.kind === "already")).toHaveLength(2);
    const amount = results.some((result) => result.kind === "approved") ? 2_000_000n : 0n;
    expect(await credited(buyerId)).toBe(amount);
    const audits = await database.db
      .selectFrom("audit_log")
      .select("actor")
      .where("action", "like", "manual%")
      .execute();
    expect(audits).toContainEqual({ actor: "operator:1" });
  });

  it("credits nothing for a rejected claim, and says so", async () => {
    const { buyerId, claimId } = await claimed("nothing was sent");
    expect(await decide(claimId, false)).toEqual({ kind: "rejected" });
    expect(await credited(buyerId)).toBe(0n);
    expect(await test.messages("topup_rejected")).toHaveLength(1);
  });

  it("flags a reference that was sent before, however it is written", async () => {
    const first = await claimed("REF 99-88-77");
    const second = await claimed("ref998877");
    const row = await database.db
      .selectFrom("manual_claims")
      .select("duplicate_of")
      .where("id", "=", second.claimId)
      .executeTakeFirst();
    expect(row?.duplicate_of).toBe(first.claimId);
  });

  it("takes one claim for a top-up, and none for somebody else's", async () => {
    const { topupId, buyerId } = await claimed("once");
    const again = { topupId, note: "twice", fileId: null, fileUniqueId: null };
    expect(await test.topups.claimManual({ ...again, buyerId })).toMatchObject({ kind: "refused" });
    const stranger = await test.buyer();
    expect(await test.topups.claimManual({ ...again, buyerId: stranger.buyerId })).toMatchObject({
      code: "topup_not_found",
    });
  });
});

describe("an answer of Crypto Pay", () => {
  const longest = 1_000_000;

  async function invoicesFrom(bytes: number): Promise<unknown> {
    const answer = JSON.stringify({ ok: true, result: { items: [] } });
    const server = createServer((_, response) => response.end(answer.padEnd(bytes))).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = z.object({ port: z.number() }).parse(server.address());
    try {
      return await createCryptoPay({ token, apiRoot: `http://127.0.0.1:${port}` }).invoices(["1"]);
    } finally {
      server.close();
    }
  }

  it("is read up to a megabyte, and no further", async () => {
    expect(await invoicesFrom(longest)).toEqual([]);
    await expect(invoicesFrom(longest + 1)).rejects.toThrow("no answer");
  });
});
