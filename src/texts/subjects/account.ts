import type { Html } from "../html.ts";

/** Settings, a buyer's data, and payment trouble. */
export interface AccountTexts {
  readonly labels: {
    readonly progressSound: (isOn: boolean) => string;
    readonly quickBuy: (isOn: boolean) => string;
    /** What the shop writes to all its buyers: the setting. */
    readonly news: (isOn: boolean) => string;
    /** The same as a button under such a message. */
    readonly noNews: string;
    readonly deleteMyData: string;
    readonly yesDelete: string;
    readonly keepMyData: string;
    readonly sendToShop: string;
    /** For a text that was meant as a search, not for the shop. */
    readonly searchThis: string;
  };
  readonly messages: {
    readonly settings: string;
    readonly settingsSound: string;
    readonly settingsQuickBuy: string;
    readonly settingsNews: string;
    readonly forgetAsk: (view: { available: Html }) => string;
    readonly forgetSure: string;
    readonly forgotten: string;
    readonly forgetOpenOrders: string;
    readonly kept: string;
    readonly paysupport: (view: { contact: Html | null }) => string;
    readonly disputeAsk: string;
    readonly disputeNeedsText: string;
    readonly disputeThanks: string;
  };
}
