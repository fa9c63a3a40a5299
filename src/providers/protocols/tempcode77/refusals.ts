import { z } from "zod";
import { brokenDown, jsonOf, mayHaveActed, parseAs, refusal, soundsBroken } from "../../parsing/answers.ts";
import type { ProviderErrorKind } from "../../port/provider-error.ts";
import { parseBody } from "../../transport/body.ts";
import type { HttpAnswer } from "../../transport/http.ts";

/** Documented error codes with one meaning ("Errors" in the documentation). */
const kindByCode: ReadonlyMap<string, ProviderErrorKind> = new Map([
  ["invalid_key", "bad_credentials"],
  ["insufficient_balance", "no_funds"],
  ["rate_limit", "rate_limited"],
]);

/** For errors without such a code. The documentation says "many include a code", so not all do. */
const kindByStatus: Readonly<Record<number, ProviderErrorKind>> = {
  401: "bad_credentials",
  402: "no_funds",
  403: "suspended",
  404: "unknown_order",
};

/**
 * Kinds by the words in `code` and `error` ("friendly, human-readable"). "Sold out" and "too dear" have no code of their own.
 * `invalid_params` is used for everything, so it counts as a bad mapping only if it names the service or the country.
 */
const kindByWording: readonly (readonly [RegExp, ProviderErrorKind])[] = [
  [
    /no[ _](phone[ _])?numbers?|(out[ _]of|no|in)[ _]stock|unavailable|not available|sold[ _]?out/i,
    "no_stock",
  ],
  [/price/i, "price_moved"],
  [
    /(invalid|unknown|unsupported|wrong|missing|no such)[ _]+(service|country)|(service|country)(_id)?\b.*(not (found|supported|known|recogni[sz]ed)|required|invalid|unknown|does( not|n't) exist)/i,
    "bad_mapping",
  ],
];

const refusalBody = z.object({
  ok: z.literal(false),
  code: z
    .string()
    .regex(/^\w{1,40}$/)
    .optional()
    .catch(undefined),
  error: z.string().optional().catch(undefined),
});
const successBody = z.object({ ok: z.literal(true), data: z.unknown() });

/** Returns `data` of a success, throws otherwise. `ok: false` is a refusal, unless the status is 5xx, 408 or 425. */
export function dataOf(provider: string, operation: string, answer: HttpAnswer): unknown {
  const body = parseBody(answer.text);
  const failed = body.kind === "json" ? refusalBody.safeParse(body.value).data : undefined;
  if (failed && !mayHaveActed(answer.status)) {
    const { code = "", error = "" } = failed;
    const reason = `${operation}: HTTP ${answer.status}${code === "" ? "" : `, ${code}`}`;
    if (soundsBroken([code, error])) throw brokenDown(provider, reason);
    throw refusal(provider, kindOf(operation, answer.status, code, error), reason);
  }
  return parseAs(provider, operation, successBody, jsonOf(provider, operation, answer)).data;
}

function kindOf(operation: string, status: number, code: string, error: string): ProviderErrorKind {
  const documented = kindByCode.get(code);
  if (documented !== undefined) return documented;
  const isAboutPair = operation === "buy" || operation === "prices";
  const words = `${code} ${error}`;
  const worded = isAboutPair ? kindByWording.find(([pattern]) => pattern.test(words))?.[1] : undefined;
  if (worded !== undefined) return worded;
  const kind = code === "not_found" ? "unknown_order" : (kindByStatus[status] ?? "refused");
  if (!isAboutPair || (kind !== "unknown_order" && kind !== "refused")) return kind;
  // These requests name no order. A price request that is refused means that the pair is not for sale. A purchase that is
  // refused for an unknown reason stays "refused", because a wrong guess would hide the offer.
  const isNoPair = operation === "prices" && (status === 400 || kind === "unknown_order");
  return isNoPair ? "bad_mapping" : "refused";
}
