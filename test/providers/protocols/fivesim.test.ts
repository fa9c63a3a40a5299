import { describe, expect, it } from "vitest";
import type { PurchaseRequest } from "../../../src/providers/port/provider.ts";
import { refusals } from "../../../src/providers/protocols/fivesim/answers.ts";
import { createFiveSim } from "../../../src/providers/protocols/fivesim/fivesim.ts";
import { allOf } from "../../support/pages.ts";
import { providerSettings } from "../../support/provider-settings.ts";
import { createScriptedHttp, type ScriptedAnswer } from "../../support/scripted-http.ts";
import { errorOf } from "../contract/setup.ts";

const tap = { priority: "tap" } as const;
const purchase = { priority: "purchase" } as const;
const request: PurchaseRequest = {
  serviceCode: "telegram",
  countryCode: "england",
  operator: null,
  ceilingMicros: 250_000n,
  reference: "order",
};
const order = {
  id: 741_000_001,
  phone: "+447700900123",
  operator: "virtual4",
  product: "telegram",
  price: 0.21,
  status: "PENDING",
  expires: "2026-03-02T10:15:00.809469028Z",
  sms: null,
  created_at: "2026-03-02T10:00:00.809469028Z",
  country: "england",
};
const sms = { created_at: "2026-03-02T10:01:00Z", text: "VK: 09363 is your code", code: "09363" };

function setUp(...answers: ScriptedAnswer[]) {
  const http = createScriptedHttp(...answers);
  const settings = providerSettings("fivesim", "https://5sim.example/v1/", { key: "jwt" });
  const sent = () => http.requests.map(({ url }) => url.href.slice("https://5sim.example/v1".length));
  return { http, sent, provider: createFiveSim(settings, http) };
}

describe("a purchase from 5sim", () => {
  it("has its ceiling held where any operator will do", async () => {
    const { provider, sent, http } = setUp({ body: order });
    expect(await provider.buy(request, purchase)).toEqual({
      upstreamId: "741000001",
      phone: "+447700900123",
      costMicros: 210_000n,
      expiresAt: new Date("2026-03-02T10:15:00.809Z"),
      cancelOpensAt: null,
      canAnother: false,
    });
    expect(sent()).toEqual(["/user/buy/activation/england/any/telegram?maxPrice=0.25"]);
    expect(http.requests[0]?.headers).toEqual({ authorization: "Bearer jwt" });
  });

  it("names an operator without a limit, which would not be looked at, and tells the cost", async () => {
    const { provider, sent } = setUp({ body: { ...order, price: 0.5 } });
    const rental = await provider.buy({ ...request, operator: "virtual53" }, purchase);
    expect(rental.costMicros).toBe(500_000n);
    expect(sent()).toEqual(["/user/buy/activation/england/virtual53/telegram"]);
  });

  it.each([
    ["a country", { countryCode: "../../user" }],
    ["an operator", { operator: "any/telegram" }],
    ["a product", { serviceCode: "tele\\gram" }],
    ["dots", { serviceCode: ".." }],
  ])("is not sent when %s would lead elsewhere", async (_name, change) => {
    const { provider, sent } = setUp();
    const error = await errorOf(provider.buy({ ...request, ...change }, purchase));
    expect(error).toMatchObject({ kind: "bad_mapping", definite: true });
    expect(sent()).toEqual([]);
  });

  it("is in doubt when its id could neither be checked nor cancelled", async () => {
    const { provider } = setUp({ body: { ...order, id: "741/000" } });
    const error = await errorOf(provider.buy(request, purchase));
    expect(error).toMatchObject({ kind: "garbage", definite: false });
  });

  it.each([
    [200, "no free phones", "no_stock", true],
    [400, "no free phones", "no_stock", true],
    [200, '"no free phones"', "no_stock", true],
    [400, "not enough user balance", "no_funds", true],
    [400, "not enough rating", "suspended", true],
    [400, "bad country", "bad_mapping", true],
    [400, "no product", "bad_mapping", true],
    [401, "", "bad_credentials", true],
    [400, "server offline", "unavailable", false],
    [500, "internal error", "unavailable", false],
    [503, "no free phones", "unavailable", false],
    [503, "", "unavailable", false],
    [200, "please come back later", "garbage", false],
    [400, "please come back later", "garbage", false],
    [400, '{"error":"no free phones"}', "garbage", false],
    [200, "", "garbage", false],
  ])("that is answered with %d %j is %s, definite: %s", async (status, body, kind, definite) => {
    const error = await errorOf(setUp({ status, body }).provider.buy(request, purchase));
    expect(error).toMatchObject({ kind, definite });
    expect(error.reason).not.toContain("please");
  });

  it.each(Object.keys(refusals.tokens))("never leaves %s unexplained", async (token) => {
    const body = token.toLowerCase().replaceAll("_", " ");
    const error = await errorOf(setUp({ status: 400, body }).provider.buy(request, purchase));
    expect(error.kind).not.toBe("garbage");
  });
});

