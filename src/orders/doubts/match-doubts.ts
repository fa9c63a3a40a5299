import type { ActiveRental } from "../../providers/port/provider.ts";
import { PURCHASE_TIMEOUT_MS } from "../../providers/transport/http.ts";

/** So long after an attempt's start its call cannot be running any more, here or upstream. */
export const quiesceMs = 2 * PURCHASE_TIMEOUT_MS;

/** If a provider is silent for so long, the buyer gets the money back: any number has run out by then. */
export const GIVE_UP_DOUBT_MS = 45 * 60 * 1000;

/** A provider's clock and the seconds that it rounds away may make a number look older than its purchase by so much. */
const CLOCK_DIFFERENCE_MS = 10_000;

export interface Product {
  readonly serviceCode: string;
  readonly countryCode: string;
}

export interface Doubt extends Product {
  readonly orderId: string;
  readonly attemptId: string;
  readonly startedAt: Date;
  /** Numbers that the buyer gave back because the app refused them; absent: none. */
  readonly refusedPhones?: ReadonlySet<string>;
}

/** A row of a provider's list, and when we first saw it there; absent: just now. */
export interface ListedRental extends ActiveRental {
  readonly firstSeenAt?: Date;
}

/** A purchase call that has no answer yet. */
export interface Call extends Product {
  readonly startedAt: Date;
}

export interface Matching {
  /** Orders in doubt, each with the number that it gets. */
  readonly adopted: readonly { readonly doubt: Doubt; readonly rental: ListedRental }[];
  /** Orders in doubt for which the list shows no number. */
  readonly unmatched: readonly Doubt[];
  /** Numbers of these products that no order needs: they are given back. */
  readonly surplus: readonly ListedRental[];
}

/**
 * Matches `unknown`, the listed numbers that no order of ours owns, with the orders in doubt about the same product,
 * the oldest doubt first. Two unused numbers of one product are interchangeable. A number that has received an SMS is
 * given to nobody: no buyer has seen it, so the SMS is not meant for one. Nor does a buyer get a number again that the
 * app has refused; if no other doubt needs it, it is given back. A number of a product that is being bought
 * just now (`underWay`) may belong to that purchase: it and the doubts about its product wait for the answer. A number
 * that is older than a purchase was not bought by it, and one that is older than all of them is left alone: it may be
 * the operator's own, or another program's on the same account.
 */
export function matchDoubts(
  doubts: readonly Doubt[],
  unknown: readonly ListedRental[],
  underWay: readonly Call[] = [],
): Matching {
  const contested = unknown.filter((rental) => underWay.some((call) => canBeOf(call, rental)));
  const oldestFirst = [...doubts].sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime());
  const free = unknown.filter(
    (rental) => !contested.includes(rental) && doubts.some((doubt) => canBeOf(doubt, rental)),
  );
  const adopted: { doubt: Doubt; rental: ListedRental }[] = [];
  const unmatched: Doubt[] = [];
  for (const doubt of oldestFirst) {
    const index = free.findIndex((rental) => isFor(doubt, rental));
    const [rental] = index < 0 ? [] : free.splice(index, 1);
    if (rental) adopted.push({ doubt, rental });
    else if (!contested.some((other) => canBeOf(doubt, other))) unmatched.push(doubt);
  }
  return { adopted, unmatched, surplus: free };
}

/** Picks one doubt for each of the `lost` numbers: that purchase bought it, and its loss is booked already. */
export function buyersOf<D extends Doubt>(doubts: readonly D[], lost: readonly ActiveRental[]): readonly D[] {
  const left = [...doubts];
  return lost.flatMap((rental) => {
    const index = left.findIndex((doubt) => canBeOf(doubt, rental));
    return index < 0 ? [] : left.splice(index, 1);
  });
}

/** Whether this call can have bought this number: the same product, and not older than the call. */
function canBeOf(call: Call, rental: ListedRental): boolean {
  const startedAt = call.startedAt.getTime();
  const isSeenBefore = rental.firstSeenAt !== undefined && rental.firstSeenAt.getTime() < startedAt;
  const isCreatedBefore =
    rental.createdAt !== null && rental.createdAt.getTime() < startedAt - CLOCK_DIFFERENCE_MS;
  return isSameProduct(call, rental) && !isSeenBefore && !isCreatedBefore;
}

function isFor(doubt: Doubt, rental: ListedRental): boolean {
  return canBeOf(doubt, rental) && isUndelivered(rental) && doubt.refusedPhones?.has(rental.phone) !== true;
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
