import { describe, expect, it } from "vitest";
import { createOtpBuddy } from "../../../src/providers/protocols/otpbuddy/otpbuddy.ts";
import { createTestClock } from "../../support/clock.ts";
import { providerSettings } from "../../support/provider-settings.ts";
import { createScriptedHttp, type ScriptedAnswer } from "../../support/scripted-http.ts";

const settings = providerSettings("otpbuddy", "https://otpbuddy.example", {
  currency: "INR",
  usdRate: "0.012",
});
const request = {
  serviceCode: "p1",
  countryCode: "in",
  operator: null,
  ceilingMicros: 1_000_000n,
  reference: "order",
};
const purchase = { priority: "purchase" } as const;
const poll = { priority: "poll" } as const;
const notFound: ScriptedAnswer = { status: 404, body: "Cannot GET /v1/api/that" };

function setUp(...answers: ScriptedAnswer[]) {
  const http = createScriptedHttp(...answers);
  const sent = () => http.requests.map(({ method, url }) => `${method} ${url.pathname}${url.search}`);
  return { sent, provider: createOtpBuddy(settings, http, createTestClock()) };
}

describe("otpbuddy's product list", () => {
  const expected = [
    { serviceCode: "p1", countryCode: "in", operator: null, costMicros: 192_000n, stock: null },
    { serviceCode: "2", countryCode: "in", operator: null, costMicros: 144_600n, stock: null },
  ];

  it.each([
    [
      "an array",
      {
        status: 200,
        data: [
          { product_name: "WhatsApp", price: 16, product_id: "p1" },
          { product_name: "Telegram", price: "12.05", product_id: 2 },
          { product_name: "Broken", price: "free", product_id: 3 },
        ],
      },
    ],
    [
      "a bare array",
      [
        { product_name: "WhatsApp", price: 16, product_id: "p1" },
        { product_name: "Telegram", price: "12.05", product_id: 2 },
      ],
    ],
    [
      "a map",
      { status: "200", data: { WhatsApp: { id: "p1", price: "16" }, Telegram: { id: 2, price: 12.05 } } },
    ],
  ])("is read as %s, in dollars rounded up", async (_shape, body) => {
    const { provider } = setUp({ body }, { body });
    expect(await provider.prices({}, poll)).toEqual(expected);
    expect((await provider.services(poll)).slice(0, 2)).toEqual([
      { code: "p1", name: "WhatsApp" },
      { code: "2", name: "Telegram" },
    ]);
  });

  it("is asked for by its documented name where the server does not know the other", async () => {
    const { provider, sent } = setUp(notFound, {
      body: { status: 200, data: { WhatsApp: { id: "p1", price: 16 } } },
    });
    expect(await provider.services(poll)).toEqual([{ code: "p1", name: "WhatsApp" }]);
    expect(sent()).toEqual(["GET /v1/api/getProducts?token=secret", "GET /v1/api/getStatus?token=secret"]);
  });

  it("can be narrowed to one service, and holds nothing of other countries", async () => {
    const body = {
      status: 200,
      data: [
        { product_name: "A", price: 1, product_id: "p1" },
        { product_name: "B", price: 1, product_id: "p2" },
      ],
    };
    const { provider, sent } = setUp({ body });
    expect(await provider.prices({ serviceCode: "p2", countryCode: "in" }, poll)).toMatchObject([
      { serviceCode: "p2" },
    ]);
    expect(await provider.prices({ countryCode: "us" }, poll)).toEqual([]);
    expect(sent()).toHaveLength(1);
  });
});

describe("otpbuddy's account", () => {
  it.each([201, "201", 206])("reads status %s as a bad key where only the key was sent", async (status) => {
    const { provider } = setUp({ body: { status } });
    await expect(provider.balance(poll)).rejects.toMatchObject({ kind: "bad_credentials" });
  });

  it("converts the balance at the operator's rate", async () => {
    const { provider } = setUp({ body: { status: 200, data: { balance: "500.50" } } });
    expect(await provider.balance(poll)).toEqual({ balanceMicros: 6_006_000n, escrowMicros: null });
  });
});

