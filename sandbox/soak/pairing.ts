import { addMs } from "../../src/core/clock.ts";
import type { MarketRental } from "../providers/market-types.ts";
import type { PretendProvider } from "../providers/server.ts";
import type { Outside } from "../world.ts";
import type { OrderFact } from "./facts.ts";

/** Which number of which supplier is which order's. */
export interface Pairing {
  orderOf(provider: string, rentalId: string): OrderFact | undefined;
  rentalOf(order: OrderFact): MarketRental | undefined;
}

/** An answer may have been this long on its way. */
const ANSWER_MS = 10 * 60_000;
/** A number may show up upstream so long after it was sold. */
const LATE_MS = 30_000;

export function pairUp(outside: Outside, orders: readonly OrderFact[]): Pairing {
  const rentals = new Map<string, MarketRental>();
  const owners = new Map<string, OrderFact>();
  for (const order of orders) {
    if (order.provider === null || order.upstreamId === null) continue;
    const provider = outside.providers.get(order.provider);
    const rental = provider && find(provider, order, order.upstreamId);
    if (!rental) continue;
    rentals.set(order.id, rental);
    owners.set(`${order.provider} ${rental.id}`, order);
  }
  return {
    orderOf: (provider, rentalId) => owners.get(`${provider} ${rentalId}`),
    rentalOf: (order) => rentals.get(order.id),
  };
}

function find(
  { protocol, market }: PretendProvider,
  order: OrderFact,
  upstreamId: string,
): MarketRental | undefined {
  if (protocol !== "push-gateway") return market.find(upstreamId);
  // The gateway names no order: a rental goes by its number and by when it was rented.
  const [digits = ""] = upstreamId.split("-");
  const rentedAt = order.history.find(({ to }) => to === "waiting")?.at;
  if (!rentedAt) return undefined;
  // The newest: the gateway rents a number out again once it has run out.
  return market
    .rentals()
    .filter(
      ({ phone, createdAt }) =>
        phone === `+${digits}` &&
        createdAt <= addMs(rentedAt, LATE_MS) &&
        addMs(createdAt, ANSWER_MS) > rentedAt,
    )
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
    .at(-1);
}

/**
 * What the supplier keeps: the price of a number that has had an SMS, unless it could be cancelled all the same, and of
 * one that it pays back in no case.
 */
export function takenFor(rental: MarketRental): bigint {
  const isUsed = rental.sms.length > 0 && rental.status !== "cancelled";
  return isUsed || rental.isKeptUnused ? rental.costMicros : 0n;
}
