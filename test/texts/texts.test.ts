import { describe, expect, it } from "vitest";
import { parseHtml } from "../../sandbox/telegram/html.ts";
import { shopErrorCodes } from "../../src/core/errors.ts";
import { bold, code, escapeHtml, localTime, mention, money, relativeTime } from "../../src/texts/html.ts";
import { languages, pickLanguage, textsFor } from "../../src/texts/index.ts";
import { commandTexts, parseSignedUsd } from "../../src/texts/operator/commands.ts";
import { operatorNotice } from "../../src/texts/operator/notices.ts";
import { counted } from "../../src/texts/plural.ts";
import { ltrIn } from "../../src/texts/rtl.ts";
import type { Texts } from "../../src/texts/texts.ts";

const nasty = escapeHtml('<b>"Tom & Jerry"</b>');

/** One view with everything that any message may ask for. */
const view = {
  amount: money(480_000n),
  another: true,
  available: money(3_200_000n),
  charged: money(480_000n),
  codes: 3,
  contact: nasty,
  count: 219,
  country: nasty,
  day: escapeHtml("2026-11-21"),
  debt: money(130_000n),
  earned: money(480_000n),
  friends: 2,
  held: money(0n),
  hours: 24,
  isOff: true,
  keyId: escapeHtml("a1B2c3"),
  last: escapeHtml("200"),
  max: 10_000 as number & ReturnType<typeof money>,
  min: 1 as number & ReturnType<typeof money>,
  minutes: 20,
  name: nasty,
  network: escapeHtml("203.0.113.0/24"),
  missing: money(1n),
  open: 2,
  openOrders: 5,
  orders: 3,
  page: 2,
  pageCount: 9,
  percent: 84,
  perFriend: money(1_000_000n),
  perMonth: money(20_000_000n),
  price: money(480_000n),
  product: nasty,
  query: nasty,
  reason: nasty,
  seconds: 22,
  service: nasty,
  sold: 4,
  spent: money(480_000n),
  share: "20%",
  stars: 50,
  text: nasty,
  time: relativeTime(new Date(0)),
  url: escapeHtml("https://hook.example/numstore"),
  version: 1,
};

function messagesOf(texts: Texts): [string, string][] {
  return Object.entries(texts.messages).flatMap(([key, message]): [string, string][] => {
    if (typeof message === "object") return Object.entries(message);
    return [[key, typeof message === "string" ? message : message(view)]];
  });
}

function labelsOf(texts: Texts): [string, string][] {
  return Object.entries(texts.labels).flatMap(([key, label]): [string, string][] => {
    if (typeof label === "object") return Object.entries(label);
    if (typeof label === "string") return [[key, label]];
    switch (key) {
      case "progressSound":
        return [true, false].map((isOn): [string, string] => [key, texts.labels.progressSound(isOn)]);
      case "quickBuy":
        return [true, false].map((isOn): [string, string] => [key, texts.labels.quickBuy(isOn)]);
      case "news":
        return [true, false].map((isOn): [string, string] => [key, texts.labels.news(isOn)]);
      case "payStarsAndBuy":
        return [[key, texts.labels.payStarsAndBuy(10_000)]];
      case "payAndBuy":
        return [[key, texts.labels.payAndBuy("$100.99")]];
      case "stars":
        return [[key, texts.labels.stars(10_000, "$130.00")]];
      case "getNumber":
        return [[key, texts.labels.getNumber("$100.2906")]];
      case "payNow":
        return [[key, texts.labels.payNow("$1000.00")]];
      default:
        return [[key, texts.labels.copy("🇬🇧 United Kingdom $0.48")]];
    }
  });
}

function keysOf(value: object): string[] {
  return Object.entries(value)
    .flatMap(([key, inner]) =>
      typeof inner === "object" && inner !== null ? keysOf(inner).map((below) => `${key}.${below}`) : [key],
    )
    .toSorted();
}

