import type { ShopErrorCode } from "../core/errors.ts";

export const gatewayNames = ["stars", "crypto-pay", "manual"] as const;
export type GatewayName = (typeof gatewayNames)[number];

/**
 * The purchase that ran short of money. It is bought once the top-up is credited, if that is within an hour of the
 * agreement and today's price is not above the agreed one; else the buyer is asked once.
 */
export interface Resume {
  readonly serviceId: string;
  readonly countryId: string;
  /** The price that the buyer agreed to. */
  readonly priceMicros: bigint;
  /** The quote that says so: it makes one order, however often it is paid. */
  readonly quoteId: string;
}

export interface StarsInvoice {
  readonly topupId: string;
  readonly stars: number;
  /** What it credits, frozen now. */
  readonly amountMicros: bigint;
  /** The invoice payload that comes back with the payment. */
  readonly payload: string;
  readonly expiresAt: Date;
}

export interface CryptoInvoice {
  readonly topupId: string;
  readonly amountMicros: bigint;
  readonly payUrl: string;
  readonly expiresAt: Date;
}

export type BeginResult<T> =
  | { readonly kind: "begun"; readonly invoice: T }
  | { readonly kind: "refused"; readonly code: ShopErrorCode };

export type PreCheckoutAnswer = { readonly ok: true } | { readonly ok: false; readonly code: ShopErrorCode };

/** A payment as getStarTransactions shows it. */
export interface StarsPayment {
  readonly chargeId: string;
  readonly payload: string;
  readonly telegramId: number;
  readonly stars: number;
  readonly paidAt: Date;
}

/** What the chat can ask of top-ups. */
export interface Topups {
  readonly gateways: readonly GatewayName[];
  /** Stars needed to credit at least this much, rounded up. */
  starsFor(amountMicros: bigint): number;
  /** What so many Stars credit. */
  starsValueMicros(stars: number): bigint;
  /** 1–10,000 Stars. */
  beginStars(input: {
    buyerId: string;
    chatId: number;
    stars: number;
    resume: Resume | null;
  }): Promise<BeginResult<StarsInvoice>>;
  /** Reads one row and answers at once (Telegram waits 10 s at most). */
  checkStars(input: {
    payload: string;
    telegramId: number;
    stars: number;
    currency: string;
  }): Promise<PreCheckoutAnswer>;
  /**
   * An update told of a Stars payment (`in`) or refund (`out`). Books it once Telegram's own list of transactions shows
   * it, and rejects until then: an update alone moves no money.
   */
  confirmStars(told: { chargeId: string; direction: "in" | "out" }): Promise<void>;
  beginCrypto(input: {
    buyerId: string;
    chatId: number;
    amountMicros: bigint;
    resume: Resume | null;
  }): Promise<BeginResult<CryptoInvoice>>;
  beginManual(input: {
    buyerId: string;
    chatId: number;
    amountMicros: bigint;
    resume: Resume | null;
  }): Promise<BeginResult<{ topupId: string }>>;
  /** The buyer's note or picture for a manual top-up. */
  claimManual(input: {
    topupId: string;
    buyerId: string;
    note: string | null;
    fileId: string | null;
    fileUniqueId: string | null;
  }): Promise<BeginResult<{ claimId: string }>>;
  openDispute(input: { buyerId: string; text: string }): Promise<{ readonly disputeId: string }>;
}
