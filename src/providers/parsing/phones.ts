import { parsePhone } from "./parse.ts";

/**
 * Countries where a national mobile number may begin with the digits of the calling code, and the length of such a number
 * (ITU-T E.164 national numbering plans). Elsewhere a number that begins with these digits includes the calling code.
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

/** Used when the calling code is unknown. National numbers rarely exceed ten digits, so a longer one is complete. */
const WHOLE = /^[1-9]\d{10,14}$/;

/**
 * E.164 of a number that may lack its "+" or its calling code. Undefined if the result would be a guess: another person's
 * number is worse than none.
 */
export function toE164(value: unknown, callingCode: string | undefined): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const text = String(value).trim();
  if (text.startsWith("+")) return parsePhone(text);
  const digits = text.replace(/(?!^)[\s().-]/g, "");
  if (!/^\d{6,15}$/.test(digits)) return undefined;
  if (callingCode === undefined) return WHOLE.test(digits) ? `+${digits}` : undefined;
  const isComplete = digits.startsWith(callingCode) && digits.length !== nationalDigits[callingCode];
  // A leading zero is the national trunk prefix, which the international form does not have.
  return parsePhone(isComplete ? digits : `${callingCode}${digits.replace(/^0/, "")}`);
}
