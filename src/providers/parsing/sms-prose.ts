/** A numeric code in a text: 3–10 digits, or two groups of three with a dash; not a part of a word, amount or number. */
const CODE = String.raw`(?<![\w.,/+-])(?:[A-Za-z]-)?(\d{3}-\d{3}|\d{3,10})(?![\w/]|[-.,:]\d)`;
/** Letters and digits. Counts as a code only if the text calls it one. */
const MIXED = String.raw`(?<![\w-])((?=[A-Za-z]*\d)[A-Za-z0-9]{4,10})(?![\w-])`;
const WORD = String.raw`\b(?:code|otp|pin|password|passcode)\b`;
const BEFORE_YOUR = new RegExp(`${CODE}\\s+is\\s+(?:your|the)\\b`, "i");
const AFTER_WORD = new RegExp(String.raw`${WORD}(?:\s+(?:is|for\s+\w+\s+is))?\s*[:=-]?\s*${CODE}`, "i");
const AFTER_IS = new RegExp(String.raw`${WORD}\s*(?:\bis\b\s*:?|[:=])\s*${CODE}`, "i");
const MIXED_BEFORE_YOUR = new RegExp(`${MIXED}\\s+is\\s+(?:your|the)\\b`, "i");
const MIXED_AFTER_IS = new RegExp(String.raw`${WORD}\s*(?:\bis\b\s*:?|[:=])\s*${MIXED}`, "i");
const ANY = new RegExp(CODE, "g");
const LINK = /https?:\/\/[^\s/]+\.\S+/i;

/**
 * The code in the text of an SMS, as it is written there. Null if it is unclear which number is the code: the buyer sees
 * the full text anyway, and a wrong code is worse than none.
 */
export function codeIn(text: string): string | null {
  const named = BEFORE_YOUR.exec(text)?.[1] ?? AFTER_WORD.exec(text)?.[1] ?? mixedIn(text);
  if (named !== undefined) return named;
  const candidates = new Set(Array.from(text.matchAll(ANY), (match) => match[1]));
  const [only] = candidates;
  return candidates.size === 1 ? (only ?? null) : null;
}

/** True: the text names the code as such: "code is 1234", "OTP: A1B2C3", "1234 is your". */
export function hasNamedCode(text: string): boolean {
  return BEFORE_YOUR.test(text) || AFTER_IS.test(text) || mixedIn(text) !== undefined;
}

/** True: the text holds a possible code or a link. */
export function holdsCode(text: string): boolean {
  return text.search(ANY) >= 0 || LINK.test(text);
}

function mixedIn(text: string): string | undefined {
  return MIXED_BEFORE_YOUR.exec(text)?.[1] ?? MIXED_AFTER_IS.exec(text)?.[1];
}
