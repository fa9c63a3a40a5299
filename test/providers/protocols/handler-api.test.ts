import { describe, expect, it } from "vitest";
import type { ProtocolProvider } from "../../../src/providers/port/provider.ts";
import type { ProviderErrorKind } from "../../../src/providers/port/provider-error.ts";
import { refusals } from "../../../src/providers/protocols/handler-api/tokens.ts";
import { type Canned, failure, handlerApiSupplier, json } from "../../support/handler-api.ts";

const request = {
  serviceCode: "wa",
  countryCode: "16",
  operator: null,
  ceilingMicros: 250_000n,
  reference: "0190-order",
};
const tap = { priority: "tap" } as const;

function buy(provider: ProtocolProvider, overrides = {}) {
  return provider.buy({ ...request, ...overrides }, { priority: "purchase" });
}

describe("what is sent", () => {
  it("is a GET with the ceiling, also under a base URL with its own query and without .php", async () => {
    const { provider, requests } = handlerApiSupplier(["ACCESS_NUMBER:1:447700900123"], {
      url: "https://supplier.example/stubs/handler_api?setting=smspool&lang=en",
    });
    await buy(provider, { operator: "three" });
    const [sent] = requests;
    expect(sent?.method).toBe("GET");
    expect(sent?.url.pathname).toBe("/stubs/handler_api");
    expect(Object.fromEntries(sent?.url.searchParams ?? [])).toEqual({
      setting: "smspool",
      lang: "en",
      api_key: "secret",
      action: "getNumber",
      service: "wa",
      country: "16",
      maxPrice: "0.25",
      operator: "three",
    });
  });

  it("names SMSBower's own supplier where the offer was one of its", async () => {
    const { provider, requests } = handlerApiSupplier(
      [json({ activationId: 7, phoneNumber: 447_700_900_123 })],
      {
        dialect: "smsbower",
      },
    );
    await buy(provider, { operator: "2263" });
    const query = requests[0]?.url.searchParams;
    expect([query?.get("action"), query?.get("providerIds"), query?.get("operator")]).toEqual([
      "getNumberV2",
      "2263",
      null,
    ]);
  });

  it("holds the ceiling in the account's currency, never a fraction above", async () => {
    const { provider, requests } = handlerApiSupplier(["NO_NUMBERS"], { currency: "RUB", usdRate: "0.0123" });
    await failure(buy(provider, { ceilingMicros: 184_500n }));
    await failure(buy(provider, { ceilingMicros: 184_499n }));
    expect(requests.map((sent) => sent.url.searchParams.get("maxPrice"))).toEqual(["15.00", "14.999918"]);
  });
});

