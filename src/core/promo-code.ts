import { randomInt } from "node:crypto";

/** Letters and digits that nobody takes for another: no I, L, O, 0 and 1. */
const ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789";
const VOUCHER_LENGTH = 16;
const GROUP = 4;
const CODE = /^[A-Z0-9]{3,32}$/;
/** Longer texts are no codes, and are not looked at. */
const MAX_TYPED = 100;

/**
 * A code as it is compared: capitals, without blanks and dashes. Undefined for what can be no code; a Cyrillic letter that
 * looks like a Latin one is another letter.
 */
export function normalizeCode(typed: string): string | undefined {
  if (typed.length > MAX_TYPED) return undefined;
  const code = typed
    .normalize("NFKC")
    .toUpperCase()
    .replace(/[\s-]+/g, "");
  return CODE.test(code) ? code : undefined;
}

/** A new voucher, "ABCD-EFGH-JKMN-PQRS": 79 bits of chance. */
export function newVoucherCode(): string {
  const letters = Array.from({ length: VOUCHER_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]);
  return Array.from({ length: VOUCHER_LENGTH / GROUP }, (_, index) =>
    letters.slice(index * GROUP, (index + 1) * GROUP).join(""),
  ).join("-");
}

/** Why a code gives nothing. Each has a sentence in every language (texts/subjects/promotions.ts). */
export const codeRefusals = [
  "unknown",
  "used_up",
  "expired",
  "already_yours",
  "not_for_you",
  "too_many_tries",
] as const;
export type CodeRefusal = (typeof codeRefusals)[number];
