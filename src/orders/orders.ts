import type { ShopErrorCode } from "../core/errors.ts";
import type { Tx } from "../db/client.ts";
import type { OrderState } from "./state.ts";

/** One received SMS; code and text are null once purged. */
export interface OrderSms {
  readonly id: string;
  readonly sequence: number;
  readonly code: string | null;
  readonly text: string | null;
  readonly receivedAt: Date;
}

/** An order as its buyer may see it. */
export interface OrderView {
  readonly id: string;
  readonly buyerId: string;
  readonly serviceId: string;
  readonly countryId: string;
  readonly state: OrderState;
  readonly version: number;
  readonly priceMicros: bigint;
  readonly phone: string | null;
  readonly placedAt: Date;
  readonly expiresAt: Date | null;
  /** When the provider begins to accept a cancel; null: no lock. */
  readonly cancelOpensAt: Date | null;
  /** Set when the buyer asked to cancel. */
  readonly cancelRequestedAt: Date | null;
  readonly closedAt: Date | null;
  readonly failure: ShopErrorCode | null;
  readonly sms: readonly OrderSms[];
  /** What the buttons follow: capabilities of the provider and the state, in one place. */
  readonly actions: {
    readonly cancel: boolean;
    /** The number can be exchanged for another one under the same agreement. */
    readonly swap: boolean;
    /** A cancel or swap is queued, and can be taken back. */
    readonly keepWaiting: boolean;
    readonly another: boolean;
    readonly finish: boolean;
  };
  /** The cancel under way is for a swap; of a cancelled order: another order has taken its place. */
  readonly isSwap: boolean;
  /** It waits longer than twice the usual time of this service and provider. */
  readonly isSlow: boolean;
  readonly chatId: number;
  readonly cardMessageId: number | null;
}

export interface PurchaseInput {
  readonly buyerId: string;
  readonly quoteId: string;
  /** The quote that the buyer agreed to and paid for, when it is bought by another one. Both together make one order. */
  readonly agreedQuoteId?: string | null;
  readonly chatId: number;
  /** The message whose button was pressed: it becomes the order's card. */
  readonly cardMessageId: number | null;
  /** The version of the terms that this tap accepts; null: accepted before. */
  readonly acceptsTermsVersion: number | null;
}

export type PurchaseResult =
  /** Order and hold are committed; the outbox will show what comes. */
  | { readonly kind: "placed"; readonly orderId: string }
  /** This quote was used already: the same tap again. */
  | { readonly kind: "already"; readonly orderId: string }
  | {
      readonly kind: "short";
      readonly missingMicros: bigint;
      readonly priceMicros: bigint;
      readonly serviceId: string;
      readonly countryId: string;
    }
  | {
      readonly kind: "refused";
      readonly code: ShopErrorCode;
      readonly serviceId: string | null;
      readonly countryId: string | null;
    };

export type CancelResult =
  /** The provider has been asked or will be in a moment; the outcome comes as an event. */
  | { readonly kind: "requested" }
  /** Asked too early: queued, sent to the provider at `at`. */
  | { readonly kind: "queued"; readonly at: Date }
  | { readonly kind: "refused"; readonly code: ShopErrorCode };

export type ActionResult =
  | { readonly kind: "done" }
  | { readonly kind: "refused"; readonly code: ShopErrorCode };

export interface OrdersQuery {
  readonly page: number;
  /** False: ended ones too. */
  readonly isOpenOnly: boolean;
}

/** A page of a buyer's orders: each once, newest first. */
export interface OrderPage extends OrdersQuery {
  readonly items: readonly OrderView[];
  /** Of all open orders, whatever the page shows. */
  readonly openCount: number;
  readonly pageCount: number;
}

/** What the chat can ask of orders. Every method re-reads and owner-checks; a foreign order reads as "order_not_found". */
export interface Orders {
  purchase(input: PurchaseInput): Promise<PurchaseResult>;
  cancel(orderId: string, buyerId: string): Promise<CancelResult>;
  /**
   * The app refused the number: it goes back, and a new one is got for the same price and under the same limits of cost.
   * Waits like a cancel until the provider accepts one; a code that comes first wins.
   */
  swap(orderId: string, buyerId: string): Promise<CancelResult>;
  /** Takes a queued cancel or swap back. */
  keepWaiting(orderId: string, buyerId: string): Promise<ActionResult>;
  another(orderId: string, buyerId: string): Promise<ActionResult>;
  finish(orderId: string, buyerId: string): Promise<ActionResult>;
  /** Pays for an SMS that came after the order's money was released, and shows it. */
  payLate(orderId: string, buyerId: string): Promise<ActionResult>;
  /** Undefined: no such order of this buyer. */
  find(orderId: string, buyerId: string): Promise<OrderView | undefined>;
  /** For rendering by the outbox: no owner check. */
  load(orderId: string): Promise<OrderView | undefined>;
  list(buyerId: string, query: OrdersQuery): Promise<OrderPage>;
  /** How many orders this buyer has open. */
  countOpen(buyerId: string): Promise<number>;
  /**
   * The orders placed before this one, newest first, for reading all of them piece by piece; undefined: from the newest on.
   */
  listBefore(buyerId: string, order: OrderView | undefined, limit: number): Promise<readonly OrderView[]>;
  /** The order's card is now this message (it was sent anew). */
  moveCard(orderId: string, chatId: number, messageId: number): Promise<void>;
}

/** Who acts on somebody's order, and when. */
export interface ByOperator {
  readonly orderId: string;
  /** "operator:<telegram id>" */
  readonly actor: string;
  readonly at: Date;
}

/** What operators do with the orders of others, each in the caller's transaction. False: the order's state does not allow it. */
export interface OrdersForOperators {
  /** As the buyer's own cancel, but it counts towards no limit of theirs. */
  cancelFor(tx: Tx, by: ByOperator): Promise<boolean>;
  /** Ends a doubt: the buyer gets the money back, the cost is booked as a possible loss. */
  giveBack(tx: Tx, by: ByOperator): Promise<boolean>;
  /** The provider is asked about this number next. */
  checkNow(tx: Tx, by: ByOperator): Promise<boolean>;
  /** After the commit of one of these. */
  changed(orderId: string): Promise<void>;
}