describe("a purchase", () => {
  it("tells what getNumberV2 says about cost, end and further SMS", async () => {
    const { provider } = handlerApiSupplier([
      json({
        activationId: "635468024",
        phoneNumber: "447700900123",
        activationCost: "0.2",
        currency: 840,
        canGetAnotherSms: "0",
        activationTime: "2026-03-01 12:00:00",
        activationEndTime: "2026-03-01T12:40:00+00:00",
      }),
    ]);
    expect(await buy(provider)).toEqual({
      upstreamId: "635468024",
      phone: "+447700900123",
      costMicros: 200_000n,
      expiresAt: new Date("2026-03-01T12:40:00Z"),
      cancelOpensAt: null,
      canAnother: false,
    });
  });

  it.each<[string, ProviderErrorKind, string | Canned]>([
    ["a bare token", "no_stock", "NO_NUMBERS"],
    ["a quoted token", "no_stock", '"NO_NUMBERS"'],
    ["a token with its detail", "suspended", "BANNED:'2026-3-2 10-00-00'"],
    ["a token on a 4xx", "bad_credentials", { status: 403, text: "BAD_API_KEY" }],
    ["SMSBower's 401", "bad_credentials", json({ status: 0, message: "No access", data: [] }, 401)],
    ["SMSBower's error in a 200", "bad_mapping", json({ error: "Bad country" })],
    ["HeroSMS' envelope", "no_stock", json({ title: "NO_NUMBERS", details: "No numbers", info: {} }, 404)],
    ["HeroSMS' message in a 200", "bad_mapping", json({ status: "false", msg: "WRONG_SERVICE" })],
    ["Grizzly's sentence", "bad_mapping", "The service is prohibited for sale in your region"],
    ["an unknown word in a JSON 4xx", "refused", json({ title: "SOMETHING_NEW" }, 422)],
  ])("is refused for good by %s", async (_name, kind, answer) => {
    const { provider, requests } = handlerApiSupplier([answer], { dialect: "smsbower" });
    expect(await failure(buy(provider))).toMatchObject({ kind, definite: true });
    expect(requests).toHaveLength(1);
  });

  it.each<[string, string | Canned]>([
    ["a number without an id", "ACCESS_NUMBER::447700900123"],
    ["a number without a phone", "ACCESS_NUMBER:123"],
    ["a number that is cut off", "ACCESS_NUMBER:123:44"],
    ["JSON without an id", json({ status: "success" })],
    ["a null phone", json({ activationId: 1, phoneNumber: null })],
    [
      "a cost in roubles on a dollar account",
      json({ activationId: 1, phoneNumber: "447700900123", currency: 643 }),
    ],
    ["a word nobody knows", "ACCESS_GRANTED:1:447700900123"],
    ["a prose nobody knows", "Sorry, come back later"],
    ["a 200 error nobody knows", json({ error: "Something new" })],
    ["the supplier's database error", "ERROR_SQL"],
    ["a known token on a 5xx", { status: 500, text: "NO_NUMBERS" }],
    ["a known envelope on a 5xx", json({ title: "NO_NUMBERS" }, 503)],
    ["a known token on a 408", { status: 408, text: "NO_NUMBERS" }],
    ["a known envelope on a 425", json({ title: "NO_BALANCE" }, 425)],
    ["an internal error on a 4xx", json({ title: "INTERNAL_ERROR" }, 400)],
    ["a time limit on a 4xx", json({ title: "BAD_THING", details: "Request timed out" }, 422)],
    ["an internal error in a 200", json({ error: "INTERNAL_SERVER_ERROR" })],
    ["a proxy's own error", { status: 403, text: "error code: 1020" }],
    ["an unknown token on a 4xx", { status: 400, text: "NOPE" }],
  ])("is in doubt after %s", async (_name, answer) => {
    const { provider, requests } = handlerApiSupplier([answer]);
    expect((await failure(buy(provider))).definite).toBe(false);
    expect(requests).toHaveLength(1);
  });

  it("does not take Tiger's BAD_ACTION for a refusal, since it stands for internal errors there", async () => {
    expect(await failure(buy(handlerApiSupplier(["BAD_ACTION"]).provider))).toMatchObject({ definite: true });
    const tiger = handlerApiSupplier(["BAD_ACTION"], { dialect: "tiger" }).provider;
    expect(await failure(buy(tiger))).toMatchObject({ kind: "garbage", definite: false });
  });

  it("tells the least it would cost now", async () => {
    const token = handlerApiSupplier(["WRONG_MAX_PRICE:0.31"]).provider;
    expect(await failure(buy(token))).toMatchObject({ kind: "price_moved", minCostMicros: 310_000n });
    const envelope = handlerApiSupplier([
      json({ title: "WRONG_MAX_PRICE", info: { min: 0.4 } }, 400),
    ]).provider;
    expect(await failure(buy(envelope))).toMatchObject({ kind: "price_moved", minCostMicros: 400_000n });
  });

  it("tells how long an account is banned", async () => {
    const answer = json({ title: "BANNED", info: { scope: "specific", retry_after_seconds: 1800 } }, 403);
    const error = await failure(buy(handlerApiSupplier([answer]).provider));
    expect(error).toMatchObject({ kind: "suspended", definite: true, retryAfterMs: 1_800_000 });
  });

  it.each(Object.keys(refusals.tokens))(
    "never leaves %s unexplained, bare or in an envelope",
    async (token) => {
      for (const answer of [token, `${token}:detail`, json({ title: token }, 409), json({ error: token })]) {
        const error = await failure(buy(handlerApiSupplier([answer]).provider));
        expect(error.kind).not.toBe("garbage");
        expect(error.definite).toBe(error.kind !== "unavailable");
      }
    },
  );
});

