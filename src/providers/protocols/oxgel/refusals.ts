import { mayHaveActed, refusal, soundsBroken, statusError } from "../../parsing/answers.ts";
import type { ProviderError } from "../../port/provider-error.ts";
import { parseBody } from "../../transport/body.ts";
import type { HttpAnswer } from "../../transport/http.ts";

/** Documented refusals: wrong key, no funds, banned account; unknown order. */
const accountRefusals: ReadonlySet<number> = new Set([401, 402, 403]);
const plainRefusals: ReadonlySet<number> = new Set([...accountRefusals, 404]);
const soldOut = /no[ _]numbers?|stock|not available|unavailable|no operators?/;

/** A refusal in JSON whose status the documentation does not explain. */
export function isUnexplainedRefusal({ status, text }: HttpAnswer): boolean {
  if (status < 400 || mayHaveActed(status) || plainRefusals.has(status)) return false;
  const body = parseBody(text);
  return body.kind === "json" && !soundsBroken(body.value);
}

/**
 * The error of a refused purchase; undefined: not a refusal. A JSON 4xx means that nothing was bought. The kind is guessed
 * from the wording, and decides only what is tried next.
 */
export function purchaseRefusal(provider: string, answer: HttpAnswer): ProviderError | undefined {
  const { status } = answer;
  const body = parseBody(answer.text);
  if (status < 400 || mayHaveActed(status) || body.kind !== "json") return undefined;
  if (soundsBroken(body.value)) return statusError(provider, "buy", answer, body);
  const [words, reason] = [JSON.stringify(body.value).toLowerCase(), `buy: HTTP ${status}`];
  if (soldOut.test(words) && !accountRefusals.has(status)) return refusal(provider, "no_stock", reason);
  const isUnknown = /(unknown|invalid|bad|wrong|unsupported).{0,20}(service|country|operator)/.test(words);
  if (status === 404 || isUnknown) return refusal(provider, "bad_mapping", reason);
  return statusError(provider, "buy", answer, body);
}
