import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faults } from "../../../sandbox/providers/faults.ts";
import { goodsOf } from "../../../sandbox/providers/goods.ts";
import { createMarket } from "../../../sandbox/providers/market.ts";
import { startPretendProvider } from "../../../sandbox/providers/server.ts";
import type { Provider } from "../../../src/providers/port/provider.ts";
import { createProviders } from "../../../src/providers/registry.ts";
import { createTestClock } from "../../support/clock.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createTestLogger } from "../../support/logger.ts";
import { createOpenGate } from "../../support/open-gate.ts";
import { createTestShop, offerOf } from "../../support/shop.ts";

const STEP_MS = 500;
const MINUTE_MS = 60_000;
const LIMIT_PER_MINUTE = 180;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** A shop whose one provider is a pretend tempcode77 over HTTP, with no gate between: what it asks is what is measured. */
async function openTempcodeShop(name: string) {
  const clock = createTestClock();
  const market = createMarket({ clock, ...goodsOf("tempcode77") });
  const upstream = await startPretendProvider({ protocol: "tempcode77", clock, market });
  const gate = createOpenGate();
  const settings = {
    name,
    protocol: "tempcode77" as const,
    dialect: "plain",
    key: upstream.key,
    url: upstream.baseUrl,
    currency: "USD",
    usdRate: "1",
    requestsPerSecond: 3,
    prices: null,
  };
  const logger = createTestLogger();
  const providers: ReadonlyMap<string, Provider> = createProviders([settings], {
    clock,
    logger,
    gateFor: () => gate,
  });
  const shop = await createTestShop(database.db, { providers: [], deps: { clock, providers } });
  shop.offers = [{ ...offerOf(name, clock.now(), 200_000n), serviceCode: "whatsapp", countryCode: "uk" }];
  return { clock, market, upstream, shop };
}

type Setting = Awaited<ReturnType<typeof openTempcodeShop>>;

/** Time goes on, and the watcher does what is due, as the worker's loop would. */
async function step({ clock, shop }: Setting, name: string): Promise<void> {
  const signal = new AbortController().signal;
  await clock.advance(STEP_MS);
  while ((await shop.orders.watch(name, signal)) === 0) {
    // Until nothing is due any more.
  }
}

/** Several purchases at a time, the groups half a second apart: rhythms of their own. */
async function buyMany(setting: Setting, name: string, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 5) {
    const buying = Array.from({ length: Math.min(5, left) }, async () =>
      setting.shop.buy(await setting.shop.buyer(1_000_000n)),
    );
    await Promise.all(buying);
    await step(setting, name);
  }
}

/** Delivers a code every `everyMs` to one of the waiting numbers; resolves to how long each took to be stored. */
async function deliverOverTime(
  setting: Setting,
  name: string,
  plan: { forMs: number; everyMs: number; count: number },
): Promise<number[]> {
  const { clock, market } = setting;
  const deliveredAt = new Map<string, number>();
  const startedAt = clock.now().getTime();
  const waiting = market.active().slice(0, plan.count);
  while (clock.now().getTime() < startedAt + plan.forMs) {
    const isDue = clock.now().getTime() >= startedAt + deliveredAt.size * plan.everyMs;
    const next = isDue ? waiting.pop() : undefined;
    if (next) {
      const code = `9${String(next.serial).padStart(3, "0")}`;
      market.deliver(next.id, { code, text: `Your code is ${code}` });
      deliveredAt.set(next.phone, clock.now().getTime());
    }
    await step(setting, name);
  }
  const stored = await database.db
    .selectFrom("order_sms")
    .innerJoin("orders", "orders.id", "order_sms.order_id")
    .select(["orders.phone", "order_sms.received_at"])
    .where("orders.provider", "=", name)
    .orderBy("order_sms.received_at")
    .execute();
  return stored.map((sms) => sms.received_at.getTime() - (deliveredAt.get(sms.phone ?? "") ?? 0));
}

describe("many open orders at tempcode77", () => {
  it("are watched by one list request an interval: 50 orders stay under the limit, codes come within ten seconds", async () => {
    const name = "tempcode-fifty";
    const setting = await openTempcodeShop(name);
    await buyMany(setting, name, 50);
    const before = setting.upstream.requests().length;
    const waits = await deliverOverTime(setting, name, { forMs: MINUTE_MS, everyMs: 2_000, count: 25 });
    const sent = setting.upstream.requests().length - before;
    console.info(`50 orders: ${sent} requests in a minute, slowest of 25 codes ${Math.max(...waits)} ms`);
    expect(waits).toHaveLength(25);
    expect(Math.max(...waits)).toBeLessThanOrEqual(10_000);
    expect(sent).toBeLessThan(LIMIT_PER_MINUTE);
    await setting.upstream.close();
  });

  it("are watched one by one when the list turns out to be behind", async () => {
    const name = "tempcode-behind";
    const setting = await openTempcodeShop(name);
    const hideSms = faults.rewrite((text) => text.replaceAll('"smsReceived"', '"smsRequested"'));
    setting.upstream.faults.add("active", hideSms, 1_000);
    await buyMany(setting, name, 10);
    const waits = await deliverOverTime(setting, name, { forMs: MINUTE_MS, everyMs: 4_000, count: 10 });
    expect(waits).toHaveLength(10);
    // By turns at first, 3 of 10 an interval; at every interval since it is known.
    expect(Math.max(...waits)).toBeLessThanOrEqual(25_000);
    expect(Math.max(...waits.slice(-5))).toBeLessThanOrEqual(10_000);
    expect(setting.upstream.requests().at(-1)?.operation).toBe("check");
    await setting.upstream.close();
  });
});
