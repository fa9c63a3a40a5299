/**
 * What a buyer can be told. Every code has a sentence in every language (`texts/`, exhaustive by type);
 * a code without its texts does not compile. A ShopError is thrown where a request cannot be served; an outcome that a
 * caller has to expect is returned instead.
 */
export const shopErrorCodes = [
  "insufficient_funds",
  "quote_expired",
  "quote_used",
  "price_moved",
  "out_of_stock",
  "providers_unavailable",
  "prices_not_read",
  "terms_not_accepted",
  "service_blocked",
  "not_on_sale",
  "sales_paused",
  "too_many_open_orders",
  "too_many_purchases",
  "too_many_cancels",
  "new_buyer_limit",
  "order_not_found",
  "order_not_active",
  "cancel_not_supported",
  "cancel_begun",
  "too_many_swaps",
  "too_many_alerts",
  "another_not_supported",
  "topup_not_found",
  "topup_expired",
  "topup_amount_invalid",
  "gateway_off",
  "topups_paused",
  "gateway_unavailable",
  "buyer_banned",
  "internal",
] as const;

export type ShopErrorCode = (typeof shopErrorCodes)[number];

/** An error whose code has a sentence for the buyer; `cause` is for the operator's log. */
export class ShopError extends Error {
  readonly code: ShopErrorCode;
  constructor(code: ShopErrorCode, options?: { cause?: unknown }) {
    super(code, options);
    this.name = "ShopError";
    this.code = code;
  }
}

/** The code has come where it should never come: nothing that is tried again can succeed. */
export class ImpossibleError extends Error {
  override readonly name = "ImpossibleError";
}

/** Call it where no case is left: the code does not compile while one is not handled. */
export function assertNever(value: never): never {
  throw new Error(`Unhandled case: ${JSON.stringify(value)}`);
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
