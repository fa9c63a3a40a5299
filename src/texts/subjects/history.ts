import type { Html } from "../html.ts";

/** What was bought and paid before: the list of orders, receipts, the statement's orders, and files of both. */
export interface HistoryTexts {
  readonly labels: {
    readonly onlyOpen: (count: number) => string;
    readonly allOrders: string;
    readonly asFile: string;
  };
  readonly toasts: {
    readonly oneFileAMinute: string;
  };
  readonly messages: {
    /** What the signs on the buttons of /orders mean. */
    readonly orderSigns: string;
    readonly orderedAt: (view: { time: Html }) => string;
    readonly endedAt: (view: { time: Html }) => string;
    /** What an order did to the balance. */
    readonly orderMovements: Readonly<Record<"hold" | "capture" | "release" | "late_charge", string>>;
    /** Behind an open order in the statement. */
    readonly stillHeld: (view: { price: Html }) => string;
    readonly fileReady: string;
    /** `count` rows are in the file, and there are more. */
    readonly fileBounded: (view: { count: number }) => string;
  };
}
