import type { ProviderErrorKind } from "../providers/port/provider-error.ts";
import type { TellingOutcome } from "./by-key/key-orders.ts";
import type { PurchaseResult } from "./orders.ts";

/** How a purchase ended, or that it is not known. A doubt ends later, as `doubt_sold` or `doubt_failed`. */
export type PurchaseEnd = "sold" | "failed" | "in_doubt" | "doubt_sold" | "doubt_failed";

/**
 * What happens to orders, told for the metrics. It is told when it is decided: a transaction that fails after that is
 * done again, and told again.
 */
export interface OrderEvents {
  /** The answer to a buyer's tap on "Get number". */
  tapped(result: PurchaseResult): void;
  /** `reason` (one of our own codes) says why there is no number, or why that is not known; null: it was sold. */
  ended(end: PurchaseEnd, reason: string | null): void;
  /** One purchase call was answered, or not: then it is in doubt. */
  attempted(provider: string, outcome: "rented" | "in_doubt" | ProviderErrorKind): void;
  /** A provider was asked about one order: one that waits for its code, or one that has it. */
  looked(provider: string, kind: "check" | "delivered"): void;
  /** What became of a number that a reseller's client should be told. */
  telling(outcome: TellingOutcome): void;
}
