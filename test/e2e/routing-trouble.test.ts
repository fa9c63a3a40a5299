import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Fault } from "../../sandbox/providers/faults.ts";
import { faults } from "../../sandbox/providers/faults.ts";
import type { Protocol } from "../../src/providers/port/provider.ts";
import { type RichBuyer, type RoutingWorld, startRoutingWorld } from "./routing-world.ts";

const names = {
  unfunded: "tempcode77",
  dead: "handler-api",
  banned: "oxgel",
  miskeyed: "handler-api",
  steady: "handler-api",
} as const satisfies Record<string, Protocol>;
const costs = { unfunded: 100_000n, dead: 102_000n, banned: 104_000n, miskeyed: 106_000n, steady: 110_000n };
const troubled = ["unfunded", "dead", "banned", "miskeyed"] as const;
/** 0.11 and 30 %, rounded up to a cent. */
const STEADY_PRICE = "$0.15";
const BEST_PRICE = "$0.13";
const FOREVER = 1_000_000;

let shop: RoutingWorld;
let buyer: RichBuyer;

beforeAll(async () => {
  shop = await startRoutingWorld(names);
  for (const [name, costMicros] of Object.entries(costs)) shop.price(name, costMicros);
  await shop.forgetPrices();
  buyer = await shop.buyer();
});
afterAll(() => shop.close());
afterEach(() => shop.clock.setSpeed(1));

/** The confirm card as a buyer sees it now: button and facts. */
async function shown(): Promise<{ price: string; text: string }> {
  const confirm = await buyer.say("whatsapp india", "is held; you pay only");
  return { price: confirm.buttons[0]?.[0]?.text ?? "", text: confirm.text };
}

function stockOf(...sellers: (keyof typeof names)[]): number {
  // OxgelAPI does not tell how many numbers there are.
  const offers = sellers.map((name) => {
    const [service, country] = name === "unfunded" ? ["whatsapp", "in"] : ["wa", "22"];
    const { market } = shop.provider(name);
    return market.offers.find((row) => row.serviceCode === service && row.countryCode === country);
  });
  return offers.reduce((sum, found) => sum + (found?.stock ?? 0), 0);
}

const told = (name: string, what: string): string[] =>
  shop.operator
    .messages()
    .map((message) => message.text)
    .filter((text) => text.startsWith(`${name} ${what}`));

async function waitUntil(condition: () => Promise<boolean> | boolean): Promise<void> {
  await expect.poll(condition, { timeout: 15_000, interval: 20 }).toBe(true);
}

describe("providers that are dead, banned, without money or set up with a wrong key", () => {
  it("leave the menu within a minute, while the purchase that found out goes on elsewhere", async () => {
    expect((await shown()).text).toContain(`${stockOf("unfunded", "dead", "miskeyed", "steady")} in stock`);
    shop.provider("unfunded").market.setBalance(0n);
    const confirm = await buyer.say("whatsapp india", "is held; you pay only");
    expect(confirm.buttons[0]?.[0]?.text).toContain(BEST_PRICE);
    await buyer.tap(confirm, " · $", "waiting for the code");
    expect((await shop.latestOrder(buyer.buyerId)).provider).toBe("dead");

    const always = (name: string, fault: Fault): void => shop.provider(name).faults.add("*", fault, FOREVER);
    always("dead", faults.dropBefore);
    always("banned", faults.status(403));
    always("miskeyed", faults.raw(200, "BAD_KEY"));
    const brokenAt = shop.clock.now().getTime();
    shop.clock.setSpeed(10);
    await waitUntil(async () => (await shown()).text.includes(` ${stockOf("steady")} in stock`));
    const tookMs = shop.clock.now().getTime() - brokenAt;
    shop.clock.setSpeed(1);
    console.info(`the last of four broken providers left the menu after ${Math.round(tookMs / 1000)} s`);
    expect(tookMs).toBeLessThanOrEqual(60_000);
    expect((await shown()).price).toContain(STEADY_PRICE);
  });

  it("are told to the operator once each, with the reason, in half an hour of failing", async () => {
    const startedAt = shop.clock.now().getTime();
    shop.clock.setSpeed(600);
    await waitUntil(() => shop.clock.now().getTime() - startedAt >= 30 * 60_000);
    shop.clock.setSpeed(1);
    await waitUntil(() => troubled.every((name) => told(name, "is out").length > 0));
    expect(troubled.map((name) => told(name, "is out"))).toEqual([
      [expect.stringContaining("(no_funds)")],
      [expect.stringContaining("(unavailable)")],
      [expect.stringContaining("(suspended)")],
      [expect.stringContaining("(bad_credentials)")],
    ]);
    expect(troubled.flatMap((name) => told(name, "answers"))).toEqual([]);
    expect(told("steady", "")).toEqual([]);
  });

  it("are back after a probe that they answer, and the operator hears that too", async () => {
    shop.provider("unfunded").market.setBalance(5_000_000n);
    for (const name of troubled) shop.provider(name).faults.clear();
    shop.clock.setSpeed(100);
    await waitUntil(() => troubled.every((name) => told(name, "answers again").length === 1));
    shop.clock.setSpeed(1);
    await shop.forgetPrices();
    const { price, text } = await shown();
    expect(price).toContain(BEST_PRICE);
    expect(text).toContain(`${stockOf("unfunded", "dead", "miskeyed", "steady")} in stock`);
    for (const name of troubled) expect(told(name, "is out")).toHaveLength(1);
  });
});