describe("an order at 5sim", () => {
  it.each([
    ["PENDING", null, "waiting"],
    ["RECEIVED", [], "waiting"],
    ["RECEIVED", null, "waiting"],
    ["RECEIVED", [sms], "received"],
    ["CANCELED", [], "cancelled"],
    ["BANNED", [], "cancelled"],
    ["TIMEOUT", [], "expired"],
    ["FINISHED", [sms], "finished"],
  ])("%s with %j is %s", async (status, list, expected) => {
    const { provider } = setUp({ body: { ...order, status, sms: list } });
    expect((await provider.check("741000001", tap)).status).toBe(expected);
  });

  it("shows all SMS of its life with when they arrived, the oldest first, with or without a code", async () => {
    const later = { created_at: "2026-03-02T10:02:00Z", text: "Do not share it", code: "" };
    const { provider } = setUp({ body: { ...order, status: "RECEIVED", sms: [later, sms] } });
    expect((await provider.check("741000001", tap)).sms).toEqual([
      { code: "09363", text: "VK: 09363 is your code", arrivedAt: new Date("2026-03-02T10:01:00Z") },
      { code: null, text: "Do not share it", arrivedAt: new Date("2026-03-02T10:02:00Z") },
    ]);
  });

  it.each(["check", "cancel", "ban", "finish"] as const)(
    "is not asked for (%s) by an id that is none",
    async (method) => {
      const { provider, sent } = setUp();
      for (const id of ["../profile", "1/../2", "..", "1\\2", "", "1?x"]) {
        expect(await errorOf(provider[method](id, tap))).toMatchObject({
          kind: "bad_mapping",
          definite: true,
        });
      }
      expect(sent()).toEqual([]);
    },
  );

  it.each(["cancel", "ban"] as const)("can %s before its SMS, and is told apart after", async (method) => {
    const ended = { ...order, status: method === "ban" ? "BANNED" : "CANCELED" };
    const { provider, sent } = setUp(
      { body: ended },
      { status: 400, body: "order has sms" },
      { status: 400, body: "order expired" },
      { body: order },
    );
    expect(await provider[method]("1", tap)).toEqual({ kind: "cancelled" });
    expect(await provider[method]("1", tap)).toEqual({ kind: "has_sms", sms: [] });
    expect(await provider[method]("1", tap)).toEqual({ kind: "refused" });
    // An order that is still open was not cancelled, whatever the status of the answer.
    expect((await errorOf(provider[method]("1", tap))).kind).toBe("garbage");
    expect(sent()).toEqual(Array.from({ length: 4 }, () => `/user/${method}/1`));
  });

  it("that has ended by itself needs no finishing, one without an SMS is not finished", async () => {
    const { provider } = setUp(
      { status: 400, body: "order expired" },
      { body: { ...order, status: "TIMEOUT" } },
      { status: 400, body: "order no sms" },
      { body: order },
    );
    await provider.finish("1", tap);
    expect((await errorOf(provider.finish("1", tap))).kind).toBe("refused");
  });
});

