import { expect, it } from "vitest";
import { createHandlerApi } from "../../../src/providers/protocols/handler-api/handler-api.ts";
import { refusals } from "../../../src/providers/protocols/handler-api/tokens.ts";
import {
  at,
  createFuzzedHttp,
  digitsOf,
  expectHonestDoubt,
  type FuzzedAnswer,
  fuzzAnswers,
  outcomeOf,
} from "../../support/fuzzed-answers.ts";
import { allOf } from "../../support/pages.ts";
import { providerSettings } from "../../support/provider-settings.ts";

const settings = providerSettings("handler-api", "https://supplier.example/stubs/handler_api.php", {
  dialect: "herosms",
});
const request = {
  serviceCode: "wa",
  countryCode: "16",
  operator: null,
  ceilingMicros: 200_000n,
  reference: "order",
};
const tap = { priority: "tap" } as const;

const words = [
  "ACCESS_NUMBER:3936040355:447700900123",
  "ACCESS_NUMBER:3936040355:447700900123",
  "ACCESS_NUMBER:98765432109876543210:+447700900123",
  "ACCESS_BALANCE:12.34",
  "STATUS_WAIT_CODE",
  "STATUS_WAIT_RETRY:1234",
  "STATUS_WAIT_RESEND",
  "STATUS_CANCEL",
  "STATUS_OK:012345",
  "STATUS_OK:Your code: 123-456",
  "ACCESS_READY",
  "ACCESS_RETRY_GET",
  "ACCESS_ACTIVATION",
  "ACCESS_CANCEL",
  "NO_ACTIVATIONS",
  "WRONG_MAX_PRICE:0.31",
  "BANNED:'2026-3-2 10-00-00'",
];
const knownTokens = Object.keys(refusals.tokens);
const lines = [...words, ...words, ...words, ...words, ...words, ...words, ...knownTokens];
const row = {
  activationId: 635_468_024,
  phoneNumber: "447700900123",
  serviceCode: "wa",
  countryCode: 16,
  activationCost: "0.2",
  activationStatus: "4",
  smsCode: null,
  smsText: null,
};
const sale = {
  activationId: "635468024",
  phoneNumber: 447_700_900_123,
  activationCost: 0.2,
  currency: 840,
  canGetAnotherSms: "1",
  activationEndTime: "2026-03-01T12:40:00Z",
};
const samples = [
  sale,
  sale,
  sale,
  { status: "success", data: [row, { ...row, activationId: 2, activationStatus: "2", smsCode: ["123"] }] },
  { status: "success", activeActivations: { rows: [row] } },
  { "16": { wa: { cost: 0.25, count: 12 } } },
  { "16": { wa: { "0.683": 22, "0.7": 31 } } },
  { "16": { wa: { "2263": { count: 4, price: 0.3, provider_id: 2263 } } } },
  { "16": { id: 16, eng: "United Kingdom" } },
  { status: "success", services: [{ code: "wa", name: "WhatsApp" }] },
  { title: "NEW_OTP_RECEIVED", info: { data: [{ code: "1234", text: "Code 1234" }] } },
  { title: "EARLY_CANCEL_DENIED", info: { minActivationTime: 120 } },
  { title: "BANNED", info: { retry_after_seconds: 1800 } },
  { error: "Bad country" },
  { verificationType: 0, sms: { dateTime: "2026-03-01 12:00:00", code: "0123", text: "Code 0123" } },
  { verificationType: 0, data: { code: "0123", text: "Code 0123" } },
];

/** The one word that an answer in plain text is: without quotes around it. */
function wordOf({ text }: FuzzedAnswer): string {
  const unquoted = /^\s*"/.test(text) ? String(JSON.parse(text)) : text;
  return unquoted
    .replace(/^\uFEFF/, "")
    .trim()
    .toUpperCase();
}

/** A refusal has to be in the body, in words or as JSON with a 4xx. */
function isRefusal({ status, text, json }: FuzzedAnswer): boolean {
  // Words of a refusal may be written with blanks or dashes, and in lower case.
  const plain = text.toUpperCase().replace(/[\s-]+/g, "_");
  return (typeof json === "object" && status >= 400) || knownTokens.some((token) => plain.includes(token));
}

