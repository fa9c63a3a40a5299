import type { Html } from "../html.ts";

/** The ways through the shop, the first words, and what is said to whoever is not understood. */
export interface ChatTexts {
  readonly labels: {
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
    readonly notNow: string;
    readonly tryAgain: string;
    readonly openPrivateChat: string;
    /** Leads to the question that /paysupport asks. */
    readonly support: string;
  };
  readonly toasts: {
    readonly stale: string;
    readonly writePrivately: string;
    /** The answer to the button under a message to all buyers. */
    readonly newsOff: string;
  };
  readonly messages: {
    readonly welcome: string;
    readonly home: (view: { available: Html; openOrders: number }) => string;
    readonly help: string;
    readonly page: (view: { page: number; pageCount: number }) => string;
    readonly group: string;
    readonly unknown: string;
    readonly onlyText: string;
    readonly slowDown: string;
    readonly somethingWrong: string;
  };
}
