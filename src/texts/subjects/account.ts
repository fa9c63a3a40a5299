import type { Html } from "../html.ts";

/** Settings, a buyer's data, and payment trouble. */
export interface AccountTexts {
  readonly labels: {
    readonly progressSound: (isOn: boolean) => string;
    readonly deleteMyData: string;
    readonly yesDelete: string;
    readonly keepMyData: string;
  };
  readonly messages: {
    readonly settings: string;
    readonly settingsSound: string;
    readonly forgetAsk: (view: { available: Html }) => string;
    readonly forgetSure: string;
    readonly forgotten: string;
    readonly forgetOpenOrders: string;
    readonly kept: string;
    readonly paysupport: (view: { contact: Html | null }) => string;
    readonly disputeThanks: string;
  };
}
