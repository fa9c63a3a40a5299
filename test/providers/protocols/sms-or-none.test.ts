import { describe, expect, it } from "vitest";
import type { ObservedSms, ProtocolProvider } from "../../../src/providers/port/provider.ts";
import { ProviderError } from "../../../src/providers/port/provider-error.ts";
import { createOtpBuddy } from "../../../src/providers/protocols/otpbuddy/otpbuddy.ts";
import { createOxgel } from "../../../src/providers/protocols/oxgel/oxgel.ts";
import { createPushGateway } from "../../../src/providers/protocols/push-gateway.ts";
import { createTempcode77 } from "../../../src/providers/protocols/tempcode77/tempcode77.ts";
import { createTestClock } from "../../support/clock.ts";
import { handlerApiSupplier, json } from "../../support/handler-api.ts";
import { wordsWithoutCode } from "../../support/no-codes.ts";
import { allOf } from "../../support/pages.ts";
import { providerSettings } from "../../support/provider-settings.ts";
import { createScriptedHttp } from "../../support/scripted-http.ts";

/** A buyer is charged for an SMS, so these tables say which answers are one. */
type Row = readonly [answer: unknown, sms: ObservedSms];

const poll = { priority: "poll" } as const;
const sms = (code: string | null, text: string | null): ObservedSms => ({ code, text });
const FULL = "Your code is 482913";

/** The SMS of a check; an answer that proves nothing ends in "garbage", which is none either. */
async function smsOf(provider: ProtocolProvider): Promise<readonly ObservedSms[]> {
  try {
    return (await provider.check("43", poll)).sms;
  } catch (error) {
    if (error instanceof ProviderError && error.kind === "garbage") return [];
    throw error;
  }
}

function describeTable(
  protocol: string,
  answersOf: (answer: unknown) => Promise<readonly ObservedSms[]>,
  received: readonly Row[],
  none: readonly unknown[],
): void {
  describe(`an answer of ${protocol}`, () => {
    it.each(received)("%j is an SMS", async (answer, expected) => {
      expect(await answersOf(answer)).toEqual([expected]);
    });
    it.each(none.map((answer) => [answer]))("%j is none", async (answer) => {
      expect(await answersOf(answer)).toEqual([]);
    });
  });
}

describeTable(
  "otpbuddy",
  (body) =>
    smsOf(
      createOtpBuddy(
        providerSettings("otpbuddy", "https://otpbuddy.example"),
        createScriptedHttp({ body }),
        createTestClock(),
      ),
    ),
  [
    [{ status: 200, message: FULL }, sms("482913", FULL)],
    [{ status: 200, message: "Message received", data: FULL }, sms("482913", FULL)],
    [{ status: 200, message: "Message received", data: { sms: FULL } }, sms("482913", FULL)],
    [{ status: 200, message: "Action was success", data: { otp: "0042" } }, sms("0042", null)],
    [{ status: 200, message: "482913", data: { code: "null" } }, sms("482913", null)],
    [{ status: 200, message: "ok", data: { text: "Welcome to Acme" } }, sms(null, "Welcome to Acme")],
    [{ status: 200, message: "Your Code is A1B2C3" }, sms("A1B2C3", "Your Code is A1B2C3")],
  ],
  [
    ...wordsWithoutCode.map((message) => ({ status: 200, message })),
    ...wordsWithoutCode.map((data) => ({ status: 200, message: "Message received", data })),
    ...wordsWithoutCode.map((otp) => ({ status: 200, message: "Message received", data: { otp } })),
    ...wordsWithoutCode.map((text) => ({ status: 200, data: { sms: text } })),
    { status: 200, message: "Session closed by operator" },
    { status: 200, message: "Waiting for otp, 600 seconds left" },
    { status: 210, message: FULL },
    { status: 204, message: FULL },
  ],
);

describeTable(
  "handler-api's getStatus",
  (text) => smsOf(handlerApiSupplier([String(text)], { dialect: "smsbower" }).provider),
  [
    ["STATUS_OK:0123", sms("0123", null)],
    ["STATUS_OK: 'G-123456'", sms("G-123456", null)],
    ["STATUS_OK:123-456", sms("123-456", null)],
    [`STATUS_OK:${FULL}`, sms("482913", FULL)],
    ["STATUS_OK:Tap https://t.me/login/a", sms(null, "Tap https://t.me/login/a")],
  ],
  [
    ...wordsWithoutCode.map((word) => `STATUS_OK:${typeof word === "object" ? JSON.stringify(word) : word}`),
    "STATUS_OK:'null'",
    "STATUS_OK:STATUS_WAIT_CODE",
    "STATUS_OK:session closed",
    "STATUS_WAIT_RETRY:0123",
  ],
);

