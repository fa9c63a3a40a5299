import type { CodeRefusal } from "../../core/promo-code.ts";
import type { Html } from "../html.ts";

/** Vouchers and promo codes. */
export interface PromotionsTexts {
  readonly messages: {
    readonly askCode: string;
    readonly codeRefused: Readonly<Record<CodeRefusal, string>>;
    readonly voucherAdded: (view: { amount: Html; available: Html }) => string;
    /** Waits for a top-up of at least `min`; null: of any size. */
    readonly bonusWaits: (view: { amount: Html; min: Html | null }) => string;
    readonly bonusAdded: (view: { amount: Html; available: Html }) => string;
    readonly bonusTaken: (view: { amount: Html; available: Html }) => string;
    /** `product`: what it is for; null: everything. */
    readonly discountReady: (view: { percent: number; count: number; product: Html | null }) => string;
    /** Below {@link bonusWaits} and {@link discountReady}. */
    readonly codeUntil: (view: { time: Html }) => string;
    /** Below the price of a quote. */
    readonly insteadOf: (view: { price: Html }) => string;
  };
}
