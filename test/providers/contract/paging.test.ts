import { afterEach, describe, expect, it } from "vitest";
import { faults } from "../../../sandbox/providers/faults.ts";
import { allOf } from "../../support/pages.ts";
import { type Bench, errorOf, found, openBench } from "./setup.ts";

const RENTALS = 130;
/** Late enough for a cancel, early enough for a number to be open. */
const HALF_OF_A_LIFE_MS = 5 * 60_000;
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
    const seen = await allOf(provider.checkMany(ids, poll));
    expect([...seen.keys()].sort()).toEqual([...ids].sort());
  });

  it("is told page by page: each request yields what it covers, before the next one is sent", async () => {
    const { provider, ids, sent } = await open("documented");
    const before = requestsOf(sent);
    const told: { covered: number; requests: number }[] = [];
    for await (const page of provider.checkMany(ids, poll))
      told.push({ covered: page.size, requests: requestsOf(sent) - before });
    const { checkManyLimit } = provider.capabilities;
    expect(told[0]).toEqual({ covered: checkManyLimit, requests: 1 });
    expect(told.map(({ requests }) => requests)).toEqual(told.map((_, index) => index + 1));
    expect(told.length).toBeLessThanOrEqual(Math.ceil(RENTALS / checkManyLimit) + 1);
  });

  it("ends with an error after what the pages before it told", async () => {
    const { provider, ids, faults: queue } = await open("documented");
    let covered = 0;
    const read = async (): Promise<void> => {
      for await (const page of provider.checkMany(ids, poll)) {
        covered += page.size;
        queue.add("active", faults.status(500));
      }
    };
    expect(await errorOf(read())).toMatchObject({ kind: "unavailable" });
    expect(covered).toBe(provider.capabilities.checkManyLimit);
  });

  it("hides no number when others end between two pages", async () => {
    const { provider, ids, market, clock } = await open("documented");
    await clock.advance(HALF_OF_A_LIFE_MS);
    const seen = new Set<string>();
    const ended = new Set(
      market
        .active()
        .slice(10, 13)
        .map(({ id }) => id),
    );
    for await (const page of provider.checkMany(ids, poll)) {
      for (const id of page.keys()) seen.add(id);
      for (const id of ended) market.cancel(id);
    }
    expect(ids.filter((id) => !seen.has(id) && !ended.has(id))).toEqual([]);
  });

  it("leaves out what it does not hold, and nothing else", async () => {
    const { provider, ids } = await open("documented");
    const seen = await allOf(provider.checkMany([...ids, "999999999"], poll));
    expect(seen.size).toBe(RENTALS);
    expect(seen.has("999999999")).toBe(false);
  });
});

/** How many requests for a page of the list were sent. */
function requestsOf(sent: (operation: string) => number): number {
  return sent("active") + sent("checkMany");
}
