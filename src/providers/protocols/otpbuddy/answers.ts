import { z } from "zod";
import { brokenDown, garbage, mayHaveActed, parseAs, refusal, statusError } from "../../parsing/answers.ts";
import { goodRows, idField } from "../../parsing/parse.ts";
import { smsIn, smsInProse } from "../../parsing/sms.ts";
import { saysWaiting } from "../../parsing/status-phrases.ts";
import type { ObservedSms } from "../../port/provider.ts";
import type { ProviderError, ProviderErrorKind } from "../../port/provider-error.ts";
import { type Body, parseBody } from "../../transport/body.ts";
import type { HttpAnswer } from "../../transport/http.ts";

/** "STATUS CODES" of otpbuddy's documentation. They are in the body; the HTTP status is not reliable. */
export const codes = {
  success: 200,
  waiting: 210,
  unknownId: 201,
  expired: 204,
  serverError: 205,
  invalidParameter: 206,
} as const;

const kindByCode: Readonly<Record<number, ProviderErrorKind>> = {
  [codes.unknownId]: "unknown_order",
  202: "no_funds",
  // Product ids come from otpbuddy's list, so "not found" means that the product is no longer sold.
  203: "no_stock",
  [codes.expired]: "unknown_order",
  [codes.serverError]: "unavailable",
  [codes.invalidParameter]: "bad_mapping",
};

const replySchema = z.object({
  status: z.union([
    z.int(),
    z
      .string()
      .regex(/^\d{3}$/)
      .transform(Number),
  ]),
  message: z.unknown().optional(),
  data: z.unknown().optional(),
});

export type Reply = z.infer<typeof replySchema>;

/** True: the server has no method of this name. An answer with a code of the protocol is from the method itself. */
export function isMissing(answer: HttpAnswer): boolean {
  if (answer.status !== 404 && answer.status !== 405) return false;
  const reply = inBody(parseBody(answer.text));
  return reply === undefined || !isErrorCode(reply);
}

function inBody(body: Body): Reply | undefined {
  return body.kind === "json" ? replySchema.safeParse(body.value).data : undefined;
}

function isErrorCode(reply: Reply): boolean {
  return kindByCode[reply.status] !== undefined;
}

/**
 * Returns the reply in an answer, throws if there is none. The reply's code counts with any HTTP status except 5xx, 408 and
 * 425, after which the request may have been carried out.
 */
export function replyOf(provider: string, operation: string, answer: HttpAnswer): Reply {
  const body = parseBody(answer.text);
  const isOk = answer.status >= 200 && answer.status < 300;
  const reply = inBody(body);
  const isKeyRefused = answer.status === 401 || answer.status === 403;
  if (reply && (isOk || (!mayHaveActed(answer.status) && !isKeyRefused && isErrorCode(reply)))) return reply;
  if (!isOk) throw statusError(provider, operation, answer, body);
  throw garbage(provider, operation, body.kind === "json" ? "no status" : `${body.kind} body`);
}

/** The error of a reply about an order. A code that the documentation does not list proves nothing. */
export function codeError(provider: string, operation: string, reply: Reply): ProviderError {
  const kind = kindByCode[reply.status];
  if (kind === undefined) return garbage(provider, operation, "undocumented status");
  const reason = `${operation}: status ${reply.status}`;
  // "Server ERROR" does not prove that nothing was bought.
  return reply.status === codes.serverError ? brokenDown(provider, reason) : refusal(provider, kind, reason);
}

/** The same for requests with no parameter but the token, so that only the token can be wrong. */
export function accountError(provider: string, operation: string, reply: Reply): ProviderError {
  const isToken = reply.status === codes.unknownId || reply.status === codes.invalidParameter;
  if (!isToken) return codeError(provider, operation, reply);
  return refusal(provider, "bad_credentials", `${operation}: status ${reply.status}`);
}

export interface Product {
  readonly code: string;
  readonly name: string;
  readonly price: unknown;
}

const label = z.string().trim().min(1);
const listedProduct = z
  .object({ product_id: idField, product_name: label, price: z.unknown().optional() })
  .transform((row): Product => ({ code: row.product_id, name: row.product_name, price: row.price }));
const namedProduct = z
  .tuple([label, z.object({ id: idField, price: z.unknown().optional() })])
  .transform(([name, row]): Product => ({ code: row.id, name, price: row.price }));

const productList = z.object({
  data: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]),
});

/** Reads the products: an array as the service returns it, with or without a wrapper, or a map by name as documented. */
export function productsOf(provider: string, operation: string, answer: HttpAnswer): Product[] {
  const body = parseBody(answer.text);
  const isBare = answer.status === 200 && body.kind === "json" && Array.isArray(body.value);
  const reply = isBare ? { status: codes.success, data: body.value } : replyOf(provider, operation, answer);
  if (reply.status !== codes.success) throw accountError(provider, operation, reply);
  const { data } = parseAs(provider, operation, productList, reply);
  return Array.isArray(data) ? goodRows(data, listedProduct) : goodRows(Object.entries(data), namedProduct);
}

const messageFields = z.object({
  message: z.unknown().optional(),
  sms: z.unknown().optional(),
  text: z.unknown().optional(),
  code: z.unknown().optional(),
  otp: z.unknown().optional(),
});

/**
 * The SMS of a successful `getSms`. Undefined: none yet. Fields of `data` that are named for an SMS come first. `message`
 * holds either the SMS or a status text of the documentation, so it counts only if it holds a code.
 */
export function smsOf(reply: Reply): ObservedSms | undefined {
  const data = messageFields.safeParse(reply.data).data;
  const named = smsIn({ code: data?.code ?? data?.otp, text: data?.sms ?? data?.text });
  return named ?? smsInProse(data?.message) ?? smsInProse(reply.data) ?? smsInProse(reply.message);
}

/** True for a successful reply whose text says that the SMS has not arrived yet. */
export function isStillWaiting(reply: Reply): boolean {
  return [reply.message, reply.data].some((words) => typeof words === "string" && saysWaiting(words));
}

/** True for an error about the order's state. The answer to a refused cancel is not documented. */
export function isRefusal(reply: Reply): boolean {
  return isErrorCode(reply) && reply.status !== codes.unknownId && reply.status !== codes.serverError;
}
