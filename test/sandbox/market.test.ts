import { describe, expect, it } from "vitest";
import { faults } from "../../sandbox/providers/faults.ts";
import { goodsOf } from "../../sandbox/providers/goods.ts";
import { createMarket, type Market, type MarketOptions } from "../../sandbox/providers/market.ts";
import type { MarketRental } from "../../sandbox/providers/market-types.ts";
import { startPretendProvider } from "../../sandbox/providers/server.ts";
import { protocols } from "../../src/providers/port/provider.ts";
import { createTestClock } from "../support/clock.ts";

const MINUTE_MS = 60_000;
const START_MICROS = 10_000_000n;

function open(options: Partial<MarketOptions> = {}) {
  const clock = createTestClock();
  const market = createMarket({ clock, ...goodsOf("oxgel"), balanceMicros: START_MICROS, ...options });
  return { clock, market };
}

function rent(market: Market): MarketRental {
  const outcome = market.buy({ serviceCode: "wa", countryCode: "16" });
  if (outcome.kind !== "bought") throw new Error(outcome.kind);
  return outcome.rental;
}

describe("a pretend market", () => {
  it("keeps a ledger whose entries add up to its balance", async () => {
    const { market, clock } = open();
    const [kept, cancelled, expired] = [rent(market), rent(market), rent(market)];
    await clock.advance(2 * MINUTE_MS);
    market.deliver(kept.id, { code: "123456" });
    expect(market.cancel(cancelled.id).kind).toBe("cancelled");
    expect(market.finish(kept.id)).toBe("finished");
    await clock.advance(20 * MINUTE_MS);
    expect(market.find(expired.id)?.status).toBe("expired");
    expect(market.spentMicros()).toBe(kept.costMicros);
    expect(market.balance()).toEqual({ balanceMicros: START_MICROS - kept.costMicros, escrowMicros: 0n });
    const sum = market.ledger().reduce((total, entry) => total + entry.amountMicros, 0n);
    expect(sum).toBe(market.balance().balanceMicros);
  });

  it("charges once with the first SMS where that is its way, and gives it back on a cancel", async () => {
    const { market } = open({ chargedAt: "sms", cancelAfterMs: 0, cancelAfterSms: true });
    const rental = rent(market);
    expect(market.balance().balanceMicros).toBe(START_MICROS);
    market.deliver(rental.id, { code: "1" });
    market.deliver(rental.phone, { code: "2" });
    expect(market.balance().balanceMicros).toBe(START_MICROS - rental.costMicros);
    market.cancel(rental.id);
    expect(market.balance().balanceMicros).toBe(START_MICROS);
    expect(market.spentMicros()).toBe(0n);
  });

  it("brings SMS by itself when told to, each once, also after another was asked for", async () => {
    const { market, clock } = open({ autoDeliver: { afterMs: 5000 } });
    const rental = rent(market);
    await clock.advance(4999);
    expect(market.find(rental.id)?.status).toBe("waiting");
    await clock.advance(1);
    expect(market.find(rental.id)?.sms).toHaveLength(1);
    expect(market.another(rental.id)).toBe("requested");
    await clock.advance(5000);
    const codes = market.find(rental.id)?.sms.map((sms) => sms.code);
    expect(new Set(codes).size).toBe(2);
  });

  it("gives no number to two people at once, and only numbers that nobody has", () => {
    const { market } = open({ balanceMicros: 10_000_000_000n });
    market.setStock("wa", "16", 500);
    const phones = Array.from({ length: 500 }, () => rent(market).phone);
    expect(new Set(phones).size).toBe(500);
    for (const phone of phones) expect(phone).toMatch(/^\+447700900\d{3}$/);
  });

  it("hides a late purchase until it is due, but takes its money at once", async () => {
    const { market, clock } = open();
    market.makeNextBuyLate(30_000);
    const rental = rent(market);
    expect(market.find(rental.id)).toBeUndefined();
    expect(market.balance().escrowMicros).toBe(rental.costMicros);
    await clock.advance(30_000);
    expect(market.active()).toHaveLength(1);
  });
});

it.each(protocols)(
  "sells something over %s on a free port, and closes while a request hangs",
  async (protocol) => {
    const upstream = await startPretendProvider({ protocol, clock: createTestClock() });
    upstream.faults.add("*", faults.hang);
    const hanging = fetch(upstream.baseUrl).catch(() => "closed");
    while (upstream.requests().length === 0) await new Promise((resolve) => setImmediate(resolve));
    await upstream.close();
    expect(await hanging).toBe("closed");
    expect(upstream.market.offers.length).toBeGreaterThan(0);
    expect(upstream.requests()[0]?.status).toBeNull();
  },
);
