import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createOperatorActions } from "../../src/operations/operator-actions.ts";
import type { RefundResult } from "../../src/topups/refunds.ts";
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
      topups: { refundStars: async () => ({ kind: "not_found" }) },
      onMessages: () => undefined,
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
