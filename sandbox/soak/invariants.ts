import { addMs } from "../../src/core/clock.ts";
import { formatUsd } from "../../src/core/money.ts";
import type { Database } from "../../src/db/client.ts";
import { selectLedgerDifferences } from "../../src/db/queries/ledger.ts";
import type { MarketRental } from "../providers/market-types.ts";
import type { Outside } from "../world.ts";
import { compareBooks, describeBooks, driftOf } from "./books.ts";
import {
  type OrderFact,
  type OrphanFact,
  selectNegativeAccounts,
  selectOrderFacts,
  selectOrphanFacts,
} from "./facts.ts";
import { judgeLateSms } from "./judge-late-sms.ts";
import { judgeStars } from "./judge-money.ts";
import { type Pairing, pairUp, takenFor } from "./pairing.ts";
import { broken, type Violation } from "./violation.ts";
import type { Witness, WitnessedSms } from "./witness.ts";

export interface Judged {
  readonly now: Date;
  readonly db: Database;
  readonly outside: Outside;
  readonly witness: Witness;
  /** Suppliers whose list of rentals lets a purchase in doubt be found again. */
  readonly listed: readonly string[];
}

export const CODES_ARRIVE = "every code reaches its buyer";
/** Longer than it takes to find out that a number is nobody's. */
const ORPHAN_MS = 5 * 60_000;
/** An upstream's last word may come this much later than the end. */
const GRACE_MS = 2 * 60_000;
/** A buyer who presses Done within this time after an SMS has said that no further one is wanted. */
const DONE_RACE_MS = 60_000;
/** A further SMS that comes later than this before the number's end is lost if every replica is down until the end. */
const LAST_MOMENT_MS = 60_000;

/** Every promise about money, codes and numbers, held against the ledger and against what the outside world saw. */
export async function findViolations(judged: Judged): Promise<Violation[]> {
  const { db } = judged;
  const orders = await selectOrderFacts(db);
  const orphans = await selectOrphanFacts(db);
  const pairing = pairUp(judged.outside, orders);
  const ledger = await selectLedgerDifferences(db);
  const books = await compareBooks(db, judged.outside, judged.witness, pairing, orders);
  const negative = await selectNegativeAccounts(db);
  return [
    ...ledger.map(({ check, subject, detail }) => broken(`ledger: ${check}`, `${subject}: ${detail}`)),
    ...negative.map((code) => broken("no balance is negative", code)),
    ...(await judgeStars(db, judged.witness)),
    ...judgeCodes(judged, pairing),
    ...judgeOrders(judged, orders),
    ...judgeLateSms(orders, judged.witness),
    ...judgeNumbers(judged.witness, pairing, orders),
    ...judgeSuppliers(judged, pairing, orders, orphans),
    ...books
      .filter((one) => driftOf(one) > 0n)
      .map((one) => broken("the ledger is the supplier's balance", describeBooks(one))),
  ];
}

function judgeCodes({ witness }: Judged, pairing: Pairing): Violation[] {
  const violations: Violation[] = [];
  for (const sms of witness.sms) {
    const order = pairing.orderOf(sms.provider, sms.rentalId);
    if (!order || !sms.isTold || !isAwaited(order, sms)) continue;
    const rental = pairing.rentalOf(order);
    if (witness.isShown(order.chatId, sms.code) || isGivenBack(rental)) continue;
    if (rental && order.isCaptured && isOfLastMoment(rental, sms)) continue;
    const life = order.history.map(({ to, cause, at }) => `${at.toISOString()} ${to} (${cause})`).join(", ");
    const detail = `${sms.code} at ${sms.at.toISOString()} for order ${order.id} at ${sms.provider}: ${life}`;
    violations.push(broken(CODES_ARRIVE, detail));
  }
  return violations;
}

const awaiting = ["placing", "in_doubt", "waiting", "cancelling", "waiting_again"];

/** Only the suppliers that tell of an SMS after the end as well can be asked for it then. */
function isOfLastMoment(rental: MarketRental, sms: WitnessedSms): boolean {
  return rental.status === "expired" && addMs(sms.at, LAST_MOMENT_MS) > rental.expiresAt;
}

/** Cancelled although an SMS had come, for which nobody paid. */
function isGivenBack(rental: MarketRental | undefined): boolean {
  return rental?.status === "cancelled";
}

