import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  goodRows,
  idField,
  iso2Field,
  parseBalance,
  parseCharge,
  parseCost,
  parseDate,
  parseId,
  parsePhone,
  parseSmsText,
  parseStock,
} from "../../../src/providers/parsing/parse.ts";
import { parseBody } from "../../../src/providers/transport/body.ts";

const usd = { usdRate: "1" };

describe("a cost", () => {
  it.each([
    [0.18, 180_000n],
    ["0.2500", 250_000n],
    [1, 1_000_000n],
    ["  0.5 ", 500_000n],
    [0.1 + 0.2, 300_000n],
    [0.07 * 3, 210_000n],
    ["0.0000001", 1n],
    [1e-7, 1n],
    ["2.5e-5", 25n],
    [1000, 1_000_000_000n],
  ])("reads %s as %s micro-dollars", (value, micros) => {
    expect(parseCost(value, usd)).toBe(micros);
  });

  it.each([
    "abc",
    "",
    " ",
    "-1",
    -1,
    0,
    "0.00",
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e21,
    "1e9",
    1000.000001,
    "1,5",
    "$1",
    "0x10",
    null,
    undefined,
    true,
    {},
    [],
    [1],
    10n,
    "1.2.3",
    "１",
  ])("refuses %s", (value) => {
    expect(parseCost(value, usd)).toBeUndefined();
  });

  it("counts in the account's currency and in cents, always rounded up", () => {
    expect(parseCost("15", { usdRate: "0.0123" })).toBe(184_500n);
    expect(parseCost(287, { usdRate: "1", subunits: 100 })).toBe(2_870_000n);
    expect(parseCost("0.0000015", usd)).toBe(2n);
  });

  it("never comes out below what was written, nor a micro-dollar above", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999_999 }),
        fc.integer({ min: 0, max: 9 }),
        (digits, scale) => {
          const text = `${digits}`.padStart(scale + 1, "0");
          const decimal = scale === 0 ? text : `${text.slice(0, -scale)}.${text.slice(-scale)}`;
          const micros = parseCost(decimal, usd);
          if (micros === undefined) return digits > 1000 * 10 ** scale;
          const exact = BigInt(digits) * 1_000_000n;
          const unit = 10n ** BigInt(scale);
          return micros * unit >= exact && (micros - 1n) * unit < exact;
        },
      ),
    );
  });
});

it("does not overlook a charge beyond belief", () => {
  expect(parseCost(5000, usd)).toBeUndefined();
  expect(parseCharge(5000, usd)).toBe(5_000_000_000n);
  expect(parseCharge(-1, usd)).toBeUndefined();
});

it("reads balances that are zero, large or overdrawn", () => {
  expect(parseBalance("0", usd)).toBe(0n);
  expect(parseBalance("123456.78", usd)).toBe(123_456_780_000n);
  expect(parseBalance(-0.5, usd)).toBe(-500_000n);
  expect(parseBalance("12.5 USD", usd)).toBeUndefined();
});

describe("an id", () => {
  it.each([
    ["63dca4f0", "63dca4f0"],
    [3_936_040_355, "3936040355"],
    ["98765432109876543210", "98765432109876543210"],
    [" 12 ", "12"],
  ])("reads %s", (value, id) => {
    expect(parseId(value)).toBe(id);
  });

  it.each([
    "",
    " ",
    "a b",
    "ü",
    "!",
    'a"b',
    "null",
    "undefined",
    "x".repeat(129),
    2 ** 53,
    -1,
    1.5,
    null,
    undefined,
    {},
    true,
  ])("refuses %s", (value) => {
    expect(parseId(value)).toBeUndefined();
  });
});

