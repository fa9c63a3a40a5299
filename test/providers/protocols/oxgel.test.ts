import { describe, expect, it } from "vitest";
import { ProviderError, type ProviderErrorKind } from "../../../src/providers/port/provider-error.ts";
import { createOxgel } from "../../../src/providers/protocols/oxgel/oxgel.ts";
import type { HttpRequest, ProviderHttp } from "../../../src/providers/transport/http.ts";
import { providerSettings } from "../../support/provider-settings.ts";

const rental = { id: "5e8b-uuid", order_code: "ORD-1", phone: "+15551234567", cost: 0.18 };
const request = {
  serviceCode: "wa",
  countryCode: "187",
  operator: null,
  ceilingMicros: 200_000n,
  reference: "order",
};
const tap = { priority: "tap" } as const;
const purchase = { priority: "purchase" } as const;

/** A provider whose upstream gives these answers one after another, the last one for ever. */
function upstream(...answers: [status: number, body: unknown][]) {
  const requests: HttpRequest[] = [];
  const http: ProviderHttp = {
    provider: "alpha",
    request: async (sent) => {
      requests.push(sent);
      const [status, body] = (answers.length > 1 ? answers.shift() : answers[0]) ?? [500, null];
      return { status, headers: new Headers(), text: JSON.stringify(body) };
    },
  };
  const settings = providerSettings("oxgel", "https://oxgel.example/api/v1/", { key: "OXGL-secret" });
  return { provider: createOxgel(settings, http), requests };
}

async function failure(call: Promise<unknown>): Promise<ProviderError> {
  const outcome = await call.catch((error: unknown) => error);
  if (!(outcome instanceof ProviderError)) throw new Error("expected a ProviderError");
  return outcome;
}

it("sends the key in the header only, and the operator only where the offer names one", async () => {
  const { provider, requests } = upstream([200, rental]);
  await provider.buy(request, purchase);
  await provider.buy({ ...request, operator: "mts" }, purchase);
  const [first, second] = requests;
  expect(first?.url.href).toBe("https://oxgel.example/api/v1/numbers/buy");
  expect(first?.headers).toEqual({ "x-api-key": "OXGL-secret" });
  expect(first?.body).toEqual({ service: "wa", country: "187" });
  expect(second?.body).toEqual({ service: "wa", country: "187", operator: "mts" });
});

it("tells the cost of a number, also one beyond belief, and does without what it is not told", async () => {
  const { provider } = upstream(
    [200, { ...rental, cost: 5000, expires_at: "2026-06-03T14:23:00.000Z" }],
    [200, { id: 7, phone: 15_551_234_567, cost: "abc", expires_at: "soon" }],
  );
  expect(await provider.buy(request, purchase)).toMatchObject({
    costMicros: 5_000_000_000n,
    expiresAt: new Date("2026-06-03T14:23:00.000Z"),
  });
  expect(await provider.buy(request, purchase)).toMatchObject({
    upstreamId: "7",
    phone: "+15551234567",
    costMicros: null,
    expiresAt: null,
  });
});

describe("a refused purchase", () => {
  it.each<[number, unknown, ProviderErrorKind]>([
    [401, { error: "Invalid or inactive API key" }, "bad_credentials"],
    [402, { error: "Insufficient balance" }, "no_funds"],
    [403, { error: "banned" }, "suspended"],
    [404, { error: "No numbers available" }, "no_stock"],
    [409, { message: "Out of stock" }, "no_stock"],
    [404, { error: "Not found" }, "bad_mapping"],
    [400, { error: "Unknown country" }, "bad_mapping"],
    [422, { error: "Something else" }, "refused"],
  ])("%i %j is %s, for good", async (status, body, kind) => {
    const { provider, requests } = upstream([status, body]);
    expect(await failure(provider.buy(request, purchase))).toMatchObject({ kind, definite: true });
    expect(requests).toHaveLength(1);
  });

  it.each<[number, unknown]>([
    [200, { ok: false, error: "No numbers available" }],
    [200, { ...rental, phone: null }],
    [200, { ...rental, id: "" }],
    [500, { error: "No numbers available" }],
    [408, { error: "No numbers available" }],
    [425, { error: "Insufficient balance" }],
    [400, { error: "Service unavailable: internal server error" }],
    [422, { error: "Upstream timed out" }],
    [404, "No numbers available"],
  ])("is in doubt after %i %j", async (status, body) => {
    const error = await failure(upstream([status, body]).provider.buy(request, purchase));
    expect(error.definite).toBe(false);
  });
});

describe("a check", () => {
  it("does not show the last code while the next is awaited", async () => {
    const { provider } = upstream([200, { status: "waiting", sms_code: "482913", phone: rental.phone }]);
    expect(await provider.check("1", tap)).toEqual({ status: "waiting", sms: [] });
  });

  it("shows a code that came before the order ended", async () => {
    const { provider } = upstream([200, { status: "expired", sms_code: "082913", phone: rental.phone }]);
    expect(await provider.check("1", tap)).toEqual({
      status: "expired",
      sms: [{ code: "082913", text: null }],
    });
  });

  it("does not believe in an SMS without a code", async () => {
    const { provider } = upstream([200, { status: "received", sms_code: null, phone: rental.phone }]);
    expect(await failure(provider.check("1", tap))).toMatchObject({ kind: "garbage" });
  });
});

describe("a refused cancel", () => {
  const refused: [number, unknown] = [400, { error: "no" }];
  it.each([
    ["waiting", null, { kind: "too_early", retryAfterMs: null }],
    ["received", "482913", { kind: "has_sms", sms: [{ code: "482913", text: null }] }],
    ["cancelled", null, { kind: "cancelled" }],
    ["expired", null, { kind: "cancelled" }],
    ["finished", null, { kind: "refused" }],
  ])("of an order that is %s is explained by that", async (status, sms_code, outcome) => {
    const { provider } = upstream(refused, [200, { status, sms_code, phone: rental.phone }]);
    expect(await provider.cancel("1", tap)).toEqual(outcome);
  });

  it("stays unexplained when the order cannot be read either", async () => {
    const { provider } = upstream(refused, [502, "bad gateway"]);
    expect(await failure(provider.cancel("1", tap))).toMatchObject({ kind: "unavailable" });
    expect(await failure(upstream([200, { ok: false }]).provider.cancel("1", tap))).toMatchObject({
      kind: "garbage",
    });
  });
});

it("does not pass off the number of operators as a stock", async () => {
  const rows = [
    { country: "187", price: 0.18, stock: 4 },
    { country: 16, price: "0.22", stock: 0 },
    { country: "22", price: "abc", stock: 1 },
    { country: "6", price: 0.1, stock: -1 },
  ];
  const found = await upstream([200, rows]).provider.prices({ serviceCode: "wa" }, tap);
  expect(found.map(({ countryCode, costMicros, stock }) => [countryCode, costMicros, stock])).toEqual([
    ["187", 180_000n, null],
    ["16", 220_000n, 0],
  ]);
});
