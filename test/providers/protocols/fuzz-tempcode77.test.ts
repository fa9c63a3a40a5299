import { expect, it } from "vitest";
import type { ProviderSettings } from "../../../src/providers/port/settings.ts";
import { createTempcode77 } from "../../../src/providers/protocols/tempcode77/tempcode77.ts";
import {
  at,
  createFuzzedHttp,
  digitsOf,
  expectHonestDoubt,
  type FuzzedAnswer,
  fuzzAnswers,
  isJson,
  outcomeOf,
} from "../../support/fuzzed-answers.ts";
import { allOf } from "../../support/pages.ts";

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
  ceilingMicros: 5_000_000n,
  reference: "order",
};
const poll = { priority: "poll" } as const;

const activation = {
  id: 43,
  activation_id: "abc",
  phone: "+14155551234",
  country_id: "us",
  service_id: "whatsapp",
  sell_price_cents: 287,
};
const ended = ["canceled", "cancelled", "expired", "finalized"];
const details = {
  ...activation,
  sms_status: "smsReceived",
  activation_status: "active",
  sms_code: "123456",
  sms_text: "Your code is 123456",
  expired: false,
};
const samples = [
  { ok: true, data: activation },
  { ok: true, data: details },
  { ok: true, data: { ...details, sms_status: "smsRequested", sms_code: null, sms_text: null } },
  ...ended.map((status) => ({ ok: true, data: { ...details, activation_status: status } })),
  { ok: true, data: { ...details, sms_status: "retryRequested", expired: true, expire_at: 1_730_123_456 } },
  { ok: true, data: { result: "canceled" } },
  { ok: true, data: { balance_cents: 12_500 } },
  { ok: true, data: { sell_price_cents: 287, count: 124_335 } },
  { ok: true, data: { activations: [details, { ...details, activation_status: "expired" }], page: 1 } },
  { ok: true, data: { activations: [{ ...details, sms_status: "smsRequested" }], page: 1 } },
  { services: [{ service_id: "whatsapp", name: "WhatsApp" }] },
  { ok: false, error: "Sorry", code: "insufficient_balance", balance_cents: 1 },
  { ok: false, error: "Sorry", code: "not_found" },
];

function isSuccess({ status, json }: FuzzedAnswer): boolean {
  return status >= 200 && status < 300 && at(json, "ok") === true;
}

it("makes of 10,000 tempcode77 answers only what they really say", { timeout: 60_000 }, async () => {
  const http = createFuzzedHttp();
  const provider = createTempcode77(settings, http);
  let sales = 0;
  let endings = 0;
  let waits = 0;
  await fuzzAnswers(samples, async (answer) => {
    http.give(answer);
    const { json, text } = answer;
    const data = at(json, "data");

    const bought = await outcomeOf(provider.buy(request, { priority: "purchase" }));
    if (bought.kind === "error") expectHonestDoubt(answer, bought.error, isJson);
    else {
      sales += 1;
      expect(isSuccess(answer)).toBe(true);
      expect(text).toContain(bought.value.upstreamId);
      expect(bought.value.phone).toBe(`+${digitsOf(at(data, "phone"))}`);
      expect(bought.value.costMicros ?? 1n).toBeGreaterThan(0n);
    }

    const seen = await outcomeOf(provider.check("43", poll));
    if (seen.kind === "value") {
      const { status, sms } = seen.value;
      expect(isSuccess(answer)).toBe(true);
      if (status === "cancelled") expect(["canceled", "cancelled"]).toContain(at(data, "activation_status"));
      if (status === "expired" || status === "finished") {
        const flag = at(data, "expired");
        expect(ended.includes(String(at(data, "activation_status"))) || flag === true || flag === 1).toBe(
          true,
        );
      }
      if (status === "received") expect(sms).toHaveLength(1);
      if (status === "waiting") expect(sms).toEqual([]);
      if (status !== "waiting") endings += 1;
    }

    const cancelled = await outcomeOf(provider.cancel("43", poll));
    if (cancelled.kind === "value" && cancelled.value.kind === "cancelled")
      expect(["canceled", "cancelled"]).toContain(at(data, "result"));

    const active = await outcomeOf(provider.active(poll));
    if (active.kind === "value") expect(Array.isArray(at(data, "activations"))).toBe(true);
    const watched = await outcomeOf(allOf(provider.checkMany(["43"], poll)));
    for (const [upstreamId, observation] of watched.kind === "value" ? watched.value : []) {
      waits += 1;
      expect(observation).toEqual({ status: "waiting", sms: [] });
      expect(text).toContain(upstreamId);
      expect(text).toContain("smsRequested");
    }
    const prices = await outcomeOf(provider.prices({ serviceCode: "a", countryCode: "b" }, poll));
    for (const { costMicros, stock } of prices.kind === "value" ? prices.value : []) {
      expect(costMicros).toBeGreaterThan(0n);
      expect(stock === null || Number.isSafeInteger(stock)).toBe(true);
    }
    await outcomeOf(provider.balance(poll));
    await outcomeOf(provider.services(poll));
    await outcomeOf(provider.countries(poll));
  });
  // The mutations leave enough answers whole for the checks above to mean something.
  expect(sales).toBeGreaterThan(100);
  expect(endings).toBeGreaterThan(100);
  expect(waits).toBeGreaterThan(50);
});
