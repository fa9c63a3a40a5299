import type { Html } from "../html.ts";

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

/** An order from the tap to its end. */
export interface OrdersTexts {
  readonly labels: {
    readonly copy: (what: string) => string;
    readonly cancel: string;
    /** Gives a number back that the app refused, for another one. */
    readonly swap: string;
    readonly keepWaiting: string;
    /** Asks to be told when a sold-out product is on sale again. */
    readonly tellWhenBack: string;
    readonly another: string;
    readonly buyAgain: string;
    readonly sameAgain: string;
    readonly done: string;
    readonly openOrder: (what: string) => string;
    /** Pays for a message that came after the release, and shows it. */
    readonly showLate: (price: string) => string;
  };
  readonly toasts: {
    readonly cancelRequested: string;
    readonly cancelQueued: string;
    readonly finished: string;
    readonly swapRequested: string;
    readonly swapQueued: string;
    readonly keepsWaiting: string;
    readonly askingAnother: string;
    readonly alertAdded: string;
  };
  readonly messages: {
    readonly orderStates: StateWords;
    readonly placing: (view: { price: Html }) => string;
    readonly endsAt: (view: { time: Html }) => string;
    readonly cancelOpens: (view: { time: Html }) => string;
    readonly cancelQueued: (view: { time: Html }) => string;
    readonly cancelAsked: string;
    readonly swapQueued: (view: { time: Html }) => string;
    readonly swapAsked: string;
    /** Of an order whose number the app refused. */
    readonly swapped: string;
    readonly slow: string;
    readonly moreCodesUntil: (view: { time: Html }) => string;
    readonly noOtherCode: (view: { product: Html }) => string;
    readonly backInStock: (view: { product: Html }) => string;
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
    /** An SMS that came after the buyer's money was released, and that is kept back until they pay for it. */
    readonly lateSms: (view: { product: Html; price: Html; available: Html }) => string;
  };
}
