import { describe, expect, it } from "vitest";
import { toE164 } from "../../../src/providers/parsing/phones.ts";

describe("toE164", () => {
  it.each([
    ["+447700900123", "44", "+447700900123"],
    ["+44 7700 900-123", undefined, "+447700900123"],
    ["447700900123", "44", "+447700900123"],
    [447700900123, "44", "+447700900123"],
    ["07700 900123", "44", "+447700900123"],
    ["7700900123", "44", "+447700900123"],
    ["2015550123", "1", "+12015550123"],
    ["12015550123", "1", "+12015550123"],
  ])("reads %j with calling code %s as %s", (value, callingCode, expected) => {
    expect(toE164(value, callingCode)).toBe(expected);
  });

  it("tells a national number that begins with the calling code's digits by its length", () => {
    expect(toE164("9163012345", "91")).toBe("+919163012345");
    expect(toE164("919163012345", "91")).toBe("+919163012345");
    expect(toE164("47123456", "47")).toBe("+4747123456");
    expect(toE164("7771234567", "7")).toBe("+77771234567");
  });

  it("takes a number without a calling code for whole only if it is too long for a national one", () => {
    expect(toE164("447700900123", undefined)).toBe("+447700900123");
    expect(toE164("7700900123", undefined)).toBeUndefined();
    expect(toE164("07700900123", undefined)).toBeUndefined();
  });

  it.each([
    ["", "44"],
    ["call us", "44"],
    ["12345", "44"],
    ["+0123456789", "44"],
    ["1234567890123456", "44"],
    [null, "44"],
    [Number.NaN, "44"],
    [-447700900, "44"],
    ["+", "44"],
  ])("makes nothing of %j", (value, callingCode) => {
    expect(toE164(value, callingCode)).toBeUndefined();
  });
});
