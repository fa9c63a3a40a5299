import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { TranscriptMessage } from "../../sandbox/telegram/index.ts";
import type { Protocol } from "../../src/providers/port/provider.ts";
import { type RichBuyer, type RoutingWorld, startRoutingWorld } from "./routing-world.ts";

/** Every protocol under a name that says nothing about it, as an operator may choose it. */
const names = {
  alpha: "oxgel",
  beta: "handler-api",
  gamma: "tempcode77",
  delta: "otpbuddy",
  epsilon: "push-gateway",
  zeta: "fivesim",
} as const satisfies Record<string, Protocol>;
type Name = keyof typeof names;
const all = Object.keys(names) as Name[];
/** The price list of a push-gateway is the operator's, read at the start: $0.14 in the pretend world. */
const movable = all.filter((name) => name !== "epsilon");
const DEAR = 900_000n;

let shop: RoutingWorld;

beforeAll(async () => {
  shop = await startRoutingWorld(names);
});
afterAll(() => shop.close());
afterEach(() => shop.clock.setSpeed(1));

/** These prices, all others out of the way. */
async function offer(prices: Partial<Record<Name, bigint>>): Promise<void> {
  for (const name of movable) {
    shop.price(name, prices[name] ?? DEAR);
    shop.stock(name, 100);
  }
  await shop.forgetPrices();
}

const choose = (buyer: RichBuyer): Promise<TranscriptMessage> =>
  buyer.say("whatsapp india", "is held; you pay only");
const get = (buyer: RichBuyer, confirm: TranscriptMessage): Promise<TranscriptMessage> =>
  buyer.tap(confirm, " · $", "waiting for the code");
const labels = (message: TranscriptMessage): string[] =>
  message.buttons.flat().map((button) => button.text.replace(/\d{6,}/, "…"));

/** A text without what differs from order to order: numbers, amounts, times, and the quoted SMS. */
function shape(message: TranscriptMessage, sms: string): string {
  return message.text
    .split("\n")
    .filter((line) => !line.includes(sms) || line === sms)
    .join("\n")
    .replaceAll(sms, "CODE")
    .replace(/\+?\d{10,}/g, "PHONE")
    .replace(/\$\d+\.\d+/g, "PRICE")
    .replace(/\d+ (min|sec)\w*|\d{1,2}:\d{2}\S*/g, "TIME");
}

interface Sale {
  readonly code: string;
  readonly codeLabels: string[];
  readonly waitingLabels: string[];
}

async function sell(name: Name, code: string): Promise<Sale> {
  await offer(name === "epsilon" ? {} : { [name]: 100_000n });
  const buyer = await shop.buyer();
  const card = await get(buyer, await choose(buyer));
  expect((await shop.latestOrder(buyer.buyerId)).provider).toBe(name);
  const { market } = shop.provider(name);
  const [rental] = market.active();
  expect(card.text).toContain(rental?.phone);
  shop.clock.setSpeed(20);
  market.deliver(rental?.id ?? "", { code });
  const told = await buyer.hears("charged · balance");
  shop.clock.setSpeed(1);
  const received = await buyer.user.waitForMessage(
    (message) => message.messageId === card.messageId && message.text.includes("code received"),
  );
  return { code: shape(told, code), codeLabels: labels(received), waitingLabels: labels(card) };
}

describe("all protocols in one shop", () => {
  const sales = new Map<Name, Sale>();

  it.each(all)("sells a number and brings its code through %s", async (name) => {
    const sale = await sell(name, `48291${all.indexOf(name)}`);
    expect(sale.code).toContain("CODE");
    sales.set(name, sale);
  });

  it("tells buyers the same, whoever supplied the number", () => {
    const texts = [...sales.values()].map((sale) => sale.code);
    expect(texts).toHaveLength(all.length);
    expect(new Set(texts)).toEqual(new Set([texts[0]]));
  });

  it("offers a second code exactly where the supplier can bring one", () => {
    const can = all.filter((name) => sales.get(name)?.codeLabels.includes("Another code"));
    expect(can).toEqual(["alpha", "beta"]);
  });

  it("offers to cancel exactly where the supplier can", () => {
    const can = all.filter((name) => sales.get(name)?.waitingLabels.includes("Cancel"));
    expect(can).toEqual(["alpha", "beta", "gamma", "delta", "zeta"]);
  });

  it("releases the money at the end of a number that could not be cancelled", async () => {
    await offer({});
    const buyer = await shop.buyer();
    const confirm = await choose(buyer);
    expect(confirm.text).toContain("cannot be cancelled");
    await get(buyer, confirm);
    shop.clock.setSpeed(600);
    const ended = await buyer.hears("No code came");
    expect(ended.text).toContain("$0.19 released, balance $5.00");
    const { id, provider } = await shop.latestOrder(buyer.buyerId);
    expect(provider).toBe("epsilon");
    expect(await shop.transfersOf(id)).toEqual(["hold", "release"]);
  });
});

