import { describe, expect, it } from "vitest";
import {
  buyersOf,
  type Call,
  type Doubt,
  type ListedRental,
  matchDoubts,
} from "../../../src/orders/doubts/match-doubts.ts";

const at = (seconds: number): Date => new Date(1_000_000_000_000 + seconds * 1_000);

function doubt(orderId: string, seconds: number, serviceCode = "wa"): Doubt {
  return { orderId, attemptId: orderId, serviceCode, countryCode: "16", startedAt: at(seconds) };
}

function listed(upstreamId: string, change: Partial<ListedRental> = {}): ListedRental {
  const product = { serviceCode: "wa", countryCode: "16", costMicros: 180_000n, createdAt: null };
  const observation = { status: "waiting" as const, sms: [] };
  return { upstreamId, phone: "+447700900001", ...product, observation, ...change };
}

/** Which order gets which number, which get none, and what is left over. */
function match(doubts: readonly Doubt[], unknown: readonly ListedRental[], underWay: readonly Call[] = []) {
  const { adopted, unmatched, surplus } = matchDoubts(doubts, unknown, underWay);
  return {
    adopted: adopted.map(({ doubt: { orderId }, rental }) => `${orderId}=${rental.upstreamId}`),
    unmatched: unmatched.map(({ orderId }) => orderId),
    surplus: surplus.map(({ upstreamId }) => upstreamId),
  };
}

describe("a listed number and a purchase in doubt", () => {
  it("belong together if the number is at most ten seconds older by the provider's clock", () => {
    const createdAt = at(90);
    expect(match([doubt("a", 100)], [listed("1", { createdAt })]).adopted).toEqual(["a=1"]);
    expect(match([doubt("a", 100.001)], [listed("1", { createdAt })])).toEqual({
      adopted: [],
      unmatched: ["a"],
      surplus: [],
    });
  });

  it("belong together if our list showed the number first when the call began or later", () => {
    expect(match([doubt("a", 100)], [listed("1", { firstSeenAt: at(100) })]).adopted).toEqual(["a=1"]);
    expect(match([doubt("a", 100)], [listed("1", { firstSeenAt: at(99) })]).adopted).toEqual([]);
  });

  it("do not belong together if the service or the country differs, or an SMS has come", () => {
    const others = [listed("1", { serviceCode: "tg" }), listed("2", { countryCode: "6" })];
    expect(match([doubt("a", 1)], others)).toEqual({ adopted: [], unmatched: ["a"], surplus: [] });
    const observation = { status: "waiting" as const, sms: [{ code: "1", text: null }] };
    const used = [
      listed("1", { observation }),
      listed("2", { observation: { status: "received", sms: [] } }),
    ];
    expect(match([doubt("a", 1)], used)).toEqual({ adopted: [], unmatched: ["a"], surplus: ["1", "2"] });
  });

  it("do not belong together if the buyer's app has refused that number; another buyer may have it", () => {
    const swapping = { ...doubt("a", 1), refusedPhones: new Set([listed("1").phone]) };
    expect(match([swapping], [listed("1")])).toEqual({ adopted: [], unmatched: ["a"], surplus: ["1"] });
    expect(match([swapping, doubt("b", 2)], [listed("1")]).adopted).toEqual(["b=1"]);
  });

  it("leave a second number over, and a second doubt without one", () => {
    expect(match([doubt("a", 1)], [listed("1"), listed("2")])).toEqual({
      adopted: ["a=1"],
      unmatched: [],
      surplus: ["2"],
    });
    expect(match([doubt("b", 2), doubt("a", 1)], [listed("1")])).toEqual({
      adopted: ["a=1"],
      unmatched: ["b"],
      surplus: [],
    });
  });
});

describe("a number that a purchase under way may have bought", () => {
  it("is neither given away nor left over, and lets the doubts about its product wait", () => {
    const call = doubt("call", 5);
    const doubts = [doubt("a", 1), doubt("tg", 2, "tg")];
    expect(match(doubts, [listed("1")], [call])).toEqual({ adopted: [], unmatched: ["tg"], surplus: [] });
  });

  it("is the older doubt's if it was there before that call", () => {
    const firstSeenAt = at(3);
    expect(match([doubt("a", 1)], [listed("1", { firstSeenAt })], [doubt("call", 5)]).adopted).toEqual([
      "a=1",
    ]);
  });
});

describe("the purchases that bought lost numbers", () => {
  it("are one for each number, of its product, the first that can be", () => {
    const doubts = [doubt("tg", 1, "tg"), doubt("a", 2), doubt("b", 3)];
    const ids = (lost: readonly ListedRental[]): string[] => buyersOf(doubts, lost).map((row) => row.orderId);
    expect(ids([listed("1")])).toEqual(["a"]);
    expect(ids([listed("1"), listed("2"), listed("3")])).toEqual(["a", "b"]);
    expect(ids([listed("1", { serviceCode: "tg" })])).toEqual(["tg"]);
    expect(ids([listed("1", { serviceCode: "vk" })])).toEqual([]);
    expect(ids([])).toEqual([]);
  });
});
