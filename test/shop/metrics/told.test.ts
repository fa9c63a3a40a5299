import type { Registry } from "prom-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { selfCheck } from "../../../src/operations/self-check.ts";
import { createMetrics, type Metrics } from "../../../src/shop/metrics/metrics.ts";
import { createOutboxWorker } from "../../../src/workers/outbox-worker.ts";
import { createTestClock } from "../../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { query } from "../../support/embedded.ts";
import { createTestLogger } from "../../support/logger.ts";
import {
  createScriptedProvider,
  providerError,
  received,
  type ScriptedProvider,
} from "../../support/scripted-provider.ts";
import { createTestShop, type TestShop } from "../../support/shop.ts";
import { createTestTopups } from "../../support/topups.ts";

let database: TestDatabase;
let metrics: Metrics;
let alpha: ScriptedProvider;
let shop: TestShop;

beforeEach(async () => {
  database = await createTestDatabase();
  metrics = createMetrics(createTestClock());
  alpha = createScriptedProvider();
  shop = await createTestShop(database.db, { providers: [alpha], deps: { events: metrics.orderEvents } });
});
afterEach(() => database.close());

/** The samples of these metrics that are not 0, without the names. */
async function samples(registry: Registry, name: string): Promise<string[]> {
  const lines = (await registry.metrics()).split("\n");
  return lines
    .flatMap((line) => (line.startsWith(`${name}{`) && !line.endsWith(" 0") ? [line.slice(name.length)] : []))
    .sort();
}

/** Sends what is owed, two seconds after it was stored. */
async function sendAll(): Promise<void> {
  await shop.clock.advance(2_000);
  const worker = createOutboxWorker({
    db: database.db,
    clock: shop.clock,
    logger: createTestLogger(),
    operatorChatIds: [],
    send: async () => ({ kind: "sent" }),
    onSettled: metrics.messages.message,
  });
  for (let round = 0; round < 5; round += 1) {
    await worker.step();
    await worker.settled();
  }
}

describe("orders tell the metrics", () => {
  it("of a sale, of each look at the provider, and how long the code took", async () => {
    await shop.buy(await shop.buyer(1_000_000n));
    await shop.clock.advance(3_000);
    await shop.watch();
    alpha.onCheck = () => received("482913");
    await shop.clock.advance(3_000);
    await shop.watch();
    await shop.clock.advance(30_000);
    await shop.watch();
    expect(await samples(metrics.registry, "numstore_purchases_total")).toEqual([
      '{outcome="sold",reason="none"} 1',
    ]);
    expect(await samples(metrics.registry, "numstore_purchase_attempts_total")).toEqual([
      '{provider="alpha",outcome="rented"} 1',
    ]);
    expect(await samples(metrics.registry, "numstore_polls_total")).toEqual([
      '{provider="alpha",kind="check"} 2',
      '{provider="alpha",kind="delivered"} 1',
    ]);
    await sendAll();
    const [sum] = await samples(metrics.registry, "numstore_code_message_seconds_sum");
    expect(sum).toBe('{path="poll"} 32');
  });

  it("that a code came by webhook, and when the provider says it received it", async () => {
    const orderId = await shop.buy(await shop.buyer(1_000_000n));
    const { phone } = await shop.order(orderId);
    const arrivedAt = new Date(shop.clock.now().getTime() - 1_000);
    const sms = { code: "482913", text: null, arrivedAt };
    alpha.onWebhook = () => ({ kind: "sms", phone: phone ?? "", sms });
    await shop.orders.takeWebhook("alpha", {});
    await sendAll();
    expect(await samples(metrics.registry, "numstore_code_message_seconds_sum")).toEqual([
      '{path="webhook"} 2',
    ]);
    expect(await samples(metrics.registry, "numstore_code_arrival_seconds_sum")).toEqual([
      '{path="webhook"} 3',
    ]);
  });

  it("why there was no number", async () => {
    alpha.onBuy = () => {
      throw providerError("no_stock", true);
    };
    await shop.buy(await shop.buyer(1_000_000n));
    expect(await samples(metrics.registry, "numstore_purchases_total")).toEqual([
      '{outcome="failed",reason="out_of_stock"} 1',
    ]);
    const attempts = await samples(metrics.registry, "numstore_purchase_attempts_total");
    expect(attempts).toEqual(['{provider="scripted",outcome="no_stock"} 1']);
  });

  it("of a doubt, and later how it ended", async () => {
    alpha.onBuy = () => {
      throw providerError("timeout", false);
    };
    await shop.buy(await shop.buyer(1_000_000n));
    for (let round = 0; round < 12; round += 1) {
      await shop.clock.advance(30_000);
      await shop.orders.reconcile("alpha");
    }
    expect(await samples(metrics.registry, "numstore_purchases_total")).toEqual([
      '{outcome="doubt_failed",reason="providers_unavailable"} 1',
      '{outcome="in_doubt",reason="timeout"} 1',
    ]);
  });

  it("of no look where the request budget was spent, because nothing was asked", async () => {
    await shop.buy(await shop.buyer(1_000_000n));
    alpha.onCheck = () => {
      throw providerError("rate_limited", true, { wasAsked: false });
    };
    await shop.clock.advance(3_000);
    await shop.watch();
    expect(await samples(metrics.registry, "numstore_polls_total")).toEqual([]);
  });
});

describe("money tells the metrics", () => {
  it("of top-ups: begun, refused, credited, refunded", async () => {
    const test = await createTestTopups(database.db, { onTopup: metrics.sales.topup });
    const buyer = await test.buyer();
    const begin = { ...buyer, chatId: buyer.telegramId, stars: 100, resume: null };
    const result = await test.topups.beginStars(begin);
    await test.topups.beginStars({ ...begin, stars: 0 });
    if (result.kind !== "begun") throw new Error("no invoice");
    const charge = { chargeId: "charge", telegramId: buyer.telegramId, stars: 100 };
    await test.pay({ ...charge, payload: result.invoice.payload, paidAt: test.clock.now() });
    await test.refundByTelegram(charge);
    expect(await samples(metrics.registry, "numstore_topups_total")).toEqual([
      '{gateway="stars",outcome="begun"} 1',
      '{gateway="stars",outcome="credited"} 1',
      '{gateway="stars",outcome="refunded"} 1',
      '{gateway="stars",outcome="refused"} 1',
    ]);
    expect(await samples(metrics.registry, "numstore_topups_micro_dollars_total")).toEqual([
      '{gateway="stars",outcome="credited"} 1300000',
      '{gateway="stars",outcome="refunded"} 1300000',
    ]);
  });

  it("how much money the ledger cannot explain, and when that was looked at", async () => {
    const check = async (): Promise<string> => {
      const { db, clock, logger, providers } = shop.deps;
      const onLedgerChecked = metrics.sales.ledgerChecked;
      const onMessages = (): void => undefined;
      const rest = { machineClock: clock, operatorChatIds: [], onMessages, onLedgerChecked };
      await selfCheck({ db, clock, logger, providers, ...rest });
      return await metrics.registry.metrics();
    };
    const buyerId = await shop.buyer(1_000_000n);
    const at = shop.clock.now().getTime() / 1000;
    expect(await check()).toContain(`numstore_ledger_checked_timestamp_seconds ${at}\n`);
    expect(await check()).toContain("numstore_ledger_difference_micro_dollars 0\n");
    await query(
      database.connectionString,
      `UPDATE accounts SET balance_micros = balance_micros - 250 WHERE kind = 'available' AND buyer_id = '${buyerId}'`,
    );
    expect(await check()).toContain("numstore_ledger_difference_micro_dollars 250\n");
  });
});
