import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { longestSilenceMs, plan, type Situation } from "../../../../src/orders/watching/policy/plan.ts";
import { createWaitTimes } from "../../../../src/orders/watching/policy/wait-times.ts";
import type { WatchedOrder } from "../../../../src/orders/watching/policy/watched.ts";
import { createScriptedProvider } from "../../../support/scripted-provider.ts";
import { watched } from "./support.ts";

const NOW_MS = Date.UTC(2026, 0, 1);
const now = new Date(NOW_MS);
const MINUTE_MS = 60_000;
const { capabilities } = createScriptedProvider("alpha", { text: true });
const listing = { ...capabilities, checkMany: true };

function situation(change: Partial<Situation> = {}): Situation {
  return {
    now,
    capabilities,
    waits: createWaitTimes(),
    budget: 100,
    ratePerSecond: 20,
    lists: { begunAtMs: 0, isRunning: false },
    areWebhooksTrusted: false,
    ...change,
  };
}

/** An order that has waited for so long and was last looked at so long ago. */
function order(id: string, waitedMs: number, silentMs: number, change: Partial<WatchedOrder> = {}) {
  const expiresAt = new Date(NOW_MS - waitedMs + 20 * MINUTE_MS);
  const moments = { waitingSinceMs: NOW_MS - waitedMs, lookedAtMs: NOW_MS - silentMs, expiresAt };
  return watched({ id, ...moments, ...change });
}

function asked(orders: readonly WatchedOrder[], change: Partial<Situation> = {}): string[] {
  const book = new Map(orders.map((each) => [each.id, each]));
  return plan(book, situation(change)).map((ask) => (ask.kind === "list" ? "list" : ask.order.id));
}

const states = ["waiting", "cancelling", "received", "waiting_again", "finished"];
const anyOrder = fc
  .record({
    state: fc.constantFrom(...states),
    waitedMs: fc.integer({ min: 0, max: 30 * MINUTE_MS }),
    silentMs: fc.integer({ min: 0, max: 10 * MINUTE_MS }),
    notBeforeMs: fc.constantFrom(0, NOW_MS, NOW_MS + 1),
    isHinted: fc.boolean(),
    isUnlisted: fc.boolean(),
    isInHand: fc.boolean(),
    lacksText: fc.boolean(),
  })
  .map(({ waitedMs, silentMs, ...change }) => ({ waitedMs, silentMs: Math.min(waitedMs, silentMs), change }));
const anyBook = fc
  .array(anyOrder, { maxLength: 60 })
  .map((all) =>
    all.map(({ waitedMs, silentMs, change }, index) => order(String(index), waitedMs, silentMs, change)),
  );

describe("whatever orders there are", () => {
  it("no more is asked than the budget has, and nothing about an order that is in hand or backs off", () => {
    const budgets = fc.integer({ min: 0, max: 20 });
    fc.assert(
      fc.property(anyBook, budgets, fc.boolean(), (orders, budget, checkMany) => {
        const ids = asked(orders, { budget, capabilities: { ...capabilities, checkMany } });
        expect(ids.length).toBeLessThanOrEqual(budget);
        expect(new Set(ids).size).toBe(ids.length);
        for (const each of orders.filter(({ isInHand, notBeforeMs }) => isInHand || notBeforeMs > NOW_MS))
          expect(ids).not.toContain(each.id);
      }),
    );
  });

  it("orders that have their code, and the news that one is done, come after every order whose code is likely", () => {
    fc.assert(
      fc.property(anyBook, fc.integer({ min: 1, max: 20 }), (orders, budget) => {
        const book = new Map(orders.map((each) => [each.id, each]));
        const all = plan(book, situation({ budget: 1_000 }));
        const some = plan(book, situation({ budget }));
        const useful = all.filter((ask) => ask.kind === "look" && ask.reason !== "left over").length;
        const leftOver = some.filter((ask) => ask.kind === "look" && ask.reason === "left over").length;
        expect(leftOver).toBe(Math.max(0, Math.min(budget, all.length) - useful));
        for (const ask of all) {
          if (ask.kind !== "look" || ask.order.isHinted) continue;
          if (ask.order.state === "finished") expect(ask.reason).toBe("left over");
          if (ask.order.state === "received") expect(["left over", "decision"]).toContain(ask.reason);
        }
      }),
    );
  });

  it("the same question has the same answer", () => {
    fc.assert(
      fc.property(anyBook, (orders) => {
        expect(asked(orders, { budget: 7 })).toEqual(asked(orders, { budget: 7 }));
      }),
    );
  });
});

