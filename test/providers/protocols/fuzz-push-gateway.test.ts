import { expect, it } from "vitest";
import { createPushGateway } from "../../../src/providers/protocols/push-gateway.ts";
import { createTestClock } from "../../support/clock.ts";
import {
  at,
  createFuzzedHttp,
  digitsOf,
  expectHonestDoubt,
  fuzzAnswers,
  isJson,
  outcomeOf,
} from "../../support/fuzzed-answers.ts";
import { providerSettings } from "../../support/provider-settings.ts";

const settings = providerSettings("push-gateway", "https://gateway.example");
const request = {
  serviceCode: null,
  countryCode: "1",
  operator: null,
  ceilingMicros: 120_000n,
  reference: "order",
};

const data = { phone_number: "+1234567890", otp_code: "123456", sms_text: "Your OTP is 123456." };
const samples = [
  { status: "success", data: { phone_number: "+1234567890" } },
  { status: "success", data: { phone_number: "447700900123" } },
  { status: "success", data: { countries: [{ id: 1, name: "A", phone_code: "44" }], operators: [] } },
  { status: "error", message: "No number received" },
  { status: "error", message: "Target user not found or inactive" },
  { event: "otp_received", data },
  { event: "otp_received", data: { ...data, otp_code: null } },
  { event: "otp_received", data: { ...data, sms_text: "" } },
];

it("makes of 10,000 push-gateway answers and webhooks only what they really say", {
  timeout: 30_000,
}, async () => {
  const http = createFuzzedHttp();
  const provider = createPushGateway(settings, http, createTestClock());
  const seenOf = { sales: 0, pushes: 0, lists: 0 };
  await fuzzAnswers(samples, async (answer) => {
    http.give(answer);
    const { status, json } = answer;

    const bought = await outcomeOf(provider.buy(request, { priority: "purchase" }));
    if (bought.kind === "error") {
      expectHonestDoubt(answer, bought.error, isJson);
      if (bought.error.definite) expect(status).toBeGreaterThanOrEqual(400);
    } else {
      seenOf.sales += 1;
      expect(status).toBeLessThan(300);
      expect(at(json, "status")).toBe("success");
      const digits = digitsOf(at(json, "data", "phone_number")).replace(/^0/, "");
      expect(bought.value.phone.endsWith(digits) && digits.length >= 5).toBe(true);
      expect(bought.value.upstreamId.startsWith(`${bought.value.phone.slice(1)}-`)).toBe(true);
    }

    const event = provider.parseWebhook(json);
    if (event?.kind === "sms") {
      seenOf.pushes += 1;
      expect(at(json, "event")).toBe("otp_received");
      expect(event.phone).toBe(`+${digitsOf(at(json, "data", "phone_number"))}`);
      expect(event.sms.code !== null || event.sms.text !== null).toBe(true);
    } else expect(event).toBeUndefined();

    const countries = await outcomeOf(provider.countries({ priority: "background" }));
    for (const { code, name, iso2 } of countries.kind === "value" ? countries.value : []) {
      seenOf.lists += 1;
      expect(code !== "" && name !== "" && iso2 === null).toBe(true);
    }
  });
  // The mutations leave enough answers whole for the checks above to mean something.
  for (const count of Object.values(seenOf)) expect(count).toBeGreaterThan(100);
});
