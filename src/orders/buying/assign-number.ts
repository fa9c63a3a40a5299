import { addMs } from "../../core/clock.ts";
import type { Tx } from "../../db/client.ts";
import { claimUnclaimedSms } from "../../db/queries/order-sms.ts";
import { type OrderRow, selectOrderByPhone, selectOrderByUpstream } from "../../db/queries/orders.ts";
import { lockGate } from "../../db/queries/provider-gates.ts";
import type { Provider, Rental } from "../../providers/port/provider.ts";
import type { OrderDeps } from "../order-deps.ts";
import { stateOf, transition } from "../transition.ts";
import { recordSms } from "../watching/record-sms.ts";

/** A number's end that a provider names is believed only if the number lives for at least and at most so long. */
const LONGEST_LIFE_MS = 24 * 60 * 60 * 1000;
const SHORTEST_LIFE_MS = 60 * 1000;

export interface Renting {
  readonly order: OrderRow;
  readonly provider: Provider;
  readonly rental: Rental;
  readonly offerCostMicros: bigint;
  /** The median wait for a code of this service there; null: not known. */
  readonly usualWaitMs: number | null;
  /** When the purchase call began. */
  readonly askedAt: Date;
  readonly at: Date;
}

/**
 * placing or in_doubt → waiting: the order gets this number. Deadlines come from the provider where it names them and
 * from our defaults elsewhere; they are stored, so a restart does not change them. Undefined: the order is in
 * another state by now, and nothing was done.
 */
export async function assignNumber(deps: OrderDeps, tx: Tx, renting: Renting): Promise<OrderRow | undefined> {
  const { order, provider, rental, askedAt, at } = renting;
  const from = stateOf(order);
  const { cancelAfterMs, lifetimeMs, another } = provider.capabilities;
  // Counted from the start of the call, not from its answer: the number must not live longer here than upstream,
  // where it may be sold to somebody else as soon as it has run out.
  const expiresAt =
    plausibleEnd(rental.expiresAt, at) ?? addMs(askedAt, lifetimeMs ?? deps.defaults.lifetimeMs);
  const cancelOpensAt = rental.cancelOpensAt ?? addMs(at, cancelAfterMs ?? deps.defaults.cancelAfterMs);
  const slowAt = slowFrom(renting.usualWaitMs, at);
  const row = await transition(tx, {
    orderId: order.id,
    from,
    to: "waiting",
    cause: from === "in_doubt" ? "reconciled" : "rented",
    actor: "system",
    at,
    change: {
      provider: provider.name,
      upstreamId: rental.upstreamId,
      phone: rental.phone,
      costMicros: rental.costMicros ?? renting.offerCostMicros,
      canAnother: another && rental.canAnother !== false,
      rentedAt: at,
      expiresAt,
      cancelOpensAt,
      checks: 0,
      slowAt,
      cardDueAt:
        order.channel === "api"
          ? null
          : firstAfter(at, [provider.capabilities.cancel ? cancelOpensAt : null, slowAt]),
    },
  });
  if (!row) return undefined;
  deps.events?.ended(from === "in_doubt" ? "doubt_sold" : "sold", null);
  // An SMS may arrive before the call's answer. One from before the call was meant for the number's renter before us.
  const early = await claimUnclaimedSms(tx, provider.name, rental.phone, askedAt);
  return early.length > 0
    ? await recordSms(tx, row, { sms: early }, { at, cause: "webhook before the answer" })
    : row;
}

/** A wait is slow from twice the usual one on, but nobody is alarmed sooner than after half a minute. */
const LEAST_SLOW_MS = 30_000;

function slowFrom(usualWaitMs: number | null, at: Date): Date | null {
  return usualWaitMs === null ? null : addMs(at, Math.max(2 * usualWaitMs, LEAST_SLOW_MS));
}

function firstAfter(at: Date, times: readonly (Date | null)[]): Date | null {
  const later = times.flatMap((time) => (time !== null && time > at ? [time.getTime()] : []));
  return later.length === 0 ? null : new Date(Math.min(...later));
}

/** The end that a provider names for a number rented at `rentedAt`; undefined where it cannot be true. */
export function plausibleEnd(expiresAt: Date | null | undefined, rentedAt: Date): Date | undefined {
  const lifeMs = expiresAt ? expiresAt.getTime() - rentedAt.getTime() : 0;
  return expiresAt && lifeMs >= SHORTEST_LIFE_MS && lifeMs <= LONGEST_LIFE_MS ? expiresAt : undefined;
}

/**
 * True if an upstream id names a rental that is not over: an open order's, or that of a finished one whose number has
 * not run out. An answer with such an id does not tell what was bought. The ids of released orders may be used again.
 */
export async function isIdInUse(tx: Tx, provider: Provider, upstreamId: string, at: Date): Promise<boolean> {
  const other = await selectOrderByUpstream(tx, provider.name, upstreamId);
  if (!other || other.closedAt === null) return other !== undefined;
  return other.state === "finished" && other.expiresAt !== null && other.expiresAt > at;
}

/**
 * True if another open order has this number at a provider whose SMS name only the number: a code would reach the
 * wrong buyer. Locks the provider's row, so that of two purchases at the same moment only one gets the number.
 */
export async function isSharedNumber(tx: Tx, provider: Provider, rental: Rental): Promise<boolean> {
  if (provider.capabilities.poll) return false;
  await lockGate(tx, provider.name);
  const other = await selectOrderByPhone(tx, provider.name, rental.phone, new Date(0));
  return other !== undefined && other.closedAt === null;
}
