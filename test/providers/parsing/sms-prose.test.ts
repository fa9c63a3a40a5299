import { describe, expect, it } from "vitest";
import { codeIn } from "../../../src/providers/parsing/sms-prose.ts";

describe("codeIn", () => {
  it.each([
    ["Your Code is 123456", "123456"],
    ["Your Code is 004217", "004217"],
    ["Your OTP:4821. Do not share it.", "4821"],
    ["G-739201 is your Google verification code.", "739201"],
    ["<#> 552913 is your code FA+9qCX9VSu", "552913"],
    ["Your WhatsApp code is 123-456. Don't share it. 4sgLq1p5sV6", "123-456"],
    ["123-456 is your code. Ref 99999", "123-456"],
    ["Rs.1500 will be paid. OTP 80123456 for order 77123", "80123456"],
    ["Use 91827 to sign in", "91827"],
    ["1234567890", "1234567890"],
  ])("finds the code in %j", (text, expected) => {
    expect(codeIn(text)).toBe(expected);
  });

  it.each([
    ["Your Code is ######"],
    ["Hello"],
    ["12"],
    ["12345678901"],
    ["Call +447700900123 now"],
    ["Pay 1500.50 or 2000,75"],
    ["Room 101 or 202"],
    ["abc123def"],
    ["https://example.com/123456"],
  ])("names no code in %j", (text) => {
    expect(codeIn(text)).toBeNull();
  });
});
