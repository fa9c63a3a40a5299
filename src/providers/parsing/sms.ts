import type { ObservedSms } from "../port/provider.ts";
import { parseSmsText } from "./parse.ts";
import { codeIn, hasNamedCode, holdsCode } from "./sms-prose.ts";
import { isStatusPhrase } from "./status-phrases.ts";

const MAX_CODE_LENGTH = 32;
/** Letters and digits, perhaps in groups: "123456", "G-123456", "12:34:56", "A1B2C3". */
const GROUPS = /^[A-Za-z0-9]+(?:[-:][A-Za-z0-9]+)*$/;
/** "123 456". */
const SPACED_DIGITS = /^\d{2,4}(?: \d{2,4}){1,3}$/;
/** A longer run of digits is a phone number, an id or a moment. */
const LONG_DIGITS = /\d{11}/;
const LINK = /^https?:\/\/[^\s/]+\.\S+$/i;

/** The fields of an answer that may hold an SMS, as they came. */
export interface SmsFields {
  /** A field that is documented to hold the code. Some suppliers put the whole SMS there. */
  readonly code?: unknown;
  /** A field that is documented to hold the full text of an SMS and nothing else. */
  readonly text?: unknown;
}

/**
 * The SMS in these fields; undefined: they hold none, so nobody may be charged. Every protocol decides by this function.
 * A code field needs a plausible code or a text with one. A text field needs none, but must not be a status phrase
 * ("Message received", "null").
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
 * The SMS in a field that holds either an SMS or the upstream's own words about the order: only a text with a plausible
 * code counts there.
 */
export function smsInProse(value: unknown): ObservedSms | undefined {
  const text = unquoted(value);
  if (text === null || isStatusPhrase(text)) return undefined;
  if (LINK.test(text)) return { code: null, text };
  if (isPlausibleCode(text)) return { code: text, text: null };
  return holdsCode(text) || hasNamedCode(text) ? { code: codeIn(text), text } : undefined;
}

/**
 * True for what a service could have sent as a code: at least three letters and digits, at least one of them a digit.
 * "null", "waiting", "-" and "12" are none. A code of letters alone counts only where the SMS text shows it.
 */
export function isPlausibleCode(text: string): boolean {
  if (text.length > MAX_CODE_LENGTH || LONG_DIGITS.test(text)) return false;
  if (!GROUPS.test(text) && !SPACED_DIGITS.test(text)) return false;
  return /\d/.test(text) && text.replace(/[^A-Za-z0-9]/g, "").length >= 3;
}

function codeOf(text: string): string | null {
  return isPlausibleCode(text) ? text : codeIn(text);
}

/** `word` stands in `text`, and not as a part of a longer word or number. */
function containsWord(text: string, word: string): boolean {
  if (isStatusPhrase(word)) return false;
  const at = ` ${text} `.indexOf(word);
  if (at < 1) return false;
  const around = ` ${text} `;
  return !/\w/.test(around[at - 1] ?? " ") && !/\w/.test(around[at + word.length] ?? " ");
}

/** Some suppliers put quotes around what they show; empty quotes are nothing. */
function unquoted(value: unknown): string | null {
  const text = parseSmsText(value);
  if (text === null) return null;
  const inner = /^(["'`])(.*)\1$/s.exec(text)?.[2]?.trim() ?? text;
  return inner === "" ? null : inner;
}
