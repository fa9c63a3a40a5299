import { describe, expect, it } from "vitest";
import { addressOf } from "../../src/http/reseller/request.ts";
import { createAddressList, readCidr, readCidrs } from "../../src/reseller/addresses.ts";
import { createBuckets, createGuessGuard } from "../../src/reseller/limits.ts";
import { createTestClock } from "../support/clock.ts";

const times = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

describe("requests of one key", () => {
  it("go on at once up to the burst, then wait for their turn, and are refused when that is two seconds away", () => {
    const buckets = createBuckets(createTestClock());
    expect(times(40).map(() => buckets.take("k", "other"))).toEqual(
      times(40).map(() => ({ kind: "go", afterMs: 0 })),
    );
    expect(buckets.take("k", "other")).toEqual({ kind: "go", afterMs: 50 });
    const rest = times(60).map(() => buckets.take("k", "other"));
    expect(rest.filter(({ kind }) => kind === "refused").length).toBe(21);
    expect(rest.at(-1)).toEqual({ kind: "refused", retryAfterSeconds: 3 });
  });

  it("that are refused cost nothing: a second later there is room for a second's worth", async () => {
    const clock = createTestClock();
    const buckets = createBuckets(clock);
    for (const _ of times(500)) buckets.take("k", "other");
    await clock.advance(1_000);
    const later = times(30).map(() => buckets.take("k", "other").kind);
    expect(later.filter((kind) => kind === "go")).toHaveLength(20);
  });

  it("take nothing from its polls, nor from another key", () => {
    const buckets = createBuckets(createTestClock());
    for (const _ of times(500)) buckets.take("k", "other");
    expect(buckets.take("k", "other").kind).toBe("refused");
    expect(
      times(200).every(() => JSON.stringify(buckets.take("k", "status")) === '{"kind":"go","afterMs":0}'),
    ).toBe(true);
    expect(buckets.take("k", "status")).toEqual({ kind: "go", afterMs: 10 });
    expect(buckets.take("another", "other")).toEqual({ kind: "go", afterMs: 0 });
  });
});

describe("whoever tries keys", () => {
  const address = ["address 203.0.113.7"];

  it("waits a second from the eleventh wrong key of a minute on, and not in the next minute", async () => {
    const clock = createTestClock();
    const guard = createGuessGuard(clock);
    const turns = times(11).map(() => guard.wrong(address));
    expect(turns.slice(0, 10)).toEqual(times(10).map(() => ({ kind: "go", afterMs: 0 })));
    expect(turns[10]).toEqual({ kind: "go", afterMs: 1_000 });
    expect(guard.wrong(["address 198.51.100.1"])).toEqual({ kind: "go", afterMs: 0 });
    await clock.advance(60_000);
    expect(guard.wrong(address)).toEqual({ kind: "go", afterMs: 0 });
  });

  it("is refused for ten minutes after a hundred in an hour, however slowly they came", async () => {
    const clock = createTestClock();
    const guard = createGuessGuard(clock);
    for (const _ of times(100)) {
      expect(guard.wrong(address).kind).toBe("go");
      await clock.advance(20_000);
    }
    expect(guard.wrong(address)).toEqual({ kind: "refused", retryAfterSeconds: 600 });
    await clock.advance(599_000);
    expect(guard.wrong(address).kind).toBe("refused");
    await clock.advance(1_000);
    expect(guard.wrong(address).kind).toBe("go");
  });

  it("is slowed for one key from many addresses too", () => {
    const guard = createGuessGuard(createTestClock());
    const turns = times(11).map((index) => guard.wrong([`address 198.51.100.${index}`, "keyid1"]));
    expect(turns.at(-1)).toEqual({ kind: "go", afterMs: 1_000 });
  });
});

describe("a key's list of addresses", () => {
  it.each([
    ["203.0.113.7", "203.0.113.7", true],
    ["203.0.113.7", "203.0.113.8", false],
    ["203.0.113.7", "::ffff:203.0.113.7", true],
    ["10.0.0.0/8", "10.255.255.255", true],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["192.0.2.128/25", "192.0.2.127", false],
    ["2001:db8::/32", "2001:db8:ffff::1", true],
    ["2001:db8::/32", "2001:db9::1", false],
    ["2001:db8::1", "2001:0db8:0:0:0:0:0:1", true],
    ["10.0.0.0/8", "not an address", false],
    ["10.0.0.0/8", "", false],
  ])("%s holds %s: %s, the first time and when it is remembered", (cidr, address, isIn) => {
    const holds = createAddressList([cidr]);
    expect([holds(address), holds(address)]).toEqual([isIn, isIn]);
  });

  it.each([
    "0.0.0.0/0",
    "::/0",
    "10.0.0.0/33",
    "2001:db8::/129",
    "10.0.0.0/8/8",
    "10.0.0",
    "example.com",
    "10.0.0.0/-1",
    "",
  ])("takes no %s", (text) => {
    expect(readCidr(text)).toBeUndefined();
  });

  it("is refused as a whole when one part of it is no address", () => {
    expect(readCidrs("203.0.113.7, 10.0.0.0/8  2001:DB8::/32")).toEqual([
      "203.0.113.7",
      "10.0.0.0/8",
      "2001:db8::/32",
    ]);
    expect(readCidrs("203.0.113.7 nonsense")).toBeUndefined();
  });
});

describe("where a request comes from", () => {
  const isProxy = createAddressList(["127.0.0.1", "10.0.0.0/8"]);
  const from = (own: string, header?: string): string | null => {
    const context = {
      env: { incoming: { socket: { remoteAddress: own } } },
      req: { header: (name: string) => (name === "X-Forwarded-For" ? header : undefined) },
    };
    return addressOf(context as unknown as Parameters<typeof addressOf>[0], isProxy);
  };

  it.each([
    ["the connection's own address without proxies", "203.0.113.7", undefined, "203.0.113.7"],
    ["a client that claims another address itself", "203.0.113.7", "192.0.2.1", "203.0.113.7"],
    ["behind a trusted proxy", "127.0.0.1", "203.0.113.7", "203.0.113.7"],
    ["behind two, with a claim before them", "10.0.0.1", "192.0.2.1, 203.0.113.7, 10.0.0.9", "203.0.113.7"],
    ["a claim to be a trusted proxy", "127.0.0.1", "10.0.0.5, 203.0.113.7", "203.0.113.7"],
    ["a proxy that names nobody", "127.0.0.1", undefined, "127.0.0.1"],
  ])("%s", (_, own, header, found) => {
    expect(from(own, header)).toBe(found);
  });
});