describe("single checks", () => {
  it("go first where a code is most likely to be there by now", () => {
    const fresh = order("18 s old", 18_000, 5_000);
    const old = order("10 min old", 10 * MINUTE_MS, 10_000);
    const justAsked = order("asked just now", 18_000, 3_000);
    expect(asked([old, justAsked, fresh])).toEqual(["18 s old", "asked just now", "10 min old"]);
  });

  it("follow what was learned of a service, not only what is usual", () => {
    const waits = createWaitTimes();
    for (let index = 0; index < 200; index += 1) {
      waits.learn({ serviceId: "slow", waitedMs: 90_000 + index * 100, hasCode: true, at: now });
      waits.learn({ serviceId: "quick", waitedMs: 8_000 + index * 10, hasCode: true, at: now });
    }
    const slow = order("slow", 95_000, 5_000, { serviceId: "slow" });
    const quick = order("quick", 95_000, 5_000, { serviceId: "quick" });
    expect(asked([quick, slow], { waits })).toEqual(["slow", "quick"]);
    const early = [order("slow", 9_000, 4_000, { serviceId: "slow" })];
    const both = [...early, order("quick", 9_000, 4_000, { serviceId: "quick" })];
    expect(asked(both, { waits })).toEqual(["quick", "slow"]);
  });

  it("come to an order no more often than its provider allows", () => {
    expect(asked([order("a", 18_000, 2_999)])).toEqual([]);
    expect(asked([order("a", 18_000, 3_000)])).toEqual(["a"]);
  });

  it("go before all others to an order that a webhook named, and then to ends and cancels that are due", () => {
    const likely = order("likely", 18_000, 10_000);
    const ended = order("ended", 20 * MINUTE_MS, 5_000);
    const cancelled = order("cancelled", 3 * MINUTE_MS, 1_000, { state: "cancelling" });
    const hinted = order("hinted", 18_000, 100, { isHinted: true });
    const ids = asked([likely, ended, cancelled, hinted]);
    expect(ids[0]).toBe("hinted");
    expect(new Set(ids.slice(1, 3))).toEqual(new Set(["ended", "cancelled"]));
    expect(ids[3]).toBe("likely");
  });

  it("confirm only while the provider's webhooks work", () => {
    const waiting = order("a", 18_000, 10_000);
    expect(asked([waiting], { areWebhooksTrusted: true })).toEqual([]);
    const silent = order("b", 2 * MINUTE_MS, 31_000);
    expect(asked([silent], { areWebhooksTrusted: true })).toEqual(["b"]);
    expect(asked([{ ...waiting, isHinted: true }], { areWebhooksTrusted: true })).toEqual(["a"]);
  });
});