const row = { activationId: 1, phoneNumber: "447700900123", activationStatus: 2 };

describeTable(
  "handler-api's list",
  async (fields) => {
    const { provider } = handlerApiSupplier([json({ data: [fields] }), json({ data: [] })], {
      dialect: "herosms",
    });
    return (await allOf(provider.checkMany(["1"], poll))).get("1")?.sms ?? [];
  },
  [
    [{ ...row, smsCode: "0123", smsText: "null" }, sms("0123", null)],
    [{ ...row, smsCode: ["null", "0123"], smsText: "Code 0123" }, sms("0123", "Code 0123")],
    [{ ...row, smsCode: null, smsText: "Welcome to Acme" }, sms(null, "Welcome to Acme")],
    [{ ...row, smsCode: [], smsText: FULL }, sms("482913", FULL)],
  ],
  [
    ...wordsWithoutCode.map((smsCode) => ({ ...row, smsCode })),
    ...wordsWithoutCode.map((smsCode) => ({ ...row, smsCode: [smsCode], smsText: "Message received" })),
    { ...row, activationStatus: 4, smsCode: "0123" },
  ],
);

describeTable(
  "handler-api's refused cancel",
  async (data) => {
    const refused = json({ title: "NEW_OTP_RECEIVED", info: { data: [data] } }, 409);
    const outcome = await handlerApiSupplier([refused]).provider.cancel("1", poll);
    return outcome.kind === "has_sms" ? outcome.sms : [];
  },
  [[{ code: "0123", text: "Code 0123" }, sms("0123", "Code 0123")]],
  wordsWithoutCode.map((code) => ({ code, text: null })),
);

describeTable(
  "oxgel",
  (body) =>
    smsOf(
      createOxgel(providerSettings("oxgel", "https://oxgel.example/api/v1"), createScriptedHttp({ body })),
    ),
  [
    [{ status: "received", sms_code: "482913" }, sms("482913", null)],
    [{ status: "finished", sms_code: "0042" }, sms("0042", null)],
    [{ status: "received", sms_code: FULL }, sms("482913", FULL)],
  ],
  [
    ...wordsWithoutCode.map((sms_code) => ({ status: "received", sms_code })),
    ...wordsWithoutCode.map((sms_code) => ({ status: "finished", sms_code })),
    { status: "waiting", sms_code: "482913" },
  ],
);

const active = { sms_status: "smsReceived", activation_status: "active" };

describeTable(
  "tempcode77",
  (data) =>
    smsOf(
      createTempcode77(
        providerSettings("tempcode77", "https://tempcode.example/api/v1/index.php"),
        createScriptedHttp({ body: { ok: true, data } }),
      ),
    ),
  [
    [{ ...active, sms_code: "123456", sms_text: FULL }, sms("123456", FULL)],
    [{ ...active, sms_code: null, sms_text: FULL }, sms("482913", FULL)],
    [{ ...active, sms_code: "null", sms_text: "Welcome to Acme" }, sms(null, "Welcome to Acme")],
    [{ ...active, sms_code: "123456", sms_text: "null" }, sms("123456", null)],
  ],
  [
    ...wordsWithoutCode.map((word) => ({ ...active, sms_code: word, sms_text: word })),
    { ...active, sms_code: "null", sms_text: "Message received" },
    { sms_status: "retryRequested", activation_status: "active", sms_code: "123456", sms_text: FULL },
  ],
);

describeTable(
  "push-gateway",
  async (data) => {
    const settings = providerSettings("push-gateway", "https://gateway.example");
    const gateway = createPushGateway(settings, createScriptedHttp(), createTestClock());
    const event = gateway.parseWebhook({ event: "otp_received", data });
    return event?.kind === "sms" ? [event.sms] : [];
  },
  [
    [{ phone_number: "+1234567890", otp_code: "123456", sms_text: FULL }, sms("123456", FULL)],
    [{ phone_number: "+1234567890", otp_code: "null", sms_text: FULL }, sms("482913", FULL)],
    [{ phone_number: "+1234567890", sms_text: "Welcome to Acme" }, sms(null, "Welcome to Acme")],
  ],
  wordsWithoutCode.map((word) => ({ phone_number: "+1234567890", otp_code: word, sms_text: word })),
);
