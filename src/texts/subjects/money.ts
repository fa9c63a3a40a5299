import type { Html } from "../html.ts";

interface MovementWords {
  readonly topup: string;
  readonly topup_refund: string;
  readonly debt_settled: string;
  /** Paid for an SMS that came after the release. */
  readonly late_charge: string;
  readonly adjustment: string;
  /** For a friend's order, see referral.ts; and taken back because the friend's payment was refunded. */
  readonly referral: string;
  readonly referral_back: string;
  /** Of a promo code or voucher; also where it is taken back. */
  readonly bonus: string;
  readonly other: string;
}

/** Balance, statement and ways to pay. */
export interface MoneyTexts {
  readonly labels: {
    readonly payStarsAndBuy: (stars: number) => string;
    readonly payAndBuy: (amount: string) => string;
    readonly otherWays: string;
    readonly stars: (stars: number, value: string) => string;
    readonly otherAmount: string;
    readonly cryptoPay: string;
    readonly manual: string;
    readonly payNow: (amount: string) => string;
  };
  readonly messages: {
    readonly balance: (view: { available: Html; held: Html }) => string;
    readonly movements: string;
    readonly noMovements: string;
    readonly movementKinds: MovementWords;
    readonly topup: (view: { available: Html }) => string;
    readonly topupFor: (view: { available: Html; product: Html }) => string;
    readonly askStars: (view: { min: number; max: number }) => string;
    readonly askUsd: (view: { min: Html; max: Html }) => string;
    readonly amountNotUnderstood: string;
    readonly cryptoInvoice: (view: { amount: Html }) => string;
    readonly manualInstructions: (view: { amount: Html; contact: Html | null }) => string;
    readonly manualThanks: string;
    readonly manualNeedsProof: string;
    readonly credited: (view: { amount: Html; available: Html }) => string;
    /** Below {@link credited}: the purchase that waited for the money is being made. */
    readonly gettingNumber: (view: { product: Html }) => string;
    /** Some seconds after {@link gettingNumber}: it is still being tried, for two minutes at most. */
    readonly stillTrying: (view: { product: Html }) => string;
    readonly topupRejected: string;
    /** An operator writes to a buyer; they can answer by /paysupport only. */
    readonly fromShop: (view: { text: Html }) => string;
    readonly topupRefunded: (view: { stars: number; amount: Html; available: Html }) => string;
    /** What the buyer owes after a refund by Telegram, and what to do about it. */
    readonly debt: (view: { debt: Html }) => string;
    /** `debt` is what is still owed; null: nothing. */
    readonly debtSettled: (view: { amount: Html; debt: Html | null; available: Html }) => string;
    readonly adjusted: (view: { amount: Html; available: Html; reason: Html }) => string;
  };
  readonly invoice: {
    /** At most 32 characters. */
    readonly title: string;
    /** At most 255 characters. */
    readonly description: (amount: string) => string;
  };
}