describe("a phone number", () => {
  it.each([
    ["+447700900123", "+447700900123"],
    ["447700900123", "+447700900123"],
    [447_700_900_123, "+447700900123"],
    ["+44 7700 900-123", "+447700900123"],
    ["(1) 202.555.0100", "+12025550100"],
  ])("reads %s as %s", (value, phone) => {
    expect(parsePhone(value)).toBe(phone);
  });

  it.each([
    "",
    "+",
    "12345",
    "1234567890123456",
    "07700900123",
    "+0123456",
    "44x7700900123",
    "++4477009001",
    null,
    {},
    1.5,
    -5,
  ])("refuses %s", (value) => {
    expect(parsePhone(value)).toBeUndefined();
  });
});

it("reads a stock only from whole numbers, zero or more", () => {
  expect([0, 12, "7", " 8 "].map(parseStock)).toEqual([0, 12, 7, 8]);
  expect([-1, 1.5, "many", "", null, undefined, Number.NaN, "1e3"].map(parseStock)).toEqual(
    Array(8).fill(undefined),
  );
});

it("trusts a date only with its zone", () => {
  const at = new Date("2026-06-03T14:23:00.000Z");
  expect(parseDate("2026-06-03T14:23:00.000Z")).toEqual(at);
  expect(parseDate("2026-06-03 16:23:00+02:00")).toEqual(at);
  expect(parseDate(at.getTime() / 1000)).toEqual(at);
  expect(parseDate(at.getTime())).toEqual(at);
  expect(parseDate(String(at.getTime() / 1000))).toEqual(at);
  for (const value of ["2026-06-03 14:23:00", "2026-06-03", "", "soon", 0, -1, Number.NaN, 9e15, null, {}]) {
    expect(parseDate(value)).toBeUndefined();
  }
});

it("keeps the leading zeros of a code and bounds a text", () => {
  expect(parseSmsText("012345")).toBe("012345");
  expect(parseSmsText(482_913)).toBe("482913");
  expect(parseSmsText("x".repeat(5000))).toHaveLength(2000);
  for (const value of [null, undefined, "", "  ", {}, true, 1.5, -1]) expect(parseSmsText(value)).toBeNull();
});

it("keeps the good rows of a list, with or without their optional fields", () => {
  const row = z.object({ id: idField, iso2: iso2Field });
  const rows = [{ id: 1, iso2: "gb" }, { id: null }, "x", null, { id: "b", iso2: "England" }, { id: "c" }];
  expect(goodRows(rows, row)).toEqual([
    { id: "1", iso2: "GB" },
    { id: "b", iso2: null },
    { id: "c", iso2: null },
  ]);
});

describe("a body", () => {
  it.each([
    ["", "empty"],
    [" \n ", "empty"],
    ["<!DOCTYPE html><p>no</p>", "html"],
    ["\uFEFF<html>", "html"],
    ['{"a":', "truncated"],
    ["[1,2", "truncated"],
    ['"abc', "truncated"],
    ["NO_NUMBERS", "text"],
    ['"NO_NUMBERS"', "text"],
    ["null", "text"],
    ['{"a":1}', "json"],
    ["[]", "json"],
  ])("%j is %s", (text, kind) => {
    expect(parseBody(text).kind).toBe(kind);
  });

  it("keeps every digit of integers that JSON.parse would round, and touches nothing else", () => {
    const text =
      '{"id":98765432109876543210,"text":"is 98765432109876543210 \\"12345678901234567\\"","n":1.5,"b":[-12345678901234567890]}';
    expect(parseBody(text)).toEqual({
      kind: "json",
      value: {
        id: "98765432109876543210",
        text: 'is 98765432109876543210 "12345678901234567"',
        n: 1.5,
        b: ["-12345678901234567890"],
      },
    });
  });

  it("reads all other JSON as JSON.parse does", () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 3 }), (text) => {
        const body = parseBody(text);
        if (body.kind !== "json") return !/^\s*[[{]/.test(text);
        if (/\d{16}/.test(text)) return true;
        expect(body.value).toEqual(JSON.parse(text));
        return true;
      }),
    );
  });
});
