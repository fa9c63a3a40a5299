import type { ActiveRental } from "../../providers/port/provider.ts";
import { PURCHASE_TIMEOUT_MS } from "../../providers/transport/http.ts";

/** Counted from the attempt's start, with a margin: after this, no call that we gave up can still buy. */
export const quiesceMs = 2 * PURCHASE_TIMEOUT_MS;

export interface Product {
  readonly serviceCode: string;
  readonly countryCode: string;
}

export interface Doubt extends Product {
  readonly orderId: string;
  readonly attemptId: string;
  readonly startedAt: Date;
}

export interface Matching {
  /** A number for each of these orders. */
  readonly adopted: readonly { readonly doubt: Doubt; readonly rental: ActiveRental }[];
  /** No number in the list: these orders bought nothing. */
  readonly unmatched: readonly Doubt[];
  /** Numbers of these products that are no order's: they go back. */
  readonly surplus: readonly ActiveRental[];
}

/**
 * Gives the numbers that a provider's list shows, and that no order of ours has, to the orders in doubt about the
 * same product, the oldest first. Undelivered numbers of one product are interchangeable; one that has received an
 * SMS is not, because its buyer never saw the number. `unknown` holds only rentals that no order of ours owns; one of
 * a product that is being bought just now (`underWay`) may be that purchase's, and waits with its doubts for the answer.
 */
export function matchDoubts(
  doubts: readonly Doubt[],
  unknown: readonly ActiveRental[],
  underWay: readonly Product[] = [],
): Matching {
  const contested = unknown.filter((rental) => underWay.some((product) => isSameProduct(product, rental)));
  const oldestFirst = [...doubts].sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
  const free = unknown.filter(
    (rental) => !contested.includes(rental) && doubts.some((doubt) => isSameProduct(doubt, rental)),
  );
  const adopted: { doubt: Doubt; rental: ActiveRental }[] = [];
  const unmatched: Doubt[] = [];
  for (const doubt of oldestFirst) {
    const index = free.findIndex((rental) => isSameProduct(doubt, rental) && isUndelivered(rental));
    const [rental] = index < 0 ? [] : free.splice(index, 1);
    if (rental) adopted.push({ doubt, rental });
    else if (!contested.some((other) => isSameProduct(doubt, other))) unmatched.push(doubt);
  }
  return { adopted, unmatched, surplus: free };
}

/** Those of the doubts, one for each of these numbers, that bought it: the number is gone, and its loss is known. */
export function explained<D extends Doubt>(
  doubts: readonly D[],
  lost: readonly ActiveRental[],
): readonly D[] {
  const left = [...doubts];
  return lost.flatMap((rental) => {
    const index = left.findIndex((doubt) => isSameProduct(doubt, rental));
    return index < 0 ? [] : left.splice(index, 1);
  });
}

/** A list that names no product may be showing any: then it is taken to match. */
function isSameProduct(product: Product, rental: ActiveRental): boolean {
  const isService = rental.serviceCode === null || rental.serviceCode === product.serviceCode;
  const isCountry = rental.countryCode === null || rental.countryCode === product.countryCode;
  return isService && isCountry;
}

function isUndelivered(rental: ActiveRental): boolean {
  return rental.observation.status === "waiting" && rental.observation.sms.length === 0;
}
