import { z } from "zod";
import { brokenDown, garbage, mayHaveActed, parseAs, refusal, statusError } from "../../parsing/answers.ts";
import { goodRows, idField } from "../../parsing/parse.ts";
import { smsIn, smsInProse } from "../../parsing/sms.ts";
import { saysWaiting } from "../../parsing/status-phrases.ts";
import type { ObservedSms } from "../../port/provider.ts";
import type { ProviderError, ProviderErrorKind } from "../../port/provider-error.ts";
import { type Body, parseBody } from "../../transport/body.ts";
import type { HttpAnswer } from "../../transport/http.ts";

/** "STATUS CODES" of otpbuddy's documentation: they are in the body, HTTP's own status says little. */
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
  // Product ids come from its own list, so one that is not found has gone from sale since.
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

/** The server has no method of this name; an answer in the protocol's own codes says more than its HTTP status. */
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
 * The reply in an answer; throws where there is none. Its code is the upstream's word with any HTTP status but 5xx, 408
 * and 425, which a proxy or a crash can put on anything.
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

/** What an error code means for an order; a code that the documentation does not list proves nothing. */
export function codeError(provider: string, operation: string, reply: Reply): ProviderError {
  const kind = kindByCode[reply.status];
  if (kind === undefined) return garbage(provider, operation, "undocumented status");
  const reason = `${operation}: status ${reply.status}`;
  // "Server ERROR" proves nothing about a purchase.
  return reply.status === codes.serverError ? brokenDown(provider, reason) : refusal(provider, kind, reason);
}

/** The same where the token is all that was sent, so that only the token can be wrong. */
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

/** Products as the service lists them (an array) or as documented (a map by name); the array may come bare. */
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
 * The SMS of a successful `getSms`; undefined: the reply shows none. Fields of `data` that are named for an SMS come first.
 * `message` brings the SMS at the service, and the words of the code table in the documentation, so there a code is needed.
 */
export function smsOf(reply: Reply): ObservedSms | undefined {
  const data = messageFields.safeParse(reply.data).data;
  const named = smsIn({ code: data?.code ?? data?.otp, text: data?.sms ?? data?.text });
  return named ?? smsInProse(data?.message) ?? smsInProse(reply.data) ?? smsInProse(reply.message);
}

/** A success that says in words that the SMS is still to come. */
export function isStillWaiting(reply: Reply): boolean {
  return [reply.message, reply.data].some((words) => typeof words === "string" && saysWaiting(words));
}

/** An error about the order itself, not its existence or the server: how a refused cancel is worded is not documented. */
export function isRefusal(reply: Reply): boolean {
  return isErrorCode(reply) && reply.status !== codes.unknownId && reply.status !== codes.serverError;
}
