import { describe, expect, it } from "vitest";
import type { ProviderSettings } from "../../../src/providers/port/settings.ts";
import { createTempcode77 } from "../../../src/providers/protocols/tempcode77/tempcode77.ts";
import { createScriptedHttp, type ScriptedAnswer } from "../../support/scripted-http.ts";

const settings: ProviderSettings = {
  name: "alpha",
  protocol: "tempcode77",
  dialect: "plain",
  key: "secret",
  url: "https://tempcode.example/api/v1/index.php",
  currency: "USD",
  usdRate: "1",
  requestsPerSecond: 3,
  prices: null,
};
const request = {
  serviceCode: "whatsapp",
  countryCode: "us",
  operator: null,
  ceilingMicros: 2_879_999n,
  reference: "order",
};
const purchase = { priority: "purchase" } as const;
const poll = { priority: "poll" } as const;
const ok = (data: unknown): ScriptedAnswer => ({ body: { ok: true, data } });
const created = {
  id: 43,
  activation_id: "abc",
  phone: "+14155551234",
  country_id: "us",
  service_id: "whatsapp",
  sell_price_cents: 287,
  price_cents: 260,
};

function setUp(...answers: ScriptedAnswer[]) {
  const http = createScriptedHttp(...answers);
  return { http, provider: createTempcode77(settings, http) };
}

describe("tempcode77's catalogue", () => {
  const rows = [
    { service_id: "whatsapp", name: "WhatsApp", type: "messaging" },
    { service_id: "telegram", name: "Telegram" },
    { service_id: null, name: "Broken" },
  ];
  it.each([
    ["a bare list", rows],
    ["a named list", { services: rows }],
    ["a list in data", { ok: true, data: rows }],
    ["a named list in data", { ok: true, data: { services: rows } }],
    [
      "groups",
      {
        ok: true,
        by_type: {
          messaging: { label: "M", services: rows },
          other: { label: "O", services: rows.slice(0, 1) },
        },
      },
    ],
  ])("is read from %s, without the key", async (_shape, body) => {
    const { http, provider } = setUp({ body });
    expect(await provider.services(poll)).toEqual([
      { code: "whatsapp", name: "WhatsApp" },
      { code: "telegram", name: "Telegram" },
    ]);
    expect(http.requests[0]?.url.href).toBe("https://tempcode.example/api/services.php");
    expect(http.requests[0]?.headers).toBeUndefined();
  });

  it("does not take country ids for ISO codes", async () => {
    const { http, provider } = setUp({ body: { countries: [{ country_id: "uk", name: "United Kingdom" }] } });
    expect(await provider.countries(poll)).toEqual([{ code: "uk", name: "United Kingdom", iso2: null }]);
    expect(http.requests[0]?.url.pathname).toBe("/api/countries.php");
  });

  it("prices one pair at what we pay, in dollars", async () => {
    const data = {
      price: { suggested: 1, min: 2, max: 3 },
      backend_cents: 260,
      sell_price_cents: "287",
      count: 12,
    };
    const { http, provider } = setUp(ok(data));
    expect(await provider.prices({ serviceCode: "whatsapp", countryCode: "us" }, poll)).toEqual([
      { serviceCode: "whatsapp", countryCode: "us", operator: null, costMicros: 2_870_000n, stock: 12 },
    ]);
    expect(http.requests[0]?.url.search).toBe("?path=price&service_id=whatsapp&country_id=us");
    expect(http.requests[0]?.headers).toEqual({ "x-api-key": "secret" });
    await expect(provider.prices({ serviceCode: "whatsapp" }, poll)).rejects.toMatchObject({
      kind: "unsupported",
    });
  });
});

