import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { insertPayment } from "../../src/db/queries/topup-payments.ts";
import { createOperatorActions } from "../../src/operations/operator-actions.ts";
import type { RefundResult } from "../../src/topups/refunds.ts";
import { anyOperator, nextUpdateId } from "../support/any-operator.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createScriptedProvider, providerError, received } from "../support/scripted-provider.ts";
import { createTestShop } from "../support/shop.ts";

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

describe("/refund", () => {
  it.each<[RefundResult["kind"], string]>([
    ["refunded", "done"],
    ["already", "done"],
    ["held", "desk"],
    ["pending", "pending"],
    ["refused", "not_refundable"],
    ["not_found", "not_found"],
  ])("that ends as %s is answered with %s", async (outcome, answer) => {
    const { db } = database;
    const at = createTestClock().now();
    const chargeId = `charge-${outcome}`;
    const buyer = await upsertBuyer(db, { telegramId: 5, languageCode: "en", at });
    const payment = { gateway: "stars", chargeId, topupId: null, buyerId: buyer.id, amountMicros: 5n };
    await insertPayment(db, { ...payment, stars: 1, feeMicros: 0n, paidAt: at, at });
    const isBegun = ["refunded", "pending", "refused"].includes(outcome);
    const actions = createOperatorActions({
      db,
      clock: createTestClock(),
      topups: {
        beginRefund: async () =>
          isBegun ? { kind: "begun", telegramId: 5 } : { kind: outcome as "already" | "held" | "not_found" },
        finishRefund: async () => ({ kind: outcome }),
      },
      onMessages: () => undefined,
      ...anyOperator,
    });
    const refund = { operatorTelegramId: 1, chargeId, updateId: nextUpdateId() };
    expect(await actions.refundStars(refund)).toMatchObject({ kind: answer });
  });

  it("of a charge that nobody knows is not found", async () => {
    const none = async () => ({ kind: "not_found" as const });
    const topups = { beginRefund: none, finishRefund: none };
    const deps = { db: database.db, clock: createTestClock(), topups, onMessages: () => undefined };
    const actions = createOperatorActions({ ...deps, ...anyOperator });
    const refund = { operatorTelegramId: 1, chargeId: "nothing", updateId: nextUpdateId() };
    expect(await actions.refundStars(refund)).toEqual({ kind: "not_found" });
  });
});

describe("/status", () => {
  it("tells the orders, whose money is where, and which providers are on sale", async () => {
    const provider = createScriptedProvider("alpha");
    const shop = await createTestShop(database.db, { providers: [provider] });
    const buyerId = await shop.buyer(2_000_000n);
    await shop.buy(buyerId);
    provider.onCheck = () => received("1234");
    await shop.clock.advance(5_000);
    await shop.watch();
    await shop.buy(buyerId);
    provider.onBuy = () => {
      throw providerError("timeout", false);
    };
    await shop.buy(buyerId);
    const updated_at = shop.clock.now();
    await database.db
      .insertInto("provider_health")
      .values([
        { updated_at, provider: "alpha", state: "closed", balance_micros: 12_500_000n },
        { updated_at, provider: "beta", state: "open", reason: "no_funds", balance_micros: 0n },
        { updated_at, provider: "gamma", state: "open" },
      ])
      .onConflict((conflict) =>
        conflict
          .column("provider")
          .doUpdateSet((eb) => ({ balance_micros: eb.ref("excluded.balance_micros") })),
      )
      .execute();
    const actions = createOperatorActions({
      db: database.db,
      clock: shop.clock,
      topups: {
        beginRefund: async () => ({ kind: "not_found" }),
        finishRefund: async () => ({ kind: "not_found" }),
      },
      onMessages: () => undefined,
      ...anyOperator,
    });
    expect(await actions.status()).toEqual(
      expect.arrayContaining([
        "Open orders: 3, of them in doubt: 1",
        "Buyers' money: $0.56 available, $0.96 held; they owe $0.00",
        "Revenue $0.48, cost $0.18, losses $0.00",
        "SMS that came after a release and were not paid for: 0",
        "alpha: on sale, balance $12.50",
        "beta: paused (no_funds), balance $0.00",
        "gamma: paused (unknown)",
      ]),
    );
  });
});
