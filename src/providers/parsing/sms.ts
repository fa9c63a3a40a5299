import type { ObservedSms } from "../port/provider.ts";
import { parseSmsText } from "./parse.ts";
import { codeIn, hasNamedCode, holdsCode } from "./sms-prose.ts";
import { isStatusPhrase } from "./status-phrases.ts";

const MAX_CODE_LENGTH = 32;
/** Letters and digits, in one or several groups: "123456", "G-123456", "12:34:56", "A1B2C3". */
const GROUPS = /^[A-Za-z0-9]+(?:[-:][A-Za-z0-9]+)*$/;
/** Groups of digits, such as "123 456". */
const SPACED_DIGITS = /^\d{2,4}(?: \d{2,4}){1,3}$/;
/** So many digits are a phone number, an id or a timestamp, not a code. */
const LONG_DIGITS = /\d{11}/;
const LINK = /^https?:\/\/[^\s/]+\.\S+$/i;

/** The unparsed fields of an answer that may hold an SMS. */
export interface SmsFields {
  /** A field that is documented to hold the code. Some suppliers put the full text there. */
  readonly code?: unknown;
  /** A field that is documented to hold the full text of an SMS and nothing else. */
  readonly text?: unknown;
}

/**
 * The SMS in these fields. Undefined: they hold none, so the buyer must not be charged. Every protocol uses this function.
 * A code field must hold a plausible code or a text with one. A text field needs no code, but must not be a status phrase
 * such as "Message received" or "null".
 */
export function smsIn(fields: SmsFields): ObservedSms | undefined {
  const stated = unquoted(fields.code);
  const shown = unquoted(fields.text);
  const text = shown !== null && !isStatusPhrase(shown) ? shown : null;
  if (stated === null) return text === null ? undefined : { code: codeOf(text), text };
  if (isPlausibleCode(stated) || (text !== null && containsWord(text, stated))) return { code: stated, text };
  if (text !== null) return { code: codeOf(text), text };
  return smsInProse(stated);
}

/**
 * The SMS in a field that holds either an SMS or the upstream's status text: only a text with a plausible code counts.
 */
export function smsInProse(value: unknown): ObservedSms | undefined {
  const text = unquoted(value);
  if (text === null || isStatusPhrase(text)) return undefined;
  if (LINK.test(text)) return { code: null, text };
  if (isPlausibleCode(text)) return { code: text, text: null };
  return holdsCode(text) || hasNamedCode(text) ? { code: codeIn(text), text } : undefined;
}

/**
 * True for a possible code: at least three letters or digits, at least one of them a digit. "null", "waiting", "-" and "12"
 * are not codes. A code without digits counts only if the text of the SMS contains it.
 */
export function isPlausibleCode(text: string): boolean {
  if (text.length > MAX_CODE_LENGTH || LONG_DIGITS.test(text)) return false;
  if (!GROUPS.test(text) && !SPACED_DIGITS.test(text)) return false;
  return /\d/.test(text) && text.replace(/[^A-Za-z0-9]/g, "").length >= 3;
}

function codeOf(text: string): string | null {
  return isPlausibleCode(text) ? text : codeIn(text);
}

/** True: `text` contains `word`, not as a part of a longer word or number. */
function containsWord(text: string, word: string): boolean {
  if (isStatusPhrase(word)) return false;
  const at = ` ${text} `.indexOf(word);
  if (at < 1) return false;
  const around = ` ${text} `;
  return !/\w/.test(around[at - 1] ?? " ") && !/\w/.test(around[at + word.length] ?? " ");
}

/** Removes the quotes that some suppliers put around a value. Null: nothing is left. */
function unquoted(value: unknown): string | null {
  const text = parseSmsText(value);
  if (text === null) return null;
  const inner = /^(["'`])(.*)\1$/s.exec(text)?.[2]?.trim() ?? text;
  return inner === "" ? null : inner;
}
