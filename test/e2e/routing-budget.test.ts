import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { faults } from "../../sandbox/providers/faults.ts";
import { type RichBuyer, type RoutingWorld, startRoutingWorld } from "./routing-world.ts";

const RATE = 2;
/** The gate lets one second's worth through at once. */
const BURST = RATE;
/** In real time: what is measured is a wait of less than a second, on a machine that may be busy itself. */
const BUSY_MS = 10_000;
const terms = { priceMicros: 130_000n, ceilingMicros: 110_000n };
const CHEAP = 100_000n;
const DEAR = 900_000n;

let shop: RoutingWorld;
let buyer: RichBuyer;

beforeAll(async () => {
  const providers = { busy: "handler-api", slow: "handler-api", quick: "oxgel" } as const;
  shop = await startRoutingWorld(providers, { PROVIDER_BUSY_RATE: String(RATE) });
  buyer = await shop.buyer(50_000_000n);
});
afterAll(async () => {
  // Lets go of the requests that hang, so that the shop can stop.
  await shop.provider("slow").close();
  await shop.close();
});
afterEach(() => shop.clock.setSpeed(1));

/** Only this one is cheap enough for the terms. */
async function onlyFrom(name: string): Promise<void> {
  for (const other of ["busy", "slow", "quick"]) shop.price(other, other === name ? CHEAP : DEAR);
  await shop.forgetPrices();
  await expect.poll(price, { timeout: 10_000, interval: 50 }).toContain("$0.13");
}

async function price(): Promise<string> {
  const confirm = await buyer.say("whatsapp india", "is held; you pay only");
  return confirm.buttons[0]?.[0]?.text ?? "";
}

async function order(): Promise<string> {
  const orderId = await shop.order(buyer, terms);
  await shop.world.shop.services.orders.drain();
  return orderId;
}

async function waitUntil(condition: () => boolean, timeout = 20_000): Promise<void> {
  await expect.poll(condition, { timeout, interval: 10 }).toBe(true);
}

const now = (): number => shop.clock.now().getTime();

async function stateOf(orderId: string) {
  const query = shop.database.db.selectFrom("orders").select(["state", "failure"]).where("id", "=", orderId);
  return await query.executeTakeFirstOrThrow();
}

/** The most requests in any second. */
function busiestSecond(times: readonly number[]): number {
  return Math.max(
    ...times.map((start) => times.filter((time) => time >= start && time < start + 1_000).length),
  );
}

describe("a provider that takes two requests a second", () => {
  it("never gets more, and purchases do not wait behind thirty watched orders", async () => {
    await onlyFrom("busy");
    shop.clock.setSpeed(20);
    for (let group = 0; group < 6; group += 1)
      await Promise.all([order(), order(), order(), order(), order()]);
    expect(shop.provider("busy").market.active()).toHaveLength(30);
    shop.clock.setSpeed(1);
    const startedAt = now();
    for (let passedMs = 0; passedMs < BUSY_MS; passedMs += 2_000) {
      await waitUntil(() => now() >= startedAt + passedMs);
      await order();
    }
    await waitUntil(() => now() >= startedAt + BUSY_MS);
    const requests = shop
      .provider("busy")
      .requests()
      .filter(({ at }) => at.getTime() >= startedAt);
    const times = requests.map(({ at }) => at.getTime());
    const bought = requests.filter(({ operation }) => operation === "buy");
    const attempts = await shop.database.db
      .selectFrom("order_attempts")
      .select("started_at")
      .where("started_at", ">=", new Date(startedAt))
      .orderBy("started_at")
      .execute();
    const waits = attempts.map(
      ({ started_at }, index) => (bought[index]?.at.getTime() ?? NaN) - started_at.getTime(),
    );
    console.info(
      `ten busy seconds: ${times.length} requests, at most ${busiestSecond(times)} in a second; purchases waited ${waits.map(Math.round).join(", ")} ms`,
    );
    expect(waits).toHaveLength(5);
    expect(Math.max(...waits)).toBeLessThan(1_000);
    expect(busiestSecond(times)).toBeLessThanOrEqual(RATE + BURST);
    // It is made use of, too.
    expect(times.length).toBeGreaterThan((BUSY_MS / 1_000) * (RATE / 2));
  }, 60_000);

  it("that says “Retry-After: 20” gets no request for twenty seconds, not even a purchase", async () => {
    const { requests, faults: queue } = shop.provider("busy");
    queue.add("check", faults.rateLimit("20"));
    await waitUntil(() => requests().some(({ status }) => status === 429));
    const refusedAt = requests().findLast(({ status }) => status === 429)?.at ?? new Date(0);
    await expect.poll(async () => (await blockedUntil()) > refusedAt, { interval: 5 }).toBe(true);
    const knownAt = shop.clock.now();
    const orderId = await order();
    expect(await stateOf(orderId)).toEqual({ state: "failed", failure: "providers_unavailable" });
    shop.clock.setSpeed(20);
    await waitUntil(() => now() > refusedAt.getTime() + 25_000);
    const [next, ...others] = requests().filter(({ at }) => at > knownAt);
    expect((next?.at.getTime() ?? 0) - refusedAt.getTime()).toBeGreaterThanOrEqual(20_000);
    expect(others.length).toBeGreaterThan(0);
  });
});

async function blockedUntil(): Promise<Date> {
  const query = shop.database.db.selectFrom("provider_gates").select("blocked_until");
  return (await query.where("provider", "=", "busy").executeTakeFirstOrThrow()).blocked_until;
}

describe("a provider that answers nothing", () => {
  /** Rents three numbers from `quick` and brings their codes; how long each took to reach the outbox. */
  async function codeTimes(): Promise<number[]> {
    await onlyFrom("quick");
    const orderIds = [await order(), await order(), await order()];
    const { market } = shop.provider("quick");
    const deliveredAt = now();
    for (const { id } of market.active().slice(0, 3)) market.deliver(id, { code: "482913" });
    const stored = (): Promise<{ received_at: Date }[]> =>
      shop.database.db
        .selectFrom("order_sms")
        .select("received_at")
        .where("order_id", "in", orderIds)
        .execute();
    await expect.poll(async () => (await stored()).length, { timeout: 10_000, interval: 20 }).toBe(3);
    return (await stored()).map((sms) => sms.received_at.getTime() - deliveredAt);
  }

  it("delays nobody else's codes and nobody's menu", async () => {
    shop.clock.setSpeed(4);
    const before = Math.max(...(await codeTimes()));
    await onlyFrom("slow");
    await Promise.all(Array.from({ length: 4 }, order));
    shop.provider("slow").faults.add("*", faults.hang, 10_000);
    const hangsAt = now();
    await waitUntil(() => shop.sent("slow", "check", new Date(hangsAt)) > 0);
    const during = Math.max(...(await codeTimes()));
    console.info(`slowest code of another provider: ${before} ms, ${during} ms while one provider hangs`);
    // OxgelAPI is asked every 4 s about each order.
    expect(during).toBeLessThan(6_000);
    expect(await price()).toContain("$0.13");
  }, 60_000);
});
