import type { ShopErrorCode } from "../../core/errors.ts";
import type { Tx } from "../../db/client.ts";
import type { ActionResult, CancelResult, PurchaseInput, PurchaseResult } from "../orders.ts";

/** Why a key may not buy just now. */
export type KeyRefusal =
  | { readonly code: ShopErrorCode }
  /** The key was revoked, has run out or may only read. */
  | { readonly code: "key_off" }
  /** The price is above what this key may pay for a number. */
  | { readonly code: "key_price" }
  /** With this purchase the key would spend more than its daily cap. */
  | { readonly code: "key_daily_cap" }
  /** Too few of this buyer's numbers got a code: no purchases until then. */
  | { readonly code: "success_guard"; readonly until: Date }
  /** Another request made a purchase of this name a moment ago. */
  | { readonly code: "repeated" };

/** What a purchase by a key is checked against, in its transaction and under the lock of the buyer's row. */
export interface KeyTerms {
  readonly keyId: string;
  /** The name that the client gave this purchase. */
  readonly clientOrderId: string | null;
  /** Until then a request waits for the number. */
  readonly waitUntil: Date;
  /** Undefined: the key may buy at this price. */
  readonly admit: (
    tx: Tx,
    purchase: { readonly priceMicros: bigint; readonly at: Date },
  ) => Promise<KeyRefusal | undefined>;
  /** Writes down with the order what belongs to it. */
  readonly record: (tx: Tx, orderId: string, at: Date) => Promise<void>;
}

export interface KeyPurchaseInput extends Pick<PurchaseInput, "buyerId" | "quoteId"> {
  readonly terms: KeyTerms;
}

export type KeyPurchaseResult =
  | Exclude<PurchaseResult, { kind: "placed" }>
  /** Order and hold are committed. `ended` resolves when the providers have answered, or will not; never rejects. */
  | { readonly kind: "placed"; readonly orderId: string; readonly ended: Promise<void> }
  | { readonly kind: "not_admitted"; readonly refusal: KeyRefusal };

/** What became of orders whose number a client should have been told; for the metrics. */
export type TellingOutcome = "told" | "adopted" | "untold_cancelled" | "untold_lost";

/** What a reseller's key can ask of orders. Other buyers' orders read as "order_not_found". */
export interface KeyOrders {
  purchase(input: KeyPurchaseInput): Promise<KeyPurchaseResult>;
  /**
   * Takes over the oldest order of this product that the client of these keys was never told about and does not wait for any more:
   * a client that asks again after a lost answer gets its own purchase. Undefined: there is none.
   */
  adopt(wanted: {
    readonly chainId: string;
    readonly serviceId: string;
    readonly countryId: string;
    /** Null: at any price. */
    readonly maxPriceMicros: bigint | null;
    readonly waitUntil: Date;
  }): Promise<string | undefined>;
  /** The answer with the number has left: from now on its SMS are the buyer's. May be called again. */
  told(orderId: string): Promise<void>;
  /** Another request waits for the number, until then. */
  waitFor(orderId: string, until: Date): Promise<void>;
  /** Nobody waits for this number any more, and nobody was told: the next equal request may have it. */
  abandoned(orderId: string): Promise<void>;
  /** As the chat's cancel, but against this limit an hour. */
  cancel(orderId: string, buyerId: string, cancelsPerHour: number): Promise<CancelResult>;
  /** Takes back a cancel that the provider does not accept yet: a client that is told "too early" keeps its number. */
  keepWaiting(orderId: string, buyerId: string): Promise<ActionResult>;
  another(orderId: string, buyerId: string): Promise<ActionResult>;
  finish(orderId: string, buyerId: string): Promise<ActionResult>;
}
