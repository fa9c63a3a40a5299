import type { CancelOutcome, Observation, ObservedSms } from "../port/provider.ts";
import type { ProviderErrorKind } from "../port/provider-error.ts";

/** The meaning of a refusal. The last three occur with cancels only. */
export type Meaning = ProviderErrorKind | "too_early" | "has_sms" | "window_over";

/** The refusals that a plain-text protocol knows. */
export interface RefusalWords {
  /** Keys are upper case with "_" between words: `NO_NUMBERS` also matches "no numbers" and "No-numbers". */
  readonly tokens: Readonly<Record<string, Meaning>>;
  /** Patterns for sentences that are answered instead of a token. */
  readonly sentences?: readonly (readonly [RegExp, Meaning])[];
}

export interface Token {
  readonly name: string;
  /** Everything after the first colon: a code may itself contain colons. */
  readonly rest: string;
}

export interface KnownRefusal extends Token {
  readonly meaning: Meaning;
}

/** Splits an answer or an error text at its first colon: "STATUS_OK:12:34" is STATUS_OK with "12:34". */
export function tokenOf(text: string): Token {
  const colon = text.indexOf(":");
  if (colon < 0) return { name: text.trim(), rest: "" };
  return { name: text.slice(0, colon).trim(), rest: text.slice(colon + 1).trim() };
}

/**
 * Recognises a refusal, written as a token or in words ("Bad country"). Undefined: not a known refusal. Successes are not
 * read here: they must match their token exactly.
 */
export function refusalIn(text: string, { tokens, sentences = [] }: RefusalWords): KnownRefusal | undefined {
  const { name, rest } = tokenOf(text);
  const token = name.toUpperCase().replace(/[\s-]+/g, "_");
  const meaning = Object.hasOwn(tokens, token) ? tokens[token] : undefined;
  if (meaning) return { name: token, rest, meaning };
  const sentence = sentences.find(([pattern]) => pattern.test(text));
  return sentence && { name: "prose", rest: "", meaning: sentence[1] };
}

/** The kind of the error that a method of the port rejects with. */
export function kindOf(meaning: Meaning): ProviderErrorKind {
  return meaning === "too_early" || meaning === "has_sms" || meaning === "window_over" ? "refused" : meaning;
}

/** The outcome of a refused cancel. Undefined: the refusal is not about cancelling. */
export function cancelOutcomeOf(meaning: Meaning, sms: readonly ObservedSms[]): CancelOutcome | undefined {
  switch (meaning) {
    case "too_early":
      return { kind: "too_early", retryAfterMs: null };
    case "has_sms":
      return { kind: "has_sms", sms };
    case "window_over":
      return { kind: "refused" };
    default:
      return undefined;
  }
}

/**
 * The outcome of a cancel that was refused in undocumented words, from the order's present state. If the order still
 * waits, the cancel can only have been too early.
 */
export function cancelRefusal(now: Observation): CancelOutcome {
  if (now.sms.length > 0) return { kind: "has_sms", sms: now.sms };
  if (now.status === "cancelled" || now.status === "expired") return { kind: "cancelled" };
  return now.status === "waiting" ? { kind: "too_early", retryAfterMs: null } : { kind: "refused" };
}