/**
 * The order waited for an SMS when this one came, and its buyer did not close it, or have their data deleted, before
 * anybody could look.
 */
function isAwaited(order: OrderFact, sms: WitnessedSms): boolean {
  if (order.deletedAt !== null && order.deletedAt <= addMs(sms.at, DONE_RACE_MS)) return false;
  const state = order.history.findLast(({ at }) => at <= sms.at)?.to ?? "placing";
  if (!awaiting.includes(state)) return false;
  const done = order.history.find(({ to, cause, at }) => to === "finished" && cause === "tap" && at > sms.at);
  return !done || done.at > addMs(sms.at, DONE_RACE_MS);
}

function judgeOrders({ now, witness }: Judged, orders: readonly OrderFact[]): Violation[] {
  return orders.flatMap((order) => {
    const violations: Violation[] = [];
    if (order.isCaptured && order.smsCount === 0) {
      violations.push(broken("nobody is charged without a code", order.id));
    }
    // Of somebody whose data is deleted no code is left to look for.
    const isSeen = order.codes.some((code) => witness.isShown(order.chatId, code));
    if (order.isCaptured && !isSeen && order.deletedAt === null) {
      violations.push(broken("who is charged has seen a code", order.id));
    }
    const isLate =
      order.closedAt === null && order.expiresAt !== null && addMs(order.expiresAt, GRACE_MS) < now;
    if (isLate) violations.push(broken("no order outlives its number", `${order.id} is ${order.state}`));
    return violations;
  });
}

/** One order a number, and for each the cost that the supplier took. */
function judgeNumbers(witness: Witness, pairing: Pairing, orders: readonly OrderFact[]): Violation[] {
  const violations: Violation[] = [];
  const seen = new Set<string>();
  for (const order of orders) {
    const { provider, upstreamId, bookedMicros } = order;
    if (upstreamId === null) continue;
    const number = `${provider} ${upstreamId}`;
    if (seen.has(number)) violations.push(broken("a number has one order", number));
    seen.add(number);
    const rental = pairing.rentalOf(order);
    // A push without an answer may have got through or not: then the supplier keeps the money, and the books may know.
    const isTold =
      rental !== undefined && provider !== null && witness.isAnyTold(provider, rental.id, order.closedAt);
    const takenMicros = rental ? takenFor(rental) : 0n;
    if (!isTold && bookedMicros === 0n) continue;
    if (takenMicros === bookedMicros) continue;
    const detail = `${order.id}, ${number} (${order.state}): booked ${formatUsd(bookedMicros)}, taken ${formatUsd(takenMicros)}`;
    violations.push(broken("the books are the supplier's", detail));
  }
  return violations;
}

function judgeSuppliers(
  judged: Judged,
  pairing: Pairing,
  orders: readonly OrderFact[],
  orphans: readonly OrphanFact[],
): Violation[] {
  return [...judged.outside.providers].flatMap(([name, { market }]) => {
    const strays = market.rentals().filter((rental) => !pairing.orderOf(name, rental.id));
    if (judged.listed.includes(name)) {
      return strays.flatMap((rental) => judgeStray(judged.now, name, rental, orphans));
    }
    const paidMicros = strays.reduce((sum, rental) => sum + takenFor(rental), 0n);
    const own = orders.filter((order) => order.provider === name);
    const toldMicros = own.reduce((sum, order) => sum + order.possibleLossMicros, 0n);
    if (paidMicros <= toldMicros) return [];
    const detail = `${name}: ${formatUsd(paidMicros)} for nobody, ${formatUsd(toldMicros)} told`;
    return [broken("a loss is told", detail)];
  });
}

/** A number that no order has, at a supplier with a list: found and given back in time, or known to be lost. */
function judgeStray(
  now: Date,
  name: string,
  rental: MarketRental,
  orphans: readonly OrphanFact[],
): Violation[] {
  const known = orphans.find((orphan) => orphan.provider === name && orphan.upstreamId === rental.id);
  const detail = `${name} ${rental.id}, ${rental.status} since ${rental.createdAt.toISOString()}, ${known ? known.outcome : "unknown"}`;
  if (takenFor(rental) > 0n && known?.outcome !== "lost") return [broken("a lost number is known", detail)];
  const isForgotten = rental.status === "waiting" && addMs(rental.createdAt, ORPHAN_MS) < now;
  return isForgotten ? [broken("no number is forgotten", detail)] : [];
}
