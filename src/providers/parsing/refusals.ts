import type { CancelOutcome, Observation, ObservedSms } from "../port/provider.ts";
import type { ProviderErrorKind } from "../port/provider-error.ts";

/** What the words of a refusal mean; the last three are about a cancel only. */
export type Meaning = ProviderErrorKind | "too_early" | "has_sms" | "window_over";

/** The refusals of a protocol that answers in plain text. */
export interface RefusalWords {
  /** In capitals, with "_" between words: `NO_NUMBERS` also stands for "no numbers" and "No-numbers". */
  readonly tokens: Readonly<Record<string, Meaning>>;
  /** Whole sentences that stand where a token should. */
  readonly sentences?: readonly (readonly [RegExp, Meaning])[];
}

export interface Token {
  readonly name: string;
  /** All behind the first colon, whole: a code can have colons of its own. */
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
 * What a refusal means; undefined: not one that is known. Refusals are written as tokens or as words ("Bad country"); a
 * success never is, and has to be its very token.
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

/** What a refused cancel comes to; undefined: the words are not about cancelling. */
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
 * Why a cancel was refused, where the upstream does not document its words: by what the order is now. One that still
 * waits can only have been too young.
 */
export function cancelRefusal(now: Observation): CancelOutcome {
  if (now.sms.length > 0) return { kind: "has_sms", sms: now.sms };
  if (now.status === "cancelled" || now.status === "expired") return { kind: "cancelled" };
  return now.status === "waiting" ? { kind: "too_early", retryAfterMs: null } : { kind: "refused" };
}
