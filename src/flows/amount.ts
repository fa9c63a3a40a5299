// src/flows: questions that a person answers by typing. Here is how a typed amount is read; ask.ts waits for the answer.
import { parseUsd } from "../core/money.ts";

/** A typed amount: so many Stars, or so many dollars. */
export type TypedAmount =
  | { readonly kind: "stars"; readonly stars: number }
  | { readonly kind: "usd"; readonly amountMicros: bigint };

const MAX_LENGTH = 16;

/**
 * Reads "250", "$5", "5 usd", "7,50 $", "250 stars". A bare number counts in `unit`. Undefined: no amount.
 * Digits of other scripts (Arabic, Persian) are read as digits.
 */
export function parseAmount(text: string, unit: "stars" | "usd"): TypedAmount | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const plain = toAsciiDigits(text).trim().toLowerCase();
  const isUsd = /^\$|\$$|usd$/.test(plain);
  const isStars = /(stars?|⭐️?|xtr)$/u.test(plain);
  const number = plain
    .replace(/usd$|stars?$|⭐️?$|xtr$/u, "")
    .replace(/^\$|\$$/g, "")
    .trim()
    .replace(",", ".");
  if (isUsd || (!isStars && unit === "usd")) {
    const amountMicros = parseUsd(number, "exact");
    return amountMicros === undefined || amountMicros === 0n ? undefined : { kind: "usd", amountMicros };
  }
  return /^[1-9]\d{0,6}$/.test(number) ? { kind: "stars", stars: Number(number) } : undefined;
}

/** True for a text without a digit. Nobody means that as an amount; it is a search, for example. */
export function hasNoDigit(text: string): boolean {
  return !/\p{Nd}/u.test(text);
}

function toAsciiDigits(text: string): string {
  return text
    .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x0660))
    .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x06f0));
}