describe("a purchase from tempcode77", () => {
  it("sends the ceiling in whole cents, rounded down", async () => {
    const { http, provider } = setUp(ok(created));
    expect(await provider.buy(request, purchase)).toMatchObject({
      upstreamId: "43",
      phone: "+14155551234",
      costMicros: 2_870_000n,
    });
    expect(http.requests).toHaveLength(1);
    expect(http.requests[0]).toMatchObject({
      method: "POST",
      body: { service_id: "whatsapp", country_id: "us", max_price: 287 },
    });
    expect(http.requests[0]?.url.search).toBe("?path=activations");
  });

  it("is not sent with a ceiling below one cent, and never asks for more than the API allows", async () => {
    const { http, provider } = setUp(ok(created));
    await expect(provider.buy({ ...request, ceilingMicros: 9_999n }, purchase)).rejects.toMatchObject({
      kind: "price_moved",
      definite: true,
    });
    expect(http.requests).toHaveLength(0);
    await provider.buy({ ...request, ceilingMicros: 900_000_000n }, purchase);
    expect(http.requests[0]?.body).toMatchObject({ max_price: 10_000 });
  });

  it.each([
    [400, { ok: false, error: "x", code: "invalid_params" }, "refused", true],
    [400, { ok: false, error: "Invalid service_id.", code: "invalid_params" }, "bad_mapping", true],
    [
      400,
      { ok: false, error: "This country is not supported.", code: "invalid_params" },
      "bad_mapping",
      true,
    ],
    [404, { ok: false, error: "Service not found", code: "not_found" }, "bad_mapping", true],
    [400, { ok: false, error: "Please wait a moment.", code: "invalid_params" }, "refused", true],
    [400, { ok: false, error: "You have too many active orders." }, "refused", true],
    [400, { ok: false, error: "No numbers available for this service and country." }, "no_stock", true],
    [400, { ok: false, error: "This service is sold out.", code: "invalid_params" }, "no_stock", true],
    [400, { ok: false, error: "The price is above your max_price." }, "price_moved", true],
    [400, { ok: false, error: "Platfone timed out." }, "unavailable", false],
    [200, { ok: false, error: "x", code: "server_error" }, "unavailable", false],
    [409, { ok: false, error: "Internal server error" }, "unavailable", false],
    [408, { ok: false, error: "x", code: "insufficient_balance" }, "unavailable", false],
    [425, { ok: false, error: "x" }, "unavailable", false],
    [401, { ok: false, error: "x", code: "invalid_key" }, "bad_credentials", true],
    [
      402,
      { ok: false, code: "insufficient_balance", balance_cents: 1, required_cents: 287 },
      "no_funds",
      true,
    ],
    [404, { ok: false, error: "x", code: "not_found" }, "refused", true],
    [409, { ok: false, error: "x", code: "no_numbers" }, "no_stock", true],
    [409, { ok: false, error: "x", code: "max_price_exceeded" }, "price_moved", true],
    [409, { ok: false, error: "x" }, "refused", true],
    [400, { ok: false, error: "x", code: "constructor" }, "refused", true],
    [200, { ok: false, error: "x", code: "insufficient_balance" }, "no_funds", true],
    [402, { error: "x" }, "no_funds", true],
    [402, "<html></html>", "garbage", false],
    [500, { ok: false, error: "x", code: "insufficient_balance" }, "unavailable", false],
    [200, { ok: true }, "garbage", false],
    [200, { ok: true, data: { ...created, id: undefined } }, "garbage", false],
    [200, { ok: true, data: { ...created, id: "../../wallet" } }, "garbage", false],
    [200, { ok: true, data: { ...created, phone: "soon" } }, "garbage", false],
    [200, { data: created }, "garbage", false],
  ])("that ends with HTTP %i %j is %s, definite: %s", async (status, body, kind, definite) => {
    const { provider } = setUp({ status, body });
    await expect(provider.buy(request, purchase)).rejects.toMatchObject({ kind, definite });
  });
});

describe("a tempcode77 order", () => {
  const state = (sms: string, activation: string, more: object = {}) =>
    ok({
      phone: "+14155551234",
      sms_status: sms,
      activation_status: activation,
      sms_code: null,
      sms_text: null,
      ...more,
    });
  const shown = { sms_code: "012345", sms_text: "Your code is 012345" };
  const sms = [{ code: "012345", text: "Your code is 012345" }];

  it.each([
    ["smsRequested", "active", { expired: false }, "waiting", []],
    ["smsReceived", "active", { ...shown, expired: false }, "received", sms],
    ["smsReceived", "something new", shown, "received", sms],
    ["retryRequested", "active", shown, "waiting", []],
    ["retryReceived", "active", shown, "received", sms],
    ["smsRequested", "active", { expired: true }, "expired", []],
    ["smsRequested", "expired", {}, "expired", []],
    ["smsRequested", "canceled", {}, "cancelled", []],
    ["smsReceived", "canceled", shown, "cancelled", sms],
    ["smsReceived", "finalized", shown, "finished", sms],
    ["smsReceived", "expired", { ...shown, expired: true }, "finished", sms],
    ["retryRequested", "expired", { ...shown, expired: 1 }, "finished", sms],
  ])("with %s, %s and %j is %s", async (smsStatus, activation, more, status, expected) => {
    const { http, provider } = setUp(state(smsStatus, activation, more));
    expect(await provider.check("43", poll)).toEqual({ status, sms: expected });
    expect(http.requests[0]?.url.searchParams.get("path")).toBe("activations/43/poll");
  });

  it.each([
    ["smsRequested", "something new", {}],
    ["somethingNew", "active", {}],
    ["smsReceived", "active", {}],
    ["toString", "constructor", {}],
    ["smsRequested", "constructor", {}],
  ])("with %s and %s proves nothing", async (smsStatus, activation, more) => {
    const { provider } = setUp(state(smsStatus, activation, more));
    await expect(provider.check("43", poll)).rejects.toMatchObject({ kind: "garbage" });
  });

  it("knows when it will expire where the answer says so", async () => {
    const { provider } = setUp(state("smsRequested", "active", { expire_at: 1_730_123_456 }));
    expect((await provider.check("43", poll)).expiresAt).toEqual(new Date(1_730_123_456_000));
  });

  it("is cancelled only by the documented word", async () => {
    const { http, provider } = setUp(ok({ result: "canceled" }), ok({ result: "pending" }), ok({}));
    expect(await provider.cancel("43", poll)).toEqual({ kind: "cancelled" });
    expect(http.requests[0]).toMatchObject({ method: "POST" });
    expect(http.requests[0]?.url.searchParams.get("path")).toBe("activations/43/cancel");
    for (let answer = 1; answer < 3; answer += 1)
      await expect(provider.cancel("43", poll)).rejects.toMatchObject({ kind: "garbage" });
  });

  it.each([
    [state("smsRequested", "active"), { kind: "too_early", retryAfterMs: null }],
    [state("smsReceived", "active", shown), { kind: "has_sms", sms }],
    [state("smsRequested", "canceled"), { kind: "cancelled" }],
    [state("smsRequested", "finalized"), { kind: "refused" }],
  ])("that may not be cancelled is asked for why", async (now, outcome) => {
    const { provider } = setUp({ status: 409, body: { ok: false, error: "x" } }, now);
    expect(await provider.cancel("43", poll)).toEqual(outcome);
  });
});

