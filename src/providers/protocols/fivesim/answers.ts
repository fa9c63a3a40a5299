import { brokenDown, garbage, mayHaveActed, refusal, soundsBroken } from "../../parsing/answers.ts";
import { type KnownRefusal, kindOf, type RefusalWords, refusalIn } from "../../parsing/refusals.ts";
import { ProviderError } from "../../port/provider-error.ts";
import { parseBody } from "../../transport/body.ts";
import type { HttpAnswer } from "../../transport/http.ts";

/**
 * Refusals are plain text with 400 or 404; "no free phones" also comes with 200 (source: 5sim API documentation).
 * `record not found` and `bad operator` are undocumented and were seen in answers.
 */
export const refusals: RefusalWords = {
  tokens: {
    NO_FREE_PHONES: "no_stock",
    NOT_ENOUGH_PRODUCT_QTY: "no_stock",
    NOT_ENOUGH_USER_BALANCE: "no_funds",
    NOT_ENOUGH_BALANCE: "no_funds",
    // At a rating of zero 5sim sells nothing for a day.
    NOT_ENOUGH_RATING: "suspended",
    BAD_COUNTRY: "bad_mapping",
    COUNTRY_IS_INCORRECT: "bad_mapping",
    SELECT_COUNTRY: "bad_mapping",
    BAD_OPERATOR: "bad_mapping",
    SELECT_OPERATOR: "bad_mapping",
    BAD_PRODUCT: "bad_mapping",
    NO_PRODUCT: "bad_mapping",
    PRODUCT_IS_INCORRECT: "bad_mapping",
    SELECT_PRODUCT: "bad_mapping",
    ORDER_NOT_FOUND: "unknown_order",
    RECORD_NOT_FOUND: "unknown_order",
    ORDER_HAS_SMS: "has_sms",
    ORDER_EXPIRED: "window_over",
    ORDER_NO_SMS: "refused",
    HOSTING_ORDER: "refused",
    SERVER_OFFLINE: "unavailable",
    INTERNAL_ERROR: "unavailable",
  },
};

export type Reply =
  | { readonly kind: "data"; readonly value: unknown }
  | { readonly kind: "refused"; readonly refusal: KnownRefusal };

/** Returns the JSON of a 2xx answer or a known refusal. Throws on any other answer. */
export function replyOf(provider: string, operation: string, answer: HttpAnswer): Reply {
  const body = parseBody(answer.text);
  const isOk = answer.status >= 200 && answer.status < 300;
  const known =
    body.kind === "text" && !mayHaveActed(answer.status) ? refusalIn(body.text, refusals) : undefined;
  if (known) return { kind: "refused", refusal: known };
  if (isOk && body.kind === "json") return { kind: "data", value: body.value };
  // A wrong key is answered with 401 and an empty body.
  if (answer.status === 401 && body.kind === "empty")
    throw refusal(provider, "bad_credentials", `${operation}: HTTP 401`);
  const isBroken = !isOk && body.kind !== "html" && soundsBroken(body);
  if (!mayHaveActed(answer.status) && !isBroken) {
    throw garbage(provider, operation, `HTTP ${answer.status}, ${body.kind} body`);
  }
  throw brokenDown(provider, `${operation}: HTTP ${answer.status}`);
}

/** Turns a refusal into the error that a method of the port rejects with. */
export function errorOf(provider: string, operation: string, { name, meaning }: KnownRefusal): ProviderError {
  const kind = kindOf(meaning);
  const reason = `${operation}: ${name}`;
  return new ProviderError({ provider, kind, definite: kind !== "unavailable", reason });
}

/** Returns the data of an answer. Throws on a refusal. */
export function dataOf(provider: string, operation: string, answer: HttpAnswer): unknown {
  const reply = replyOf(provider, operation, answer);
  if (reply.kind === "refused") throw errorOf(provider, operation, reply.refusal);
  return reply.value;
}