describe("an order that nobody has looked at for long", () => {
  it("goes before likely ones, the longest first", () => {
    const likely = order("likely", 18_000, 10_000);
    const silent = order("silent", 10 * MINUTE_MS, 15_000);
    const longer = order("longer", 10 * MINUTE_MS, 16_000);
    expect(asked([likely, silent, longer])).toEqual(["longer", "silent", "likely"]);
  });

  it("are left to a list that is being read, because single looks would only make it slower", () => {
    const silent = [1, 2, 3].map((id) => order(String(id), 10 * MINUTE_MS, 5 * MINUTE_MS));
    const lists = { begunAtMs: NOW_MS - MINUTE_MS, isRunning: true };
    expect(asked(silent, { capabilities: listing, lists })).toEqual([]);
    expect(asked(silent, { capabilities: listing, lists: "none" })).toHaveLength(3);
  });

  it.each([
    [100, 20, 15],
    [1_000, 20, 150],
    [1_000, 5, 600],
  ])("is one of %i at %i requests a second after %i s", (orders, rate, seconds) => {
    expect(longestSilenceMs(orders, rate, false)).toBe(seconds * 1_000);
  });

  it("is never left alone for much longer than that, however many likelier ones come", () => {
    const rate = 5;
    const book = new Map<string, WatchedOrder>();
    let longestMs = 0;
    for (let second = 0; second < 900; second += 1) {
      const atMs = NOW_MS + second * 1_000;
      // Two fresh numbers a second, more than the budget can follow; each is replaced when it is ten minutes old.
      for (const index of [0, 1]) {
        const id = `${second % 600}:${index}`;
        const moments = { waitingSinceMs: atMs, lookedAtMs: atMs, expiresAt: null };
        book.set(id, watched({ id, ...moments }));
      }
      const asks = plan(book, situation({ now: new Date(atMs), budget: rate, ratePerSecond: rate }));
      for (const ask of asks) {
        if (ask.kind !== "look") continue;
        longestMs = Math.max(longestMs, atMs - ask.order.lookedAtMs);
        book.set(ask.order.id, { ...ask.order, lookedAtMs: atMs });
      }
      for (const each of book.values()) longestMs = Math.max(longestMs, atMs - each.lookedAtMs);
    }
    // 1,200 orders take 240 s to be looked at once each.
    expect(longestMs).toBeLessThanOrEqual(longestSilenceMs(1_200, rate, false) + 240_000);
  });
});

describe("lists", () => {
  const two = [order("a", 18_000, 5_000), order("b", 10 * MINUTE_MS, 7_000)];

  it("come first and stand for single checks where they cover two orders or more", () => {
    expect(asked(two, { capabilities: listing })).toEqual(["list"]);
    expect(asked(two.slice(0, 1), { capabilities: listing })).toEqual(["a"]);
  });

  it("take orders along that have their code, and leave ends and cancels to single checks", () => {
    const delivered = order("delivered", MINUTE_MS, 40_000, { state: "received" });
    const ended = order("ended", 20 * MINUTE_MS, 5_000);
    expect(asked([...two, delivered, ended], { capabilities: listing })).toEqual(["list", "ended"]);
  });

  it("leave to single checks what they do not show", () => {
    const hidden = order("hidden", 18_000, 5_000, { isUnlisted: true });
    expect(asked([...two, hidden], { capabilities: listing })).toEqual(["list", "hidden"]);
  });

  it("begin every half poll interval at most, one at a time", () => {
    const begun = (agoMs: number, isRunning: boolean) => ({
      capabilities: listing,
      lists: { begunAtMs: NOW_MS - agoMs, isRunning },
    });
    expect(asked(two, begun(1_499, false))).toEqual([]);
    expect(asked(two, begun(1_500, false))).toEqual(["list"]);
    expect(asked(two, begun(60_000, true))).toEqual([]);
  });

  it("that do not work are replaced by single checks", () => {
    expect(asked(two, { capabilities: listing, lists: "none" })).toEqual(["a", "b"]);
  });
});

describe("what is left over", () => {
  it("goes to texts, news of done orders, unlikely and delivered orders", () => {
    const text = order("text", MINUTE_MS, 1_000, { state: "received", lacksText: true });
    const done = order("done", MINUTE_MS, 1_000, { state: "finished", expiresAt: null });
    const delivered = order("delivered", MINUTE_MS, 31_000, { state: "received" });
    const unlikely = order("unlikely", 15 * MINUTE_MS, 7_000);
    const likely = order("likely", 18_000, 5_000);
    const ids = asked([unlikely, delivered, done, text, likely]);
    expect(ids.slice(0, 3)).toEqual(["likely", "text", "done"]);
    expect(new Set(ids.slice(3))).toEqual(new Set(["delivered", "unlikely"]));
    expect(asked([unlikely, delivered, done, text, likely], { budget: 1 })).toEqual(["likely"]);
  });

  it("is nothing of a provider that cannot be asked, except news of done orders", () => {
    const mute = { ...capabilities, poll: false };
    const done = order("done", MINUTE_MS, 1_000, { state: "finished", expiresAt: null });
    const ended = order("ended", 20 * MINUTE_MS, 5_000);
    expect(asked([order("a", 18_000, 5_000), done, ended], { capabilities: mute })).toEqual([
      "ended",
      "done",
    ]);
  });
});
