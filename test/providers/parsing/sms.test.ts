import { describe, expect, it } from "vitest";
import { isPlausibleCode, smsIn, smsInProse } from "../../../src/providers/parsing/sms.ts";
import { isStatusPhrase } from "../../../src/providers/parsing/status-phrases.ts";

/** What suppliers show where there is no code. */
const noCodes: readonly unknown[] = [
  ...[
    "null",
    "NULL",
    "None",
    "none",
    "undefined",
    "NaN",
    "nil",
    "N/A",
    "-",
    "--",
    '""',
    "''",
    '" "',
    "",
    " ",
  ],
  ...[
    "waiting",
    "Waiting for otp",
    "pending",
    "false",
    "true",
    "ok",
    "received",
    "######",
    "****",
    "0",
    "12",
  ],
  ...["[object Object]", "[]", "{}", "STATUS_WAIT_CODE", "no code", "not received yet", "+447700900123"],
  ...["1700000000000", null, undefined, 0, 7, -1, 1.5, true, false, {}, [], ["123456"]],
];

describe("a plausible code", () => {
  it.each([
    ...["123", "0042", "482913", "1234567890", "123-456", "G-123456", "FB-12345", "12:34:56", "123 456"],
    ...["A1B2C3", "a1b2c3", "7QWX", "XK4-9PQ"],
  ])("is %s", (text) => {
    expect(isPlausibleCode(text)).toBe(true);
    expect(smsIn({ code: text })).toEqual({ code: text, text: null });
  });

  it.each(noCodes)("is not %j", (value) => {
    expect(smsIn({ code: value })).toBeUndefined();
    expect(smsIn({ code: value, text: value })).toBeUndefined();
    expect(smsInProse(value)).toBeUndefined();
  });
});

describe("an SMS", () => {
  it.each([
    [
      { code: "482913", text: "Your code is 482913" },
      { code: "482913", text: "Your code is 482913" },
    ],
    [
      { code: 482_913, text: null },
      { code: "482913", text: null },
    ],
    [{ code: "'0123'" }, { code: "0123", text: null }],
    [
      { code: "482913", text: "null" },
      { code: "482913", text: null },
    ],
    [
      { code: null, text: "Your code is 482913" },
      { code: "482913", text: "Your code is 482913" },
    ],
    [
      { code: "null", text: "Your code is 482913" },
      { code: "482913", text: "Your code is 482913" },
    ],
    [
      { code: "QWXGT", text: "Use QWXGT to log in" },
      { code: "QWXGT", text: "Use QWXGT to log in" },
    ],
    [
      { code: 42, text: "Your code is 0042" },
      { code: "0042", text: "Your code is 0042" },
    ],
    [{ code: "Your code is 482913" }, { code: "482913", text: "Your code is 482913" }],
    [{ code: "Use 551 or 662" }, { code: null, text: "Use 551 or 662" }],
    [{ code: "https://wa.me/v/abc" }, { code: null, text: "https://wa.me/v/abc" }],
    [
      { text: "Tap https://t.me/login/abc to sign in" },
      { code: null, text: "Tap https://t.me/login/abc to sign in" },
    ],
    [{ text: "Welcome to Acme" }, { code: null, text: "Welcome to Acme" }],
    [{ text: "Код: 4821" }, { code: "4821", text: "Код: 4821" }],
    [{ text: "验证码123456,请勿泄露" }, { code: "123456", text: "验证码123456,请勿泄露" }],
  ])("is read from %j", (fields, sms) => {
    expect(smsIn(fields)).toEqual(sms);
  });

  it.each([
    { text: "Message received" },
    { text: "null", code: "waiting" },
    { text: "SMS has been received successfully" },
    { code: "session closed by supplier" },
    { code: "QWXGT" },
  ])("is not read from %j", (fields) => {
    expect(smsIn(fields)).toBeUndefined();
  });
});

describe("a field that also holds words about the order", () => {
  it.each([
    ["Your Code is 004217", { code: "004217", text: "Your Code is 004217" }],
    ["Message received: 123456", { code: "123456", text: "Message received: 123456" }],
    ["Your code is A1B2C3", { code: "A1B2C3", text: "Your code is A1B2C3" }],
    ["123456", { code: "123456", text: null }],
  ])("holds an SMS with %j", (text, sms) => {
    expect(smsInProse(text)).toEqual(sms);
  });

  it.each(["Welcome to Acme", "Session closed", "Waiting for otp 600 seconds", "Your Code is ######"])(
    "holds none with %j",
    (text) => {
      expect(smsInProse(text)).toBeUndefined();
    },
  );
});

describe("a status phrase", () => {
  it.each([
    ...[
      "Message received",
      "Waiting for otp",
      "waiting for message",
      "Action was success",
      "Success!",
      "OK.",
    ],
    ...["Number Expires", "No SMS yet", "OTP not received", "Please wait 30 seconds", "Waiting for OTP: 600"],
    ...["STATUS_OK", "STATUS_WAIT_RETRY", "Your code is", "ожидание смс", "?", "…"],
  ])("is %j", (text) => {
    expect(isStatusPhrase(text)).toBe(true);
  });

  it.each([
    ...["Your OTP is 4821", "OTP: 4821", "4821 is your code", "OTP 482913 expires in 5 minutes"],
    ...["Message received 123456", "Hello", "Do not share your code 123456", "123456"],
  ])("is not %j", (text) => {
    expect(isStatusPhrase(text)).toBe(false);
  });
});
