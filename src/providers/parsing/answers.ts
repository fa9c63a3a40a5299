import type { z } from "zod";
import type { Provider } from "../port/provider.ts";
import { ProviderError, type ProviderErrorKind } from "../port/provider-error.ts";
import { type Body, parseBody } from "../transport/body.ts";
import type { HttpAnswer } from "../transport/http.ts";

const MAX_ISSUES = 3;
const FIELD_NAME = /^[A-Za-z_]{1,30}$/;

/** The error of an undocumented answer. Such an answer proves nothing: a purchase that gets it is in doubt. */
export function garbage(provider: string, operation: string, why: string): ProviderError {
  return new ProviderError({ provider, kind: "garbage", definite: false, reason: `${operation}: ${why}` });
}

/** The error of a method that this upstream does not have. No request was sent. */
export function unsupported(provider: string, operation: string): ProviderError {
  return new ProviderError({ provider, kind: "unsupported", definite: true, reason: operation });
}

type Optional =
  | "check"
  | "checkMany"
  | "text"
  | "cancel"
  | "ban"
  | "another"
  | "finish"
  | "active"
  | "parseWebhook";

/** "Unsupported" versions of the optional methods. A protocol overrides those that it has. */
export function lacking(provider: string): Pick<Provider, Optional> {
  const cannot = (operation: string) => async (): Promise<never> => {
    throw unsupported(provider, operation);
  };
  return {
    check: cannot("check"),
    // biome-ignore lint/correctness/useYield: it only throws, when the first page is asked for.
    async *checkMany() {
      throw unsupported(provider, "checkMany");
    },
    text: cannot("text"),
    cancel: cannot("cancel"),
    ban: cannot("ban"),
    another: cannot("another"),
    finish: cannot("finish"),
    active: cannot("active"),
    parseWebhook: () => undefined,
  };
}

/** The error of a documented refusal: the upstream certainly did not act. */
export function refusal(provider: string, kind: ProviderErrorKind, reason: string): ProviderError {
  return new ProviderError({ provider, kind, definite: true, reason });
}

const kindByStatus: Readonly<Record<number, ProviderErrorKind>> = {
  401: "bad_credentials",
  402: "no_funds",
  403: "suspended",
  404: "unknown_order",
};

/** 408 and 425 (RFC 9110, RFC 8470) and nginx's 499 mean that waiting ended; the request may have been carried out. */
const givenUp: ReadonlySet<number> = new Set([408, 425, 499]);
const BROKEN =
  /(server|internal|database|sql|unexpected|unknown)[ _-]?(server[ _-]?)?error|time[ _-]?out|timed[ _-]?out|exception|something went wrong/i;
const MAX_WORDS = 2000;

/** True for a status after which a purchase may have been carried out, whatever the body says. */
export function mayHaveActed(status: number): boolean {
  return status >= 500 || givenUp.has(status);
}

/** True for a refusal whose words report a fault of the upstream: it may have sold a number before the fault. */
export function soundsBroken(value: unknown): boolean {
  return BROKEN.test((JSON.stringify(value) ?? "").slice(0, MAX_WORDS));
}

/** The error of an upstream that failed while it handled the request, which may have been carried out. */
export function brokenDown(provider: string, reason: string): ProviderError {
  return new ProviderError({ provider, kind: "unavailable", definite: false, reason });
}

/** Statuses about the key or the account. Upstreams check these first, so nothing else was done. */
const accountStatuses: ReadonlySet<number> = new Set([401, 402, 403]);

/**
 * The error of a status outside 2xx that the protocol does not document further. A JSON error with a 4xx is a definite
 * refusal by the upstream. 5xx, 408, 425 and bodies that a proxy could have written are not definite.
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

/** Returns the JSON of a 2xx answer, throws on any other. For protocols that report errors by HTTP status. */
export function jsonOf(provider: string, operation: string, answer: HttpAnswer): unknown {
  const body = parseBody(answer.text);
  if (answer.status < 200 || answer.status >= 300) throw statusError(provider, operation, answer, body);
  if (body.kind !== "json") throw garbage(provider, operation, `${body.kind} body`);
  return body.value;
}

/** Parses `value` by the schema. Throws "garbage" with the names of the invalid fields, never their values. */
export function parseAs<T>(provider: string, operation: string, schema: z.ZodType<T>, value: unknown): T {
  const outcome = schema.safeParse(value);
  if (outcome.success) return outcome.data;
  const issues = outcome.error.issues.slice(0, MAX_ISSUES);
  const fields = issues.map((issue) => issue.path.map(fieldName).join(".") || "body");
  throw garbage(provider, operation, `unexpected ${fields.join(", ")}`);
}

/** Only field names may appear in an error. A key of a map is the upstream's data and may be a phone number. */
function fieldName(key: PropertyKey): string {
  return typeof key === "string" && FIELD_NAME.test(key) ? key : "*";
}
