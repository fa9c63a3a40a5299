/** The moments of an order that decide what a look at it is for. */
export interface WatchedTimes {
  readonly state: string;
  readonly expiresAt: Date | null;
  readonly cancelOpensAt: Date | null;
}

/** What the policy knows of one order. Moments are milliseconds since 1970. */
export interface WatchedOrder extends WatchedTimes {
  readonly id: string;
  readonly serviceId: string;
  /** When the wait for the present code began: the number was rented, or another code was asked for. */
  readonly waitingSinceMs: number;
  /** When the provider was last asked and answered; at first, the beginning of the wait. */
  readonly lookedAtMs: number;
  /** No look before this: the last one failed, or decided nothing. */
  readonly notBeforeMs: number;
  /** A webhook named this order, or something else makes a look worth while at once. */
  readonly isHinted: boolean;
  /** Its last SMS came as a code alone, and the provider may tell the whole text. */
  readonly lacksText: boolean;
  /** The provider's lists do not show this order. */
  readonly isUnlisted: boolean;
  /** A question about this order is on its way. */
  readonly isInHand: boolean;
}
