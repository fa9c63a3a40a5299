import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOperatorActions } from "../../src/operations/operator-actions.ts";
import type { RefundResult } from "../../src/topups/refunds.ts";
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
    ["held", "held"],
    ["pending", "pending"],
    ["refused", "not_refundable"],
    ["not_found", "not_found"],
  ])("that ends as %s is answered with %s", async (outcome, answer) => {
    const actions = createOperatorActions({
      db: database.db,
      clock: createTestClock(),
      topups: { refundStars: async () => ({ kind: outcome }) },
      onMessages: () => undefined,
    });
    const refund = { operatorTelegramId: 1, chargeId: `charge-${outcome}` };
    expect(await actions.refundStars(refund)).toEqual({ kind: answer });
  });
});
