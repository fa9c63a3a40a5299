/** A code as SMS write it: 3–10 digits, or two groups of three with a dash; not a part of a word, amount or number. */
const CODE = String.raw`(?<![\w.,/+-])(?:[A-Za-z]-)?(\d{3}-\d{3}|\d{3,10})(?![\w/]|[-.,:]\d)`;
const BEFORE_YOUR = new RegExp(`${CODE}\\s+is\\s+(?:your|the)\\b`, "i");
const AFTER_WORD = new RegExp(
  String.raw`\b(?:code|otp|pin|password|passcode)\b(?:\s+(?:is|for\s+\w+\s+is))?\s*[:=-]?\s*${CODE}`,
  "i",
);
const ANY = new RegExp(CODE, "g");

/**
 * The code inside a message that an upstream passes on as prose, as it is written there. Null where the text leaves
 * it open which number is the code: the buyer sees the whole text anyway, and a wrong code is worse than none.
 */
export function codeIn(text: string): string | null {
  const named = BEFORE_YOUR.exec(text)?.[1] ?? AFTER_WORD.exec(text)?.[1];
  if (named !== undefined) return named;
  const candidates = new Set(Array.from(text.matchAll(ANY), (match) => match[1]));
  const [only] = candidates;
  return candidates.size === 1 ? (only ?? null) : null;
}