describe("offers of several providers", () => {
  it("are one offer: the best price and the stock of all who tell theirs", async () => {
    await offer({ alpha: 130_000n, beta: 120_000n, gamma: 110_000n, delta: 140_000n });
    shop.stock("beta", 30);
    shop.stock("gamma", 12);
    await shop.forgetPrices();
    const confirm = await choose(await shop.buyer());
    // 0.11 and 30 %, rounded up to a cent.
    expect(labels(confirm)[0]).toContain("$0.15");
    // OxgelAPI counts operators, otpbuddy and the gateway count nothing.
    expect(confirm.text).toContain("42 in stock");
  });

  it("are tried from the cheapest on under one hold, at most one request for each", async () => {
    await offer({ gamma: 100_000n, beta: 105_000n, alpha: 110_000n });
    const buyer = await shop.buyer();
    const confirm = await choose(buyer);
    shop.stock("gamma", 0);
    shop.stock("beta", 0);
    const since = shop.clock.now();
    const card = await get(buyer, confirm);
    const order = await shop.latestOrder(buyer.buyerId);
    expect(order.provider).toBe("alpha");
    expect(card.text).toContain(order.phone);
    expect(await shop.transfersOf(order.id)).toEqual(["hold"]);
    expect(all.map((name) => shop.sent(name, "buy", since))).toEqual([1, 1, 1, 0, 0, 0]);
    const attempts = await shop.database.db
      .selectFrom("order_attempts")
      .select(["provider", "started_at", "ended_at"])
      .where("order_id", "=", order.id)
      .orderBy("started_at")
      .execute();
    expect(attempts.map((attempt) => attempt.provider)).toEqual(["gamma", "beta", "alpha"]);
    const [first, , last] = attempts;
    const failoverMs = (last?.started_at.getTime() ?? Infinity) - (first?.started_at.getTime() ?? 0);
    console.info(`two failovers: ${failoverMs} ms from the first provider's call to the third's`);
    expect(failoverMs).toBeLessThan(2_000);
  });

  it("that all became dearer than agreed sell nothing; the buyer sees the new price and decides", async () => {
    await offer({ alpha: 100_000n, beta: 100_000n, gamma: 100_000n });
    const buyer = await shop.buyer();
    const confirm = await choose(buyer);
    expect(labels(confirm)[0]).toContain("$0.13");
    for (const name of ["alpha", "beta", "gamma"]) shop.price(name, 200_000n);
    const news = await buyer.tap(confirm, " · $", "The price just changed");
    expect(news.text).toContain("$0.13 released, balance $5.00");
    const { id } = await shop.latestOrder(buyer.buyerId);
    expect(await shop.transfersOf(id)).toEqual(["hold", "release"]);
    expect(labels(news)).toContain("WhatsApp 🇮🇳 $0.19");
    const again = await buyer.tap(news, "$0.19", "is held; you pay only");
    expect(labels(again)[0]).toContain("$0.19");
    await get(buyer, again);
    expect((await shop.latestOrder(buyer.buyerId)).provider).toBe("epsilon");
    // OxgelAPI takes no ceiling: its number came at the new price and goes back as soon as it may.
    const [tooDear] = shop.provider("alpha").market.rentals();
    expect(tooDear?.costMicros).toBe(200_000n);
    shop.clock.setSpeed(600);
    await expect.poll(() => shop.provider("alpha").market.find(tooDear?.id ?? "")?.status).toBe("cancelled");
  });
});
