import type { ProviderErrorKind } from "../../port/provider-error.ts";

/** What a token of refusal means; the last three are about a cancel only. */
export type Meaning = ProviderErrorKind | "too_early" | "has_sms" | "window_over";

/** Every token of refusal that suppliers document or were seen to answer. */
const meanings: Readonly<Record<string, Meaning>> = {
  NO_NUMBERS: "no_stock",
  NO_NUMBER: "no_stock",
  NO_PROVIDERS: "no_stock",

  WRONG_MAX_PRICE: "price_moved",
  MAX_PRICE_EXCEEDED: "price_moved",

  NO_BALANCE: "no_funds",
  LOW_BALANCE: "no_funds",
  NO_MONEY: "no_funds",
  NO_BALANCE_FORWARD: "no_funds",

  BAD_KEY: "bad_credentials",
  NO_KEY: "bad_credentials",
  WRONG_API_KEY: "bad_credentials",
  ERROR_WRONG_KEY: "bad_credentials",
  BAD_API_KEY: "bad_credentials",
  NO_ACCESS: "bad_credentials",

  BANNED: "suspended",
  CHANNELS_LIMIT: "suspended",
  ACCOUNT_INACTIVE: "suspended",
  WRONG_SECURITY: "suspended",

  BAD_SERVICE: "bad_mapping",
  WRONG_SERVICE: "bad_mapping",
  BAD_COUNTRY: "bad_mapping",
  WRONG_COUNTRY: "bad_mapping",
  WRONG_OPERATOR: "bad_mapping",
  SERVICE_NOT_AVAILABLE: "bad_mapping",
  SERVICE_UNAVAILABLE_REGION: "bad_mapping",
  UNPROCESSABLE_ENTITY: "bad_mapping",

  NO_ACTIVATION: "unknown_order",
  WRONG_ACTIVATION_ID: "unknown_order",
  NOT_FOUND: "unknown_order",
  ACTIVATION_NOT_ACTIVE: "unknown_order",
  BAD_STATUS: "unknown_order",

  EARLY_CANCEL_DENIED: "too_early",
  OTP_RECEIVED: "has_sms",
  NEW_OTP_RECEIVED: "has_sms",
  FREE_CANCELLATION_EXPIRED: "window_over",

  RATE_LIMIT: "rate_limited",
  ORDER_ALREADY_EXISTS: "refused",
  // About parameters of the operator's and ours, not about a service or country.
  WRONG_EXCEPTION_PHONE: "refused",
  BAD_MAX_PRICE: "refused",
  BAD_ACTION: "unsupported",

  ERROR_SQL: "unavailable",
  SQL_ERROR: "unavailable",
  SERVER_ERROR: "unavailable",
  INTERNAL_ERROR: "unavailable",
  INTERNAL_SERVER_ERROR: "unavailable",
  UNKNOWN_ERROR: "unavailable",
  TIMEOUT: "unavailable",
};

/** Whole sentences that stand where a token should. */
const sentences: readonly (readonly [RegExp, Meaning])[] = [
  [/prohibited for sale/i, "bad_mapping"],
  [/^error code: \d+/i, "unavailable"],
];

export interface Token {
  readonly name: string;
  /** All behind the first colon, whole: a code can have colons of its own. */
  readonly rest: string;
}

/** Splits an answer or an error text at its first colon: "STATUS_OK:12:34" is STATUS_OK with "12:34". */
export function tokenOf(text: string): Token {
  const colon = text.indexOf(":");
  if (colon < 0) return { name: text.trim(), rest: "" };
  return { name: text.slice(0, colon).trim(), rest: text.slice(colon + 1).trim() };
}

export interface KnownRefusal extends Token {
  readonly meaning: Meaning;
}

/**
 * What a refusal means; undefined: not one that is known. Refusals are also written as words ("Bad country"); a success
 * never is, and has to be its very token.
 */
export function refusalOf(text: string): KnownRefusal | undefined {
  const { name, rest } = tokenOf(text);
  const token = name.toUpperCase().replace(/[\s-]+/g, "_");
  const meaning = Object.hasOwn(meanings, token) ? meanings[token] : undefined;
  if (meaning) return { name: token, rest, meaning };
  const sentence = sentences.find(([pattern]) => pattern.test(text));
  return sentence && { name: "prose", rest: "", meaning: sentence[1] };
}

/** For the tests: every token has to be covered. */
export const knownTokens: readonly string[] = Object.keys(meanings);
