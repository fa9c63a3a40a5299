import { describe, expect, it } from "vitest";
import { usualCountries, usualServices } from "../../../src/providers/protocols/handler-api/read-lists.ts";
import { type Canned, failure, handlerApiSupplier, json } from "../../support/handler-api.ts";
import { allOf } from "../../support/pages.ts";

const tap = { priority: "tap" } as const;

describe("a price list", () => {
  const whatsapp = async (leaf: unknown) => {
    const { provider } = handlerApiSupplier([json({ "16": { wa: leaf } })]);
    const rows = await provider.prices({ serviceCode: "wa" }, tap);
    return rows.map(({ operator, costMicros, stock }) => [operator, costMicros, stock]);
  };

  it.each<[string, unknown, unknown[][]]>([
    ["V1", { cost: 0.25, count: 12 }, [[null, 250_000n, 12]]],
    ["V1 in strings", { cost: "0.2500", count: "12", physicalCount: 3 }, [[null, 250_000n, 12]]],
    ["V2", { "0.7": 31, "0.683": 22, "0.5": 0 }, [[null, 683_000n, 22]]],
    ["V2, sold out", { "0.7": 0, "0.683": 0 }, [[null, 683_000n, 0]]],
    ["V2 of Tiger", { prices: { "0.5": 10, "0.6": 30 }, has_multi: true }, [[null, 500_000n, 10]]],
    [
      "V3",
      { "2263": { count: 4, price: 0.3, provider_id: 2263 }, "9": { count: -1, price: 0.2, provider_id: 9 } },
      [["2263", 300_000n, 4]],
    ],
    [
      "V3 of Tiger",
      { price: 0.3, count: 9, providers: { "7": { count: 9, price: [0.3] } } },
      [[null, 300_000n, 9]],
    ],
    ["nothing", {}, []],
    ["an empty PHP map", [], []],
    ["rubbish", { cost: "abc", count: 1 }, []],
    ["text", "sold out", []],
  ])("of %s", async (_name, leaf, rows) => {
    expect(await whatsapp(leaf)).toEqual(rows);
  });

  it.each(["{}", "[]"])("%s has no rows", async (text) => {
    expect(await handlerApiSupplier([text]).provider.prices({ serviceCode: "wa" }, tap)).toEqual([]);
  });
});

describe("lists", () => {
  it("come from the supplier where it has them, in any of their shapes", async () => {
    const rows = {
      "16": { id: 16, eng: "England" },
      "187": { eng: "USA" },
      "": { id: null },
      "6": "Indonesia",
    };
    const { provider } = handlerApiSupplier([json(rows)], { dialect: "smsbower" });
    expect(await provider.countries(tap)).toEqual([
      { code: "6", name: "Indonesia", iso2: "ID" },
      // The id says Britain, the name does not: left to those who can look closer.
      { code: "16", name: "England", iso2: null },
      { code: "187", name: "USA", iso2: "US" },
    ]);
    const array = handlerApiSupplier([json([{ id: "1001", eng: "Japan" }])], {
      dialect: "smsbower",
    }).provider;
    expect(await array.countries(tap)).toEqual([{ code: "1001", name: "Japan", iso2: "JP" }]);
    const flat = handlerApiSupplier([json({ wa: "WhatsApp", bad: null })], { dialect: "smsbower" }).provider;
    expect(await flat.services(tap)).toEqual([{ code: "wa", name: "WhatsApp" }]);
  });

  it("may number a country like something that every object has", async () => {
    const { provider } = handlerApiSupplier([json([{ id: "constructor", eng: "USA" }])], {
      dialect: "smsbower",
    });
    expect(await provider.countries(tap)).toEqual([{ code: "constructor", name: "USA", iso2: null }]);
  });

  it("are sms-activate's where a supplier does not understand the question", async () => {
    const { provider } = handlerApiSupplier(["BAD_ACTION"]);
    expect(await provider.services(tap)).toContainEqual({ code: "wa", name: "WhatsApp" });
    expect(await provider.countries(tap)).toContainEqual({ code: "187", name: "USA", iso2: "US" });
    expect(usualServices().length).toBeGreaterThan(1900);
    expect(usualCountries("smsbower")).toContainEqual({ code: "1001", name: "Japan", iso2: "JP" });
  });

  it("are not made up when the key is wrong or the supplier is down", async () => {
    expect(await failure(handlerApiSupplier(["BAD_KEY"]).provider.services(tap))).toMatchObject({
      kind: "bad_credentials",
    });
    const down = handlerApiSupplier([{ status: 502, text: "<html>" }]).provider;
    expect(await failure(down.countries(tap))).toMatchObject({ kind: "unavailable" });
  });
});

