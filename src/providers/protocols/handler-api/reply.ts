import { z } from "zod";
import { garbage, mayHaveActed, statusError } from "../../parsing/answers.ts";
import { type Currency, parseCost } from "../../parsing/parse.ts";
import { type KnownRefusal, kindOf, refusalIn, type Token, tokenOf } from "../../parsing/refusals.ts";
import { ProviderError } from "../../port/provider-error.ts";
import { type Body, parseBody } from "../../transport/body.ts";
import type { HttpAnswer } from "../../transport/http.ts";
import { refusals } from "./tokens.ts";

export type Reply =
  | { readonly kind: "token"; readonly token: Token }
  | { readonly kind: "data"; readonly value: unknown }
  /** HTTP 204, with which one supplier answers setStatus. */
  | { readonly kind: "nothing" }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** A refusal whose words we know. */
export interface Refusal extends KnownRefusal {
  /** The HTTP status was 5xx, 408 or 425: the request may have been carried out all the same. */
  readonly isVague: boolean;
  /** The field `info` of the answer, in which some suppliers give details. */
  readonly info: unknown;
}

/** Fields in which suppliers put the refusal, the most specific first. */
const wordFields = ["title", "error", "msg", "message", "details", "code"] as const;
const envelope = z
  .object({ status: z.unknown().optional(), info: z.unknown().optional() })
  .catchall(z.unknown());
const failedStatuses: readonly unknown[] = [0, false, "0", "false", "error", "fail"];

/**
 * Reads an answer. The order suits all suppliers: a refusal in JSON with any status, a known token, the HTTP status, then a
 * token or data of a 2xx. Throws a ProviderError for an answer that no supplier documents.
 */
export function readReply(provider: string, operation: string, answer: HttpAnswer): Reply {
  const body = parseBody(answer.text);
  const { status } = answer;
  const isSuccess = status >= 200 && status < 300;
  const refusal = refusalInBody(body, isSuccess, mayHaveActed(status));
  if (refusal) return { kind: "refused", refusal };
  if (!isSuccess) throw statusError(provider, operation, answer, body);
  if (status === 204 && body.kind === "empty") return { kind: "nothing" };
  if (body.kind === "text") return { kind: "token", token: tokenOf(body.text) };
  if (body.kind !== "json") throw garbage(provider, operation, `${body.kind} body`);
  if (isFailure(body.value)) throw garbage(provider, operation, "a refusal that is not known");
  return { kind: "data", value: body.value };
}

function refusalInBody(body: Body, isSuccess: boolean, isVague: boolean): Refusal | undefined {
  if (body.kind === "text") {
    const known = refusalIn(body.text, refusals);
    return known && { ...known, isVague, info: null };
  }
  if (body.kind !== "json" || (isSuccess && !isFailure(body.value))) return undefined;
  const fields = envelope.safeParse(body.value).data ?? {};
  for (const name of wordFields) {
    const word = fields[name];
    const known = typeof word === "string" ? refusalIn(word, refusals) : undefined;
    if (known) return { ...known, isVague, info: fields.info ?? null };
  }
  return undefined;
}

/** True for a JSON object that reports a failure, although the status is 2xx. */
function isFailure(value: unknown): boolean {
  const fields = envelope.safeParse(value).data;
  if (!fields) return false;
  return failedStatuses.includes(fields.status) || isWord(fields.error) || isWord(fields.title);
}

function isWord(value: unknown): boolean {
  return typeof value === "string" && value.trim() !== "";
}

const details = z.object({ min: z.unknown().optional(), retry_after_seconds: z.unknown().optional() });

/** Turns a refusal into the error that a method of the port rejects with. */
export function errorOf(
  provider: string,
  operation: string,
  { name, rest, meaning, isVague, info }: Refusal,
  currency: Currency,
): ProviderError {
  const kind = kindOf(meaning);
  const said = details.safeParse(info).data;
  const seconds = Number(said?.retry_after_seconds);
  const minCostMicros = kind === "price_moved" ? parseCost(said?.min ?? rest, currency) : undefined;
  return new ProviderError({
    provider,
    kind,
    definite: !isVague && kind !== "unavailable",
    reason: `${operation}: ${name}`,
    ...(seconds > 0 && seconds < 86_400 && { retryAfterMs: seconds * 1000 }),
    ...(minCostMicros !== undefined && { minCostMicros }),
  });
}