describe("tempcode77's list of activations", () => {
  const row = (id: number, activation = "active", sms = "smsRequested") => ({
    ...created,
    id,
    sms_status: sms,
    activation_status: activation,
    created_at: "2026-02-15 12:00:00",
  });
  const page = (rows: unknown[]) => ok({ activations: rows, page: 1, limit: 50, total: 99 });

  it("shows the active ones, each once, over as many pages as there are", async () => {
    const first = Array.from({ length: 50 }, (_, index) =>
      row(100 - index, index % 2 === 0 ? "active" : "canceled"),
    );
    const second = [row(52, "active"), row(50, "active", "smsReceived")];
    const { http, provider } = setUp(page(first), page(second), page([]));
    const active = await provider.active(poll);
    expect(active).toHaveLength(26);
    expect(active.at(0)).toEqual({
      upstreamId: "100",
      phone: "+14155551234",
      serviceCode: "whatsapp",
      countryCode: "us",
      costMicros: 2_870_000n,
      createdAt: null,
      observation: { status: "waiting", sms: [] },
    });
    expect(active.at(-1)?.observation.status).toBe("received");
    expect(http.requests.map(({ url }) => url.search)).toEqual([
      "?path=activations&page=1&limit=50",
      "?path=activations&page=2&limit=50",
      "?path=activations&page=3&limit=50",
    ]);
  });

  it("ends where a page repeats, and after 200 pages, however many the account has", async () => {
    const full = (last: number) =>
      page(Array.from({ length: 50 }, (_, index) => row(last - index, "canceled")));
    const repeating = setUp(full(50), full(50));
    expect(await repeating.provider.active(poll)).toEqual([]);
    expect(repeating.http.requests).toHaveLength(2);
    const endless = setUp(...Array.from({ length: 200 }, (_, index) => full(20_000 - index * 50)));
    expect(await endless.provider.active(poll)).toEqual([]);
    expect(endless.http.requests).toHaveLength(200);
  });

  it("ends at a page that is hours older than the newest number", async () => {
    const dated = (id: number, createdAt: string) => ({ ...row(id), created_at: createdAt });
    const { http, provider } = setUp(
      page([dated(9, "2026-02-15 12:00:00"), dated(8, "2026-02-15 11:30:00")]),
      page([dated(7, "2026-02-15 08:59:59"), dated(6, "2026-02-14 12:00:00")]),
    );
    expect(await provider.active(poll)).toHaveLength(4);
    expect(http.requests).toHaveLength(2);
  });

  it("tells when a number was rented only where the time has a zone", async () => {
    const { provider } = setUp(page([row(2), { ...row(1), created_at: "2026-02-15T12:00:00Z" }]), page([]));
    const [zoneless, zoned] = await provider.active(poll);
    expect(zoneless?.createdAt).toBeNull();
    expect(zoned?.createdAt).toEqual(new Date("2026-02-15T12:00:00Z"));
  });

  it("is garbage as a whole when an active row is: a number may not be overlooked", async () => {
    for (const broken of [
      { ...row(1), phone: "soon" },
      { ...row(1), id: null },
      { ...row(1), sms_status: 5 },
      "row",
    ]) {
      const { provider } = setUp(page([row(2), broken]));
      await expect(provider.active(poll)).rejects.toMatchObject({ kind: "garbage" });
    }
  });
});