describe.each(languages.map((texts) => [texts.name, texts] as const))("%s", (_name, texts) => {
  it("has every text that English has", () => {
    expect(keysOf(texts)).toEqual(keysOf(textsFor("en")));
  });

  it("has a sentence for every error, fit for a toast and a payment refusal", () => {
    for (const errorCode of shopErrorCodes) {
      expect(texts.errors[errorCode].length, errorCode).toBeGreaterThan(10);
      expect(texts.errors[errorCode].length, errorCode).toBeLessThanOrEqual(200);
      expect(texts.errors[errorCode], errorCode).not.toMatch(/[<>&]/);
    }
    for (const [key, toast] of Object.entries(texts.toasts)) {
      expect(toast.length, key).toBeLessThanOrEqual(200);
      expect(toast, key).not.toMatch(/[<>&]/);
    }
  });

  it("has labels that fit on a button and are words", () => {
    for (const [key, label] of labelsOf(texts)) {
      expect(label.length, key).toBeLessThanOrEqual(64);
      expect(label, key).toMatch(/[\p{L}\d]/u);
      expect(label, key).not.toMatch(/&(amp|lt|gt);/);
    }
  });

  it("has messages that Telegram can parse, with what is put in shown as it was", () => {
    for (const [key, message] of messagesOf(texts)) {
      const { text } = parseHtml(message);
      expect(text.length, key).toBeGreaterThan(0);
      expect(text.length, key).toBeLessThanOrEqual(4096);
      expect(text, key).not.toMatch(/undefined|null|NaN|\[object/);
      if (message.includes("&lt;")) expect(text, key).toContain('<b>"Tom & Jerry"</b>');
    }
  });

  it("fits Telegram's fields for commands, descriptions and invoices", () => {
    for (const description of Object.values(texts.commands)) expect(description).toMatch(/^.{1,256}$/u);
    expect(texts.description.length).toBeLessThanOrEqual(512);
    expect(texts.shortDescription.length).toBeLessThanOrEqual(120);
    expect(texts.invoice.title.length).toBeLessThanOrEqual(32);
    expect(texts.invoice.description("$10000.000001").length).toBeLessThanOrEqual(255);
  });
});

describe("languages", () => {
  it("are picked by Telegram's language code, English where we have no other", () => {
    expect(["ru", "es-MX", "EN", "pt-br", "id", "ar", "", "zz", undefined].map(pickLanguage)).toEqual([
      "ru",
      "es",
      "en",
      "pt",
      "id",
      "ar",
      "en",
      "en",
      "en",
    ]);
  });

  it("count by their own rules", () => {
    const forms = { one: "заказ", few: "заказа", other: "заказов" };
    expect([1, 2, 5, 11, 21, 22, 25].map((count) => counted("ru", count, forms))).toEqual([
      "1 заказ",
      "2 заказа",
      "5 заказов",
      "11 заказов",
      "21 заказ",
      "22 заказа",
      "25 заказов",
    ]);
    expect(counted("en", 1, { one: "order", other: "orders" })).toBe("1 order");
  });
});

describe("a language that is written from right to left", () => {
  const ar = textsFor("ar");
  /** Everything in it that is not inside an isolate, as plain text. */
  const bare = (text: string): string => text.replace(/[\u2066\u2068][^\u2066-\u2069]*\u2069/gu, "");

  it("isolates what runs the other way: amounts, commands, names and other people's words", () => {
    const messages = messagesOf(ar).map(([key, message]): [string, string] => [key, parseHtml(message).text]);
    const plain = [...Object.entries(ar.toasts), ...Object.entries(ar.errors), ...labelsOf(ar)];
    for (const [key, text] of [...messages, ...plain]) {
      expect(bare(text), key).not.toMatch(/[\u2066-\u2069$/+]|Tom|\bwhatsapp\b/u);
    }
  });

  it("isolates numbers on cards only there", () => {
    expect(ltrIn("ar", code("+447700900123"))).toBe("\u2066<code>+447700900123</code>\u2069");
    expect(ltrIn("en", code("+447700900123"))).toBe("<code>+447700900123</code>");
  });
});

describe("html", () => {
  it("escapes what others wrote", () => {
    expect(bold(escapeHtml("<i>&</i>"))).toBe("<b>&lt;i&gt;&amp;&lt;/i&gt;</b>");
    expect(parseHtml(code("</code><b>x</b>")).text).toBe("</code><b>x</b>");
    expect(parseHtml(mention(5)).text).toBe("5");
  });

  it("writes times that the reader's app counts down or puts in its own zone", () => {
    const at = new Date("2026-03-01T14:02:30Z");
    expect(parseHtml(relativeTime(at))).toMatchObject({
      text: "14:02 UTC",
      entities: [{ type: "date_time", unix_time: 1_772_373_750, date_time_format: "r" }],
    });
    expect(parseHtml(localTime(at))).toMatchObject({
      text: "2026-03-01 14:02 UTC",
      entities: [{ date_time_format: "dt" }],
    });
  });
});

describe("operators' texts", () => {
  it("name a notice that has no sentence by its code, and survive missing facts", () => {
    expect(operatorNotice("constructor", { a: "<1>" })).toBe("<b>constructor</b>\na: &lt;1&gt;");
    expect(operatorNotice("possible_loss", {})).toContain("Possible loss at ?: up to ?.");
    for (const notice of [
      "possible_loss",
      "provider_down",
      "provider_up",
      "low_balance",
      "finding",
      "crypto_pay_amount",
      "crypto_pay_nobody",
    ]) {
      expect(
        parseHtml(operatorNotice(notice, { provider: "<x>", amountMicros: "-5", detail: "&" })).text,
      ).toBeTruthy();
    }
    expect(parseHtml(commandTexts.usageAdjust).text).toContain("<telegram id>");
  });

  it.each([
    ["2.50", 2_500_000n],
    ["+1", 1_000_000n],
    ["-1", -1_000_000n],
    ["$3", 3_000_000n],
    ["0", undefined],
    ["--1", undefined],
    ["1e3", undefined],
    ["0.0000001", undefined],
  ])("read the amount %s", (text, expected) => {
    expect(parseSignedUsd(text)).toBe(expected);
  });
});