describe("the list of 5sim's orders", () => {
  const row = (id: number, change: object) => ({ ...order, id, ...change });

  it("tells which still wait or have an SMS; an end is left to a check", async () => {
    const Data = [
      row(1, { status: "RECEIVED", sms: [] }),
      row(2, { status: "RECEIVED", sms: [sms] }),
      row(3, { status: "TIMEOUT", sms: [] }),
      row(4, { status: "RECEIVED", sms: null }),
    ];
    const { provider, sent } = setUp({ body: { Data, Total: 4 } }, { body: { Data: [] } });
    const seen = await allOf(provider.checkMany(["1", "2", "3", "4", "5"], tap));
    expect([...seen].map(([id, { status }]) => [id, status])).toEqual([
      ["1", "waiting"],
      ["2", "received"],
    ]);
    const page = (offset: number) =>
      `/user/orders?category=activation&limit=100&offset=${offset}&order=id&reverse=true`;
    // Asked on because "5" was not found.
    expect(sent()).toEqual([page(0), page(4)]);
  });

  it("is read back for an hour, and shows what is open, and what was paid for although it has ended", async () => {
    const page = (from: number, created_at: string) => ({
      body: {
        Data: Array.from({ length: 100 }, (_, index) => row(from - index, { status: "TIMEOUT", created_at })),
      },
    });
    const first = page(1000, "2026-03-02T10:00:00Z");
    first.body.Data[5] = row(995, { status: "PENDING" });
    first.body.Data[7] = row(993, { status: "FINISHED", sms: [sms] });
    const { provider, sent } = setUp(first, page(900, "2026-03-02T08:59:00Z"));
    expect((await provider.active(tap)).map(({ upstreamId }) => upstreamId)).toEqual(["995", "993"]);
    expect(sent()).toHaveLength(2);
  });

  it("counts for nothing when one row cannot be read", async () => {
    const { provider } = setUp({ body: { Data: [order, { id: 2 }] } });
    expect((await errorOf(provider.active(tap))).kind).toBe("garbage");
  });
});

describe("5sim's catalogue", () => {
  const operators = {
    virtual4: { cost: 0.14, count: 0 },
    mts: { cost: 0.2, count: 5 },
    o2: { cost: "0.3", count: 7 },
  };
  const rows = [
    ["virtual4", 140_000n, 0],
    // The cheapest that has numbers is bought as "any", with the ceiling held.
    [null, 200_000n, 5],
    ["o2", 300_000n, 7],
  ];

  it.each([
    [
      "of a product in one country",
      { countryCode: "england" },
      { england: { telegram: operators } },
      "?country=england&product=telegram",
    ],
    ["of a product everywhere", {}, { telegram: { england: operators } }, "?product=telegram"],
  ])("has prices %s", async (_name, query, body, path) => {
    const { provider, sent, http } = setUp({ body });
    const prices = await provider.prices({ serviceCode: "telegram", ...query }, tap);
    expect(prices.map((row) => [row.operator, row.costMicros, row.stock])).toEqual(rows);
    expect(new Set(prices.map((row) => `${row.serviceCode} ${row.countryCode}`))).toEqual(
      new Set(["telegram england"]),
    );
    expect(sent()).toEqual([`/guest/prices${path}`]);
    // The lists are public: the key stays out of these.
    expect(http.requests[0]?.headers).toEqual({});
  });

  it("is never asked for all prices at once, which are 9 MB", async () => {
    expect((await errorOf(setUp().provider.prices({}, tap))).kind).toBe("unsupported");
  });

  it("lists products for activation, and countries with their ISO codes", async () => {
    const { provider, sent } = setUp(
      { body: { telegram: { Category: "activation", Qty: 1, Price: 0.1 }, "1day": { Category: "hosting" } } },
      {
        body: {
          england: { iso: { gb: 1 }, prefix: { "+44": 1 }, text_en: "England", code: { activation: 1 } },
          bad: 1,
        },
      },
    );
    expect(await provider.services(tap)).toEqual([{ code: "telegram", name: "telegram" }]);
    expect(await provider.countries(tap)).toEqual([{ code: "england", name: "England", iso2: "GB" }]);
    expect(sent()).toEqual(["/guest/products/any/any", "/guest/countries"]);
  });
});
