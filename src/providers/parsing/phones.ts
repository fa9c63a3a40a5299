import { parsePhone } from "./parse.ts";

/**
 * Countries where a mobile number may itself begin with the digits of the calling code, and how long it is there
 * without that code (ITU-T E.164 national numbering plans). Elsewhere such a beginning is the calling code.
 */
const nationalDigits: Readonly<Record<string, number>> = {
  "7": 10,
  "39": 10,
  "45": 8,
  "47": 8,
  "55": 11,
  "66": 9,
  "84": 9,
  "91": 10,
};

/** Without a calling code: national numbers are hardly ever longer than ten digits, so these are whole. */
const WHOLE = /^[1-9]\d{10,14}$/;

/**
 * E.164 out of a number that may have lost its "+" or its calling code. Undefined where that would be a guess: a
 * number of somebody else is worse than none.
 */
export function toE164(value: unknown, callingCode: string | undefined): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const text = String(value).trim();
  if (text.startsWith("+")) return parsePhone(text);
  const digits = text.replace(/(?!^)[\s().-]/g, "");
  if (!/^\d{6,15}$/.test(digits)) return undefined;
  if (callingCode === undefined) return WHOLE.test(digits) ? `+${digits}` : undefined;
  const isComplete = digits.startsWith(callingCode) && digits.length !== nationalDigits[callingCode];
  // A leading zero is the trunk prefix of national writing; no mobile number keeps it abroad.
  return parsePhone(isComplete ? digits : `${callingCode}${digits.replace(/^0/, "")}`);
}