describe("a status", () => {
  it.each([
    ["STATUS_WAIT_CODE", "waiting", []],
    ["STATUS_WAIT_RESEND", "waiting", []],
    ["STATUS_WAIT_RETRY", "waiting", []],
    ["STATUS_WAIT_RETRY:1234", "waiting", []],
    ["STATUS_CANCEL", "cancelled", []],
    ["ACCESS_CANCEL", "cancelled", []],
    ["STATUS_OK:0123", "received", [{ code: "0123", text: null }]],
    ["STATUS_OK: '0123'", "received", [{ code: "0123", text: null }]],
    ["STATUS_OK:12:34:56", "received", [{ code: "12:34:56", text: null }]],
    [
      "STATUS_OK:Your code: 482913. Do not share",
      "received",
      [{ code: "482913", text: "Your code: 482913. Do not share" }],
    ],
  ])("%s reads as %s", async (text, status, sms) => {
    expect(await handlerApiSupplier([text]).provider.check("1", tap)).toEqual({ status, sms });
  });

  it.each([
    "STATUS_OK",
    "STATUS_OK:",
    "STATUS_CANCELLED_MAYBE",
    "CANCEL",
    "OK",
    "{}",
    "[]",
    "null",
    '{"status":"success"}',
  ])("%s says nothing", async (text) => {
    expect(await failure(handlerApiSupplier([text]).provider.check("1", tap))).toMatchObject({
      kind: "garbage",
    });
  });
});

describe("a cancel", () => {
  it.each<[string, (Canned | string)[], object]>([
    ["the supplier's yes", ["ACCESS_CANCEL"], { kind: "cancelled" }],
    ["an empty 204", [{ status: 204, text: "" }], { kind: "cancelled" }],
    ["too early", ["EARLY_CANCEL_DENIED"], { kind: "too_early", retryAfterMs: null }],
    [
      "too early as an envelope",
      [json({ title: "EARLY_CANCEL_DENIED", info: { minActivationTime: 120 } }, 409)],
      { kind: "too_early" },
    ],
    [
      "a code that came first, which it carries",
      [json({ title: "NEW_OTP_RECEIVED", info: { data: [{ code: "012345", text: "Code 012345" }] } }, 409)],
      { kind: "has_sms", sms: [{ code: "012345", text: "Code 012345" }] },
    ],
    ["a code that came first", [json({ title: "OTP_RECEIVED" }, 409)], { kind: "has_sms", sms: [] }],
    ["a window that is over", [json({ title: "FREE_CANCELLATION_EXPIRED" }, 409)], { kind: "refused" }],
    [
      "BAD_STATUS and a code",
      ["BAD_STATUS", "STATUS_OK:1234"],
      { kind: "has_sms", sms: [{ code: "1234", text: null }] },
    ],
    ["BAD_STATUS on a cancelled order", ["BAD_STATUS", "STATUS_CANCEL"], { kind: "cancelled" }],
    ["BAD_ACTION on a waiting order", ["BAD_ACTION", "STATUS_WAIT_CODE"], { kind: "refused" }],
  ])("is answered by %s", async (_name, answers, outcome) => {
    expect(await handlerApiSupplier(answers).provider.cancel("1", tap)).toMatchObject(outcome);
  });

  it.each(["STATUS_WAIT_CODE", "ACCESS_ACTIVATION", "<html></html>", "", "{}", "OK"])(
    "is not confirmed by %j",
    async (text) => {
      expect(await failure(handlerApiSupplier([text]).provider.cancel("1", tap))).toMatchObject({
        kind: "garbage",
      });
    },
  );

  it("is not confirmed by a 5xx, whatever it says", async () => {
    for (const answer of [json({ title: "NOT_FOUND" }, 500), { status: 502, text: "ACCESS_CANCEL" }]) {
      expect((await failure(handlerApiSupplier([answer]).provider.cancel("1", tap))).definite).toBe(false);
    }
  });
});
