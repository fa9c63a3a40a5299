import type { ShopErrorCode } from "../core/errors.ts";
import type { Html } from "./html.ts";

/** Words on buttons and in toasts: plain text, never HTML. At most 64 characters, 24 where it can be had. */
export interface Labels {
  readonly buy: string;
  readonly orders: string;
  readonly balance: string;
  readonly topup: string;
  readonly help: string;
  readonly settings: string;
  readonly home: string;
  readonly back: string;
  readonly previous: string;
  readonly next: string;
  readonly alphabetical: string;
  readonly popular: string;
  readonly browse: string;
  readonly repeat: (what: string) => string;
  readonly sort: Readonly<Record<"best" | "price" | "name", string>>;
  readonly getNumber: (price: string) => string;
  readonly acceptAndGet: string;
  readonly save: string;
  readonly saved: string;
  readonly otherCountries: string;
  readonly copy: (what: string) => string;
  readonly cancel: string;
  readonly another: string;
  readonly buyAgain: string;
  readonly sameAgain: string;
  readonly done: string;
  readonly notNow: string;
  readonly tryCountry: (what: string) => string;
  readonly tryAgain: string;
  readonly getThis: (what: string) => string;
  readonly payStarsAndBuy: (stars: number) => string;
  readonly otherWays: string;
  readonly stars: (stars: number, value: string) => string;
  readonly otherAmount: string;
  readonly cryptoPay: string;
  readonly manual: string;
  readonly payNow: (amount: string) => string;
  readonly openPrivateChat: string;
  readonly progressSound: (isOn: boolean) => string;
  readonly deleteMyData: string;
  readonly yesDelete: string;
  readonly keepMyData: string;
}

/** Short answers to a tap, shown for a moment. Plain text. */
interface Toasts {
  readonly stale: string;
  readonly cancelRequested: string;
  readonly cancelQueued: string;
  readonly saved: string;
  readonly unsaved: string;
  readonly finished: string;
  readonly writePrivately: string;
}

interface StateWords {
  readonly placing: string;
  readonly in_doubt: string;
  readonly waiting: string;
  readonly cancelling: string;
  readonly received: string;
  readonly waiting_again: string;
  readonly finished: string;
  readonly cancelled: string;
  readonly expired: string;
  readonly failed: string;
}

export interface MovementWords {
  readonly topup: string;
  readonly topup_refund: string;
  readonly hold: string;
  readonly release: string;
  readonly debt_settled: string;
  readonly adjustment: string;
  readonly other: string;
}

/** Message texts: HTML. What is put into them is Html already, so that nothing unescaped can get in. */
export interface Messages {
  readonly welcome: string;
  readonly home: (view: { available: Html; openOrders: number }) => string;
  readonly services: (view: { available: Html }) => string;
  readonly servicesIn: (view: { country: Html }) => string;
  readonly nothingOnSale: string;
  readonly notFound: (view: { query: Html }) => string;
  readonly countries: (view: { service: Html }) => string;
  readonly percentNote: string;
  readonly staleNote: string;
  readonly noCountries: (view: { service: Html }) => string;
  readonly heldOnly: (view: { price: Html }) => string;
  readonly window: (view: { minutes: number }) => string;
  readonly cancelAfter: (view: { minutes: number }) => string;
  readonly cancelAnytime: string;
  readonly noCancel: string;
  readonly secondCode: (view: { another: boolean }) => string;
  readonly inStock: (view: { count: number }) => string;
  readonly success: (view: { percent: number; seconds: number | null }) => string;
  readonly yourBalance: (view: { available: Html }) => string;
  readonly acceptTerms: string;
  readonly short: (view: { missing: Html; product: Html }) => string;
  readonly alternatives: string;
  readonly orderStates: StateWords;
  readonly placing: (view: { price: Html }) => string;
  readonly endsAt: (view: { time: Html }) => string;
  readonly cancelOpens: (view: { time: Html }) => string;
  readonly cancelQueued: (view: { time: Html }) => string;
  readonly cancelAsked: string;
  readonly held: (view: { price: Html }) => string;
  readonly charged: (view: { price: Html }) => string;
  readonly released: (view: { price: Html }) => string;
  readonly smsPurged: string;
  readonly codeEvent: (view: { charged: Html | null; available: Html }) => string;
  readonly expiredEvent: (view: { amount: Html; available: Html }) => string;
  readonly cancelledEvent: (view: { amount: Html; available: Html }) => string;
  readonly failedEvent: (view: { amount: Html; available: Html }) => string;
  readonly cancelRefused: (view: { product: Html }) => string;
  readonly inDoubt: (view: { product: Html }) => string;
  readonly ordersTitle: (view: { open: number }) => string;
  readonly noOrders: string;
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
  readonly topupRejected: string;
  readonly topupRefunded: (view: { stars: number; amount: Html; available: Html }) => string;
  /** What the buyer owes after a refund by Telegram, and what to do about it. */
  readonly debt: (view: { debt: Html }) => string;
  /** `debt` is what is still owed; null: nothing. */
  readonly debtSettled: (view: { amount: Html; debt: Html | null; available: Html }) => string;
  readonly adjusted: (view: { amount: Html; available: Html; reason: Html }) => string;
  readonly settings: string;
  readonly settingsSound: string;
  readonly forgetAsk: (view: { available: Html }) => string;
  readonly forgetSure: string;
  readonly forgotten: string;
  readonly forgetOpenOrders: string;
  readonly kept: string;
  readonly help: string;
  readonly paysupport: (view: { contact: Html | null }) => string;
  readonly disputeThanks: string;
  readonly privacy: (view: { hours: number; contact: Html | null }) => string;
  readonly terms: (view: { version: number; contact: Html | null }) => string;
  readonly group: string;
  readonly unknown: string;
  readonly onlyText: string;
  readonly slowDown: string;
  readonly somethingWrong: string;
}

/** ISO 639-1, as in Telegram's language_code. */
export type TextLanguage = "ar" | "en" | "es" | "id" | "pt" | "ru";

/** Everything that a person reads, in one language. Adding a language is adding one such object. */
export interface Texts {
  readonly language: TextLanguage;
  /** The language's name in itself. */
  readonly name: string;
  readonly commands: Readonly<Record<"buy" | "orders" | "balance" | "topup" | "settings" | "help", string>>;
  /** At most 512 characters: shown in an empty chat. */
  readonly description: string;
  /** At most 120 characters: shown in the profile. */
  readonly shortDescription: string;
  readonly invoice: {
    /** At most 32 characters. */
    readonly title: string;
    /** At most 255 characters. */
    readonly description: (amount: string) => string;
  };
  readonly labels: Labels;
  readonly toasts: Toasts;
  /** Plain sentences that name the next step; they fit a toast and a payment refusal (200 characters). */
  readonly errors: Readonly<Record<ShopErrorCode, string>>;
  readonly messages: Messages;
}