describe("the list of active numbers", () => {
  const row = {
    activationId: 1,
    phoneNumber: "447700900123",
    serviceCode: "wa",
    countryCode: 16,
    activationStatus: "4",
  };

  it.each<[string, Canned | string]>([
    ["{}", "{}"],
    ["a row without a number", json({ data: [row, { activationId: 2 }] })],
    ["a page", "<html></html>"],
    ["a word", "OK"],
  ])("is not read from %s: what is missing from it would count as not bought", async (_name, answer) => {
    const { provider } = handlerApiSupplier([answer], { dialect: "herosms" });
    expect(await failure(provider.active(tap))).toMatchObject({ kind: "garbage" });
  });

  it.each<[string, Canned | string]>([
    ["a token", "NO_ACTIVATIONS"],
    ["an empty list", json({ status: "success", data: [] })],
    ["empty rows", json({ status: "success", activeActivations: { rows: [] } })],
  ])("is empty when %s says so", async (_name, answer) => {
    expect(await handlerApiSupplier([answer], { dialect: "herosms" }).provider.active(tap)).toEqual([]);
  });

  const rowsFrom = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ ...row, activationId: first + index }));

  it("is read until a page is empty; each page begins before the end of the last, because rows move up", async () => {
    const pages = [rowsFrom(1, 100), rowsFrom(96, 45), rowsFrom(139, 3), []];
    const { provider, requests } = handlerApiSupplier(
      pages.map((data) => json({ data })),
      { dialect: "herosms" },
    );
    expect(await provider.active(tap)).toHaveLength(141);
    expect(requests.map((sent) => sent.url.searchParams.get("start"))).toEqual(["0", "95", "138", "141"]);
  });

  it("ends where a page repeats the ones before it", async () => {
    const { provider, requests } = handlerApiSupplier([json({ data: rowsFrom(1, 130) })], {
      dialect: "herosms",
    });
    expect(await provider.active(tap)).toHaveLength(130);
    expect(requests).toHaveLength(2);
  });

  it("is none where the same full page comes again: what lies behind it cannot be seen", async () => {
    const { provider } = handlerApiSupplier([json({ data: rowsFrom(1, 100) })], { dialect: "herosms" });
    expect(await failure(provider.active(tap))).toMatchObject({ kind: "garbage" });
  });

  it("is given up after 200 pages", async () => {
    const pages = Array.from({ length: 200 }, (_, page) => json({ data: rowsFrom(page * 2 + 1, 2) }));
    const { provider, requests } = handlerApiSupplier(pages, { dialect: "herosms" });
    expect(await failure(provider.active(tap))).toMatchObject({ kind: "garbage" });
    expect(requests).toHaveLength(200);
  });

  it("is read no further than the wanted orders", async () => {
    const pages = [rowsFrom(1, 100), rowsFrom(101, 100), rowsFrom(201, 100)];
    const { provider, requests } = handlerApiSupplier(
      pages.map((data) => json({ data })),
      { dialect: "herosms" },
    );
    expect([...(await allOf(provider.checkMany(["150", "7"], tap))).keys()].sort()).toEqual(["150", "7"]);
    expect(requests).toHaveLength(2);
  });

  it("tells when a number was rented where that has a time zone or is a count of seconds", async () => {
    const times = ["2026-03-01T12:00:00+03:00", 1_772_355_600, "2026-03-01 12:00:00", "soon"];
    const data = times.map((activationTime, index) => ({ ...row, activationId: index + 1, activationTime }));
    const { provider } = handlerApiSupplier([json({ data }), json({ data: [] })], { dialect: "herosms" });
    const nine = new Date("2026-03-01T09:00:00Z");
    expect((await provider.active(tap)).map(({ createdAt }) => createdAt)).toEqual([nine, nine, null, null]);
  });

  it("stands for many checks only where a row's status is known and complete", async () => {
    const rows = [
      row,
      { ...row, activationId: 2, activationStatus: 2, smsCode: ["1111", "2222"], smsText: "Code 2222" },
      { ...row, activationId: 3, activationStatus: "2", smsCode: null },
      { ...row, activationId: 4, activationStatus: "3", smsCode: "old" },
      { ...row, activationId: 5, activationStatus: "8" },
    ];
    const { provider } = handlerApiSupplier([json({ data: rows }), json({ data: [] })], {
      dialect: "herosms",
    });
    const seen = await allOf(provider.checkMany(["1", "2", "3", "4", "5", "6"], tap));
    expect(Object.fromEntries(seen)).toEqual({
      "1": { status: "waiting", sms: [] },
      "2": {
        status: "received",
        sms: [
          { code: "1111", text: null },
          { code: "2222", text: "Code 2222" },
        ],
      },
      "4": { status: "waiting", sms: [] },
    });
  });
});