it("makes of 10,000 handler_api answers only what they really say", { timeout: 30_000 }, async () => {
  const http = createFuzzedHttp();
  const provider = createHandlerApi(settings, http);
  const counts = { tokens: 0, sales: 0, received: 0, cancelled: 0, lists: 0, texts: 0 };
  let orders = 0;

  const judge = async (answer: FuzzedAnswer): Promise<void> => {
    http.give(answer);
    const { status, json, text } = answer;
    const isSuccess = status >= 200 && status < 300;

    const bought = await outcomeOf(provider.buy(request, { priority: "purchase" }));
    if (bought.kind === "error") {
      // Known words with a 5xx keep their kind; they are no proof either.
      if (bought.error.definite) expectHonestDoubt(answer, bought.error, isRefusal);
    } else {
      const { upstreamId, phone, costMicros } = bought.value;
      expect(isSuccess).toBe(true);
      expect(text).toContain(upstreamId);
      expect(phone).toMatch(/^\+[1-9]\d{5,14}$/);
      if (typeof json === "object") {
        counts.sales += 1;
        expect(upstreamId).toBe(String(at(json, "activationId")).trim());
        expect(phone).toBe(`+${digitsOf(at(json, "phoneNumber"))}`);
        expect(costMicros ?? 1n).toBeGreaterThan(0n);
      } else {
        counts.tokens += 1;
        expect(wordOf(answer)).toMatch(/^ACCESS_NUMBER\s*:/);
        expect(phone).toBe(`+${digitsOf(wordOf(answer).split(":").at(-1))}`);
      }
    }

    const seen = await outcomeOf(provider.check("1", tap));
    if (seen.kind === "value") {
      expect(isSuccess).toBe(true);
      const word = wordOf(answer);
      if (seen.value.status === "received") {
        counts.received += 1;
        expect(word).toMatch(/^STATUS_OK\s*:/);
        expect(seen.value.sms).toHaveLength(1);
      } else expect(seen.value.sms).toEqual([]);
      if (seen.value.status === "cancelled") {
        counts.cancelled += 1;
        expect(word).toMatch(/^(STATUS|ACCESS)_CANCEL\s*(:|$)/);
      }
      expect(["waiting", "received", "cancelled"]).toContain(seen.value.status);
    }

    orders += 1;
    const letter = await outcomeOf(provider.text(String(orders), "0123", tap));
    if (letter.kind === "value" && letter.value !== null) {
      counts.texts += 1;
      expect(isSuccess).toBe(true);
      expect(JSON.stringify(json)).toContain(JSON.stringify(letter.value).slice(1, -1));
    }

    const cancelled = await outcomeOf(provider.cancel("1", tap));
    if (cancelled.kind === "value" && cancelled.value.kind === "cancelled") {
      const isYes = /^(STATUS|ACCESS)_CANCEL\s*(:|$)/.test(wordOf(answer));
      expect(isSuccess && (isYes || (status === 204 && text.trim() === ""))).toBe(true);
    }
    await outcomeOf(provider.another("1", tap));
    await outcomeOf(provider.finish("1", tap));

    const active = await outcomeOf(provider.active(tap));
    if (active.kind === "value") {
      counts.lists += 1;
      expect(isSuccess).toBe(true);
      for (const { upstreamId, phone } of active.value) expect(`${upstreamId}${phone}`).toMatch(/.\+\d{6}/);
    }
    await outcomeOf(allOf(provider.checkMany(["1", "635468024"], tap)));

    const prices = await outcomeOf(provider.prices({ serviceCode: "wa" }, tap));
    for (const { costMicros, stock } of prices.kind === "value" ? prices.value : []) {
      expect(costMicros).toBeGreaterThan(0n);
      expect(stock === null || (Number.isSafeInteger(stock) && stock >= 0)).toBe(true);
    }
    await outcomeOf(provider.balance(tap));
    await outcomeOf(provider.services(tap));
    await outcomeOf(provider.countries(tap));
  };

  await fuzzAnswers(samples, judge, lines);
  // The mutations leave enough answers whole for the checks above to mean something.
  for (const [name, count] of Object.entries(counts)) expect(count, name).toBeGreaterThan(50);
});
