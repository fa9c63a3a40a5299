import { expect, it } from "vitest";
import { createOtpBuddy } from "../../../src/providers/protocols/otpbuddy/otpbuddy.ts";
import { createTestClock } from "../../support/clock.ts";
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

const settings = providerSettings("otpbuddy", "https://otpbuddy.example", {
  currency: "INR",
  usdRate: "0.012",
});
const request = {
  serviceCode: "p1",
  countryCode: "in",
  operator: null,
  ceilingMicros: 5_000_000n,
  reference: "order",
};
const poll = { priority: "poll" } as const;

const samples = [
  { status: 200, data: { number: "919163012345", id: "63dca4f0" } },
  { status: "200", data: { number: 9163012345, id: 77 } },
  { status: 200, message: "Your Code is 123456" },
  { status: 200, data: { sms: "123-456 is your code", otp: "123456" } },
  { status: 200, data: { balance: 500 } },
  { status: 200, data: [{ product_name: "WhatsApp", price: 16, product_id: "p1" }] },
  { status: 200, data: { whatsapp: { id: "p1", price: "16" } } },
  { status: 200, message: "Action was success" },
  { status: 210, message: "waiting for message" },
  { status: 201, message: "Invaild ID" },
  { status: "202", message: "Insufficient Balance" },
  { status: 203 },
  { status: 204, message: "Number Expires" },
  { status: 205 },
  { status: 206 },
  [{ product_name: "WhatsApp", price: 16, product_id: "p1" }],
];

function says({ status, json }: FuzzedAnswer, code: number): boolean {
  return status < 500 && String(at(json, "status")) === String(code);
}

it("makes of 10,000 otpbuddy answers only what they really say", { timeout: 30_000 }, async () => {
  const http = createFuzzedHttp();
  const provider = createOtpBuddy(settings, http, createTestClock());
  const seenOf = { sales: 0, codes: 0, expiries: 0, cancels: 0 };
  await fuzzAnswers(samples, async (answer) => {
    http.give(answer);
    const { json, text } = answer;

    const bought = await outcomeOf(provider.buy(request, { priority: "purchase" }));
    if (bought.kind === "error") expectHonestDoubt(answer, bought.error, isJson);
    else {
      seenOf.sales += 1;
      expect(says(answer, 200)).toBe(true);
      expect(String(at(json, "data", "id")).trim()).toBe(bought.value.upstreamId);
      const digits = digitsOf(at(json, "data", "number")).replace(/^0/, "");
      expect([`+${digits}`, `+91${digits}`]).toContain(bought.value.phone);
    }

    const checked = await outcomeOf(provider.check("63dca4f0", poll));
    if (checked.kind === "value") {
      const { status, sms } = checked.value;
      const code = { received: 200, waiting: 210, expired: 204, cancelled: 0, finished: 0 }[status];
      expect(says(answer, code)).toBe(true);
      expect(sms).toHaveLength(status === "received" ? 1 : 0);
      for (const part of [sms[0]?.code, sms[0]?.text]) {
        if (part) expect(text).toContain(JSON.stringify(part).slice(1, -1));
      }
      if (status === "received") seenOf.codes += 1;
      if (status === "expired") seenOf.expiries += 1;
    }

    const cancelled = await outcomeOf(provider.cancel("63dca4f0", poll));
    if (cancelled.kind === "value" && cancelled.value.kind === "cancelled") {
      seenOf.cancels += 1;
      expect(says(answer, 200) || says(answer, 204)).toBe(true);
    }

    const prices = await outcomeOf(provider.prices({}, poll));
    for (const { costMicros, stock } of prices.kind === "value" ? prices.value : []) {
      expect(costMicros).toBeGreaterThan(0n);
      expect(stock).toBeNull();
    }
    await outcomeOf(provider.balance(poll));
  });
  // The mutations leave enough answers whole for the checks above to mean something.
  for (const count of Object.values(seenOf)) expect(count).toBeGreaterThan(100);
});
