import { afterEach, describe, expect, it } from "vitest";
import { type Bench, found, openBench } from "./setup.ts";

const RENTALS = 130;
const poll = { priority: "poll" } as const;

let current: Bench | undefined;
afterEach(async () => {
  await current?.close();
});

describe.each([
  ["handler-api", "herosms"],
  ["tempcode77", "plain"],
  ["fivesim", "plain"],
] as const)("the list of 130 open numbers (%s)", (protocol, dialect) => {
  /** A supplier whose lists page like this, with more numbers than a page has. */
  async function open(paging: "documented" | "repeats" | "short") {
    current = await openBench({ protocol, dialect, paging });
    const { market } = current;
    const offer = found(market.offers[0]);
    market.setStock(offer.serviceCode, offer.countryCode, RENTALS);
    market.setBalance(offer.costMicros * BigInt(RENTALS));
    for (let count = 0; count < RENTALS; count += 1) {
      const bought = market.buy({ serviceCode: offer.serviceCode, countryCode: offer.countryCode });
      if (bought.kind !== "bought") throw new Error(`not sold: ${bought.kind}`);
    }
    return { ...current, ids: market.active().map(({ id }) => id) };
  }

  it.each(["documented", "repeats", "short"] as const)("is read whole (paging: %s)", async (paging) => {
    const { provider, ids, sent } = await open(paging);
    const active = await provider.active(poll);
    expect(active.map(({ upstreamId }) => upstreamId).sort()).toEqual([...ids].sort());
    expect(sent("active")).toBeLessThanOrEqual(RENTALS / 7 + 2);
  });

  it.each(["documented", "repeats", "short"] as const)("covers all of them at once (%s)", async (paging) => {
    const { provider, ids } = await open(paging);
    expect(provider.capabilities.checkManyLimit).toBeGreaterThanOrEqual(RENTALS);
    const seen = await provider.checkMany(ids, poll);
    expect([...seen.keys()].sort()).toEqual([...ids].sort());
  });
});
