import type { z } from "zod";
import type { Provider } from "../port/provider.ts";
import { ProviderError, type ProviderErrorKind } from "../port/provider-error.ts";
import { type Body, parseBody } from "../transport/body.ts";
import type { HttpAnswer } from "../transport/http.ts";

const MAX_ISSUES = 3;
const FIELD_NAME = /^[A-Za-z_]{1,30}$/;

/** For an answer that the protocol does not document. It proves nothing: a purchase that gets it is in doubt. */
export function garbage(provider: string, operation: string, why: string): ProviderError {
  return new ProviderError({ provider, kind: "garbage", definite: false, reason: `${operation}: ${why}` });
}

/** For a method that this upstream has no call for. No request was sent. */
export function unsupported(provider: string, operation: string): ProviderError {
  return new ProviderError({ provider, kind: "unsupported", definite: true, reason: operation });
}

type Optional = "check" | "checkMany" | "cancel" | "ban" | "another" | "finish" | "active" | "parseWebhook";

/** The methods that a protocol may lack; it puts its own over those that it has. */
export function lacking(provider: string): Pick<Provider, Optional> {
  const cannot = (operation: string) => async (): Promise<never> => {
    throw unsupported(provider, operation);
  };
  return {
    check: cannot("check"),
    checkMany: cannot("checkMany"),
    cancel: cannot("cancel"),
    ban: cannot("ban"),
    another: cannot("another"),
    finish: cannot("finish"),
    active: cannot("active"),
    parseWebhook: () => undefined,
  };
}

/** For a refusal in the protocol's own words: the upstream certainly did nothing. */
export function refusal(provider: string, kind: ProviderErrorKind, reason: string): ProviderError {
  return new ProviderError({ provider, kind, definite: true, reason });
}

const kindByStatus: Readonly<Record<number, ProviderErrorKind>> = {
  401: "bad_credentials",
  402: "no_funds",
  403: "suspended",
  404: "unknown_order",
};

/** 408 and 425 (RFC 9110, RFC 8470) and nginx's 499: the answer was given up, the request may have been carried out. */
const givenUp: ReadonlySet<number> = new Set([408, 425, 499]);
const BROKEN =
  /(server|internal|database|sql|unexpected|unknown)[ _-]?(server[ _-]?)?error|time[ _-]?out|timed[ _-]?out|exception|something went wrong/i;
const MAX_WORDS = 2000;

/** True for a status with which a purchase may have been carried out all the same, whatever the body says. */
export function mayHaveActed(status: number): boolean {
  return status >= 500 || givenUp.has(status);
}

/** A refusal in whose words something broke on the upstream's side: a number may have been sold before it did. */
export function soundsBroken(value: unknown): boolean {
  return BROKEN.test((JSON.stringify(value) ?? "").slice(0, MAX_WORDS));
}

/** The upstream broke down while it worked on the request, which may have been carried out. */
export function brokenDown(provider: string, reason: string): ProviderError {
  return new ProviderError({ provider, kind: "unavailable", definite: false, reason });
}

/** Statuses about the key or the account, which are looked at before anything can break. */
const accountStatuses: ReadonlySet<number> = new Set([401, 402, 403]);

/**
 * What a status outside 2xx means where the protocol says nothing more. A JSON error with a 4xx is the upstream's own
 * word; 5xx, 408, 425 and anything a proxy could have written is not.
 */
export function statusError(
  provider: string,
  operation: string,
  answer: HttpAnswer,
  body: Body,
): ProviderError {
  const { status } = answer;
  const isRefusal = status >= 400 && status < 500;
  const isOwnWord = isRefusal && body.kind === "json";
  const reason = `${operation}: HTTP ${status}${body.kind === "json" ? "" : `, ${body.kind} body`}`;
  const isBroken = isOwnWord && !accountStatuses.has(status) && soundsBroken(body.value);
  if (mayHaveActed(status) || isBroken) return brokenDown(provider, reason);
  if (!isOwnWord && status !== 401) return garbage(provider, operation, `HTTP ${status}, ${body.kind} body`);
  return new ProviderError({
    provider,
    kind: kindByStatus[status] ?? "refused",
    definite: isOwnWord,
    reason,
  });
}

/** The JSON of a 2xx answer; any other answer throws. For protocols whose errors are HTTP statuses. */
export function jsonOf(provider: string, operation: string, answer: HttpAnswer): unknown {
  const body = parseBody(answer.text);
  if (answer.status < 200 || answer.status >= 300) throw statusError(provider, operation, answer, body);
  if (body.kind !== "json") throw garbage(provider, operation, `${body.kind} body`);
  return body.value;
}

/** `value` by the schema, or "garbage" that names the fields at fault and never their values. */
export function parseAs<T>(provider: string, operation: string, schema: z.ZodType<T>, value: unknown): T {
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  const issues = outcome.error.issues.slice(0, MAX_ISSUES);
  const fields = issues.map((issue) => issue.path.map(fieldName).join(".") || "body");
  throw garbage(provider, operation, `unexpected ${fields.join(", ")}`);
}

/** Keys of a map are the upstream's data and may be anything; only names of fields are repeated. */
function fieldName(key: PropertyKey): string {
  return typeof key === "string" && FIELD_NAME.test(key) ? key : "*";
}
