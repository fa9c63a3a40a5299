import { expect, it } from "vitest";
import { createOxgel } from "../../../src/providers/protocols/oxgel/oxgel.ts";
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
import { providerSettings } from "../../support/provider-settings.ts";

const settings = providerSettings("oxgel", "https://oxgel.example/api/v1");
const request = {
  serviceCode: "wa",
  countryCode: "187",
  operator: null,
  ceilingMicros: 200_000n,
  reference: "order",
};
const tap = { priority: "tap" } as const;

const rental = {
  id: "5e8b2a34-1111-4222-8333-444455556666",
  order_code: "ORD-LX9F2A",
  phone: "+15551234567",
  expires_at: "2026-06-03T14:23:00.000Z",
  cost: 0.18,
};
const statuses = ["waiting", "received", "cancelled", "finished", "expired"];
const samples = [
  rental,
  rental,
  ...statuses.map((status) => ({
    status,
    sms_code: status === "waiting" ? null : "482913",
    phone: rental.phone,
  })),
  { status: "cancelled", sms_code: null, phone: rental.phone },
  { ok: true, refunded: 0.18 },
  { ok: true },
  { balance: 12.45, escrow: 0.85, currency: "USD" },
  [{ country: "187", price: 0.18, stock: 4 }],
  [{ code: "187", iso2: "US", name: "USA" }],
  { error: "Insufficient balance" },
  { error: "No numbers available" },
];

function isSuccess({ status, json }: FuzzedAnswer): boolean {
  return status >= 200 && status < 300 && typeof json === "object" && json !== null;
}

it("makes of 10,000 OxgelAPI answers only what they really say", { timeout: 30_000 }, async () => {
  const http = createFuzzedHttp();
  const provider = createOxgel(settings, http);
  let sales = 0;
  let endings = 0;
  await fuzzAnswers(samples, async (answer) => {
    http.give(answer);
    const { json } = answer;

    const bought = await outcomeOf(provider.buy(request, { priority: "purchase" }));
    if (bought.kind === "error") expectHonestDoubt(answer, bought.error, isJson);
    else {
      sales += 1;
      expect(isSuccess(answer)).toBe(true);
      expect(bought.value.upstreamId).toBe(String(at(json, "id")).trim());
      expect(bought.value.phone).toBe(`+${digitsOf(at(json, "phone"))}`);
      expect(bought.value.costMicros ?? 1n).toBeGreaterThan(0n);
    }

    const seen = await outcomeOf(provider.check("1", tap));
    if (seen.kind === "value") {
      const { status, sms } = seen.value;
      expect(isSuccess(answer)).toBe(true);
      expect(status).toBe(at(json, "status"));
      if (status === "received") expect(sms).toHaveLength(1);
      if (status === "waiting") expect(sms).toEqual([]);
      for (const { code } of sms) expect(code).toBe(String(at(json, "sms_code")).trim());
      if (status !== "waiting") endings += 1;
    }

    const cancelled = await outcomeOf(provider.cancel("1", tap));
    if (cancelled.kind === "value" && cancelled.value.kind === "cancelled") {
      expect(isSuccess(answer) && at(json, "ok") === true).toBe(true);
    }
    const another = await outcomeOf(provider.another("1", tap));
    if (another.kind === "value" && another.value.kind === "requested") expect(at(json, "ok")).toBe(true);
    await outcomeOf(provider.finish("1", tap));

    const prices = await outcomeOf(provider.prices({ serviceCode: "wa" }, tap));
    for (const { costMicros, stock } of prices.kind === "value" ? prices.value : []) {
      expect(costMicros).toBeGreaterThan(0n);
      expect(stock === null || stock === 0).toBe(true);
    }
    await outcomeOf(provider.balance(tap));
    await outcomeOf(provider.services(tap));
    await outcomeOf(provider.countries(tap));
  });
  // The mutations leave enough answers whole for the checks above to mean something.
  expect(sales).toBeGreaterThan(100);
  expect(endings).toBeGreaterThan(100);
});
