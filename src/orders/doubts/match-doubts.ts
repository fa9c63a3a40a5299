import type { ActiveRental } from "../../providers/port/provider.ts";
import { PURCHASE_TIMEOUT_MS } from "../../providers/transport/http.ts";

/** So long after an attempt's start its call cannot be running any more, here or upstream. */
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
  /** Orders in doubt, each with the number that it gets. */
  readonly adopted: readonly { readonly doubt: Doubt; readonly rental: ActiveRental }[];
  /** Orders in doubt for which the list shows no number. */
  readonly unmatched: readonly Doubt[];
  /** Numbers of these products that no order needs: they are given back. */
  readonly surplus: readonly ActiveRental[];
}

/**
 * Matches `unknown`, the listed numbers that no order of ours owns, with the orders in doubt about the same product,
 * the oldest doubt first. Two unused numbers of one product are interchangeable. A number that has received an SMS is
 * given to nobody: no buyer has seen it, so the SMS is not meant for one. A number of a product that is being bought
 * just now (`underWay`) may belong to that purchase: it and the doubts about its product wait for the answer.
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

/** Picks one doubt for each of the `lost` numbers: that purchase bought it, and its loss is booked already. */
export function buyersOf<D extends Doubt>(doubts: readonly D[], lost: readonly ActiveRental[]): readonly D[] {
  const left = [...doubts];
  return lost.flatMap((rental) => {
    const index = left.findIndex((doubt) => isSameProduct(doubt, rental));
    return index < 0 ? [] : left.splice(index, 1);
  });
}

/** A list that does not name the product may be showing any product, so its rows match every doubt. */
function isSameProduct(product: Product, rental: ActiveRental): boolean {
  const isService = rental.serviceCode === null || rental.serviceCode === product.serviceCode;
  const isCountry = rental.countryCode === null || rental.countryCode === product.countryCode;
  return isService && isCountry;
}

function isUndelivered(rental: ActiveRental): boolean {
  return rental.observation.status === "waiting" && rental.observation.sms.length === 0;
}
