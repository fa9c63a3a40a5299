import type { z } from "zod";
import { plainUsd } from "../../../core/money.ts";
import type { BuyRefusal } from "../../../reseller/buying.ts";
import type { refusalAnswer } from "./schemas.ts";

/**
 * Status and sentence of each refusal. OxgelAPI's document gives the sentences of 401, 402 and 403, and says what 404 is
 * for; the rest is ours.
 */
const refusals = {
  bad_request: [400, "The request cannot be read"],
  no_key: [401, "Missing X-API-Key header"],
  wrong_key: [401, "Invalid or inactive API key"],
  insufficient_funds: [402, "Insufficient balance"],
  key_daily_cap: [402, "This key's limit for today is spent"],
  buyer_banned: [403, "banned"],
  read_only: [403, "This key may only read"],
  address_not_allowed: [403, "This address is not on the key's list"],
  terms_not_accepted: [403, "Accept the terms of the API in the bot: /api"],
  service_blocked: [403, "This service is not sold here"],
  unknown_endpoint: [404, "Unknown endpoint"],
  unknown_service: [404, "Unknown service"],
  unknown_country: [404, "Unknown country"],
  order_not_found: [404, "Unknown order id"],
  wrong_method: [405, "Wrong method for this endpoint"],
  out_of_stock: [409, "No numbers available"],
  price_too_high: [409, "No numbers available at this price"],
  key_price: [409, "No numbers available at the highest price of this key"],
  order_not_active: [409, "The order is not in a state for this"],
  no_code: [409, "No code has been received"],
  another_not_supported: [409, "Another SMS cannot be asked for now, or not for this number"],
  too_early: [409, "This order cannot be cancelled yet: try again later"],
  name_reused: [422, "This Idempotency-Key was used for another purchase"],
  bad_body: [422, "The purchase is not as it should be"],
  success_guard: [429, "Too few of your numbers received a code"],
  too_many_open_orders: [429, "Too many open orders"],
  too_many_purchases: [429, "Too many purchases in an hour"],
  new_buyer_limit: [429, "Too many purchases for a new buyer"],
  too_many_cancels: [429, "Too many cancels in an hour"],
  too_many_requests: [429, "Too many requests"],
  internal: [500, "Something failed here: try again later"],
  sales_paused: [503, "The shop sells nothing just now"],
} as const satisfies Record<string, readonly [number, string]>;

export type RefusalCode = keyof typeof refusals;

export type RefusalStatus = (typeof refusals)[RefusalCode][0];

export interface Refusal {
  readonly status: RefusalStatus;
  readonly body: z.infer<typeof refusalAnswer>;
  readonly retryAfterSeconds?: number;
  /** No number is told. */
  readonly tells?: never;
}

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3_600;

/** After how long it makes sense to ask again, in seconds. */
const waits: Partial<Record<RefusalCode, number>> = {
  too_many_open_orders: MINUTE_SECONDS,
  too_many_purchases: HOUR_SECONDS,
  new_buyer_limit: HOUR_SECONDS,
  too_many_cancels: HOUR_SECONDS,
  sales_paused: MINUTE_SECONDS,
};

/** `detail` stands behind the sentence; `retryAfterSeconds` where it is known better than usual. */
export function refuse(
  code: RefusalCode,
  { detail, retryAfterSeconds }: { detail?: string; retryAfterSeconds?: number } = {},
): Refusal {
  const [status, sentence] = refusals[code];
  const seconds = retryAfterSeconds ?? waits[code];
  return {
    status,
    body: { error: detail === undefined ? sentence : `${sentence}: ${detail}`, code },
    ...(seconds !== undefined && { retryAfterSeconds: seconds }),
  };
}

/** The statuses that these refusals have, smallest first. */
export function statusesOf(codes: readonly RefusalCode[]): number[] {
  return [...new Set(codes.map((code) => refusals[code][0]))].sort((a, b) => a - b);
}

/** What the purchase was refused for. Whatever has no word of its own reads as "no numbers". */
export function refusalOf(refused: BuyRefusal, now: Date): Refusal {
  if (refused.kind === "too_dear") {
    const { status, body } = refuse("price_too_high");
    return { status, body: { ...body, price: Number(plainUsd(refused.priceMicros)) } };
  }
  const { refusal } = refused;
  if (refusal.code === "success_guard" && "until" in refusal) {
    const leftMs = refusal.until.getTime() - now.getTime();
    return refuse("success_guard", { retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1_000)) });
  }
  if (refusal.code === "key_off") return refuse("wrong_key");
  return refuse(isRefusalCode(refusal.code) ? refusal.code : "out_of_stock");
}

function isRefusalCode(code: string): code is RefusalCode {
  return Object.hasOwn(refusals, code);
}
