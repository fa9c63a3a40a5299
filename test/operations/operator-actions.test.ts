import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { upsertBuyer } from "../../src/db/queries/buyers.ts";
import { insertPayment } from "../../src/db/queries/topup-payments.ts";
import { createOperatorActions } from "../../src/operations/operator-actions.ts";
import type { RefundResult } from "../../src/topups/refunds.ts";
import { anyOperator, nextUpdateId } from "../support/any-operator.ts";
import { createTestClock } from "../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

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