describe("a purchase from otpbuddy", () => {
  it("names server and product, and completes a national number", async () => {
    const { provider, sent } = setUp({
      body: { status: 200, data: { number: "9163012345", id: "63dca4f0" } },
    });
    expect(await provider.buy(request, purchase)).toMatchObject({
      upstreamId: "63dca4f0",
      phone: "+919163012345",
    });
    expect(sent()).toEqual(["GET /v1/api/getNumber?token=secret&server=in&product_id=p1"]);
  });

  it.each([
    [200, { status: 201 }, "bad_mapping", true],
    [200, { status: "202", message: "Insufficient Balance" }, "no_funds", true],
    [200, { status: 203 }, "no_stock", true],
    [200, { status: 205 }, "unavailable", false],
    [200, { status: "205", message: "Server ERROR" }, "unavailable", false],
    [400, { status: 205 }, "unavailable", false],
    [408, { status: 202 }, "unavailable", false],
    [425, { status: 203 }, "unavailable", false],
    [400, { status: 206 }, "bad_mapping", true],
    [401, { status: 206 }, "bad_credentials", true],
    [404, { error: "no such page" }, "unknown_order", true],
    [500, { status: 202 }, "unavailable", false],
    [500, { status: 205 }, "unavailable", false],
    [200, { status: 210 }, "garbage", false],
    [200, { status: 299 }, "garbage", false],
    [200, { status: 200, data: { balance: 500 } }, "garbage", false],
    [200, { status: 200, data: { number: "9163012345" } }, "garbage", false],
    [200, { status: 200, data: { id: "63dca4f0" } }, "garbage", false],
    [200, { status: 200, message: "Number bought" }, "garbage", false],
  ])("that ends with HTTP %i %j is %s, definite: %s", async (status, body, kind, definite) => {
    const { provider, sent } = setUp({ status, body });
    await expect(provider.buy(request, purchase)).rejects.toMatchObject({ kind, definite });
    expect(sent()).toHaveLength(1);
  });
});

describe("an otpbuddy order", () => {
  it.each([
    [
      { status: 200, message: "Your Code is 004217" },
      { code: "004217", text: "Your Code is 004217" },
    ],
    [
      { status: 200, data: "123-456 is your code" },
      { code: "123-456", text: "123-456 is your code" },
    ],
    [
      { status: 200, data: { sms: "Code 55 or 66" } },
      { code: null, text: "Code 55 or 66" },
    ],
    [
      { status: "200", message: "success", data: { otp: "0042" } },
      { code: "0042", text: null },
    ],
  ])("is received with %j, the text kept whole", async (body, sms) => {
    const { provider } = setUp({ body });
    expect(await provider.check("1", poll)).toEqual({ status: "received", sms: [sms] });
  });

  it.each([
    [{ status: 210, message: "waiting for message" }, "waiting"],
    [{ status: "210" }, "waiting"],
    [{ status: 200, message: "Waiting for otp" }, "waiting"],
    [{ status: 204, message: "Number Expires" }, "expired"],
  ])("with %j is %s", async (body, status) => {
    const { provider } = setUp({ body });
    expect(await provider.check("1", poll)).toEqual({ status, sms: [] });
  });

  it.each([
    [{ status: 200 }, "garbage"],
    [{ status: 200, message: "Action was success" }, "garbage"],
    [{ status: 200, data: { balance: 500 } }, "garbage"],
    [{ status: 201 }, "unknown_order"],
    [{ status: 205 }, "unavailable"],
  ])("with %j is not taken for received: %s", async (body, kind) => {
    const { provider } = setUp({ body });
    await expect(provider.check("1", poll)).rejects.toMatchObject({ kind });
  });

  it("is cancelled by the documented call", async () => {
    const { provider, sent } = setUp({ body: { status: 200, data: { balance: 500 } } });
    expect(await provider.cancel("63d", poll)).toEqual({ kind: "cancelled" });
    expect(sent()).toEqual(["GET /v1/api/setStatus?token=secret&id=63d&status=8"]);
  });

  it("is cancelled by the later call where the server has no other", async () => {
    const { provider, sent } = setUp(notFound, { body: { status: 200 } });
    expect(await provider.cancel("63d", poll)).toEqual({ kind: "cancelled" });
    expect(sent()[1]).toBe("GET /v1/api/cancelNumber?token=secret&id=63d");
  });

  it.each([
    [{ status: 210 }, { kind: "too_early", retryAfterMs: null }],
    [{ status: 204 }, { kind: "cancelled" }],
    [
      { status: 200, message: "Your Code is 1234" },
      { kind: "has_sms", sms: [{ code: "1234", text: "Your Code is 1234" }] },
    ],
  ])("that may not be cancelled is asked for why: %j", async (body, outcome) => {
    const { provider } = setUp({ status: 400, body: { error: "no" } }, { body });
    expect(await provider.cancel("63d", poll)).toEqual(outcome);
  });

  it("is not taken for cancelled on the word of a page or an unknown status", async () => {
    for (const body of ["<html></html>", "", { status: 210 }, { status: 299 }, [], { data: {} }]) {
      const { provider } = setUp({ body });
      await expect(provider.cancel("63d", poll)).rejects.toMatchObject({ kind: "garbage" });
    }
  });
});
