import { addMs } from "../../core/clock.ts";
import type { Tx } from "../../db/client.ts";
import { claimUnclaimedSms } from "../../db/queries/order-sms.ts";
import { type OrderRow, selectOrderByPhone } from "../../db/queries/orders.ts";
import { lockGate } from "../../db/queries/provider-gates.ts";
import type { Provider, Rental } from "../../providers/port/provider.ts";
import type { OrderDeps } from "../order-deps.ts";
import { stateOf, transition } from "../transition.ts";
import { recordSms } from "../watching/record-sms.ts";

/** An SMS webhook can overtake the purchase's answer by no more than this. */
const WEBHOOK_LEAD_MS = 2 * 60 * 1000;

/** No number that we rent lives longer, whatever an upstream says; nor is one sold that ends before it can be used. */
const LONGEST_LIFE_MS = 24 * 60 * 60 * 1000;
const SHORTEST_LIFE_MS = 60 * 1000;

export interface Renting {
  readonly order: OrderRow;
  readonly provider: Provider;
  readonly rental: Rental;
  readonly offerCostMicros: bigint;
  /** When the number was asked for; it is not older. */
  readonly askedAt: Date;
  readonly at: Date;
}

/**
 * placing or in_doubt → waiting: the number is this order's. Deadlines are the provider's where it says them, ours
 * elsewhere; they are set once and survive every restart. Undefined: the order has moved on without this number.
 */
export async function assignNumber(deps: OrderDeps, tx: Tx, renting: Renting): Promise<OrderRow | undefined> {
  const { order, provider, rental, askedAt, at } = renting;
  const from = stateOf(order);
  const { cancelAfterMs, lifetimeMs, poll, pollIntervalMs, another } = provider.capabilities;
  // From the question on: a number that has run out upstream may be somebody else's there before it has run out here.
  const expiresAt =
    believable(rental.expiresAt, at) ?? addMs(askedAt, lifetimeMs ?? deps.defaults.lifetimeMs);
  const cancelOpensAt = rental.cancelOpensAt ?? addMs(at, cancelAfterMs ?? deps.defaults.cancelAfterMs);
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
      nextCheckAt: poll ? addMs(at, pollIntervalMs) : expiresAt,
      checks: 0,
    },
  });
  if (!row) return undefined;
  const early = await claimUnclaimedSms(tx, provider.name, rental.phone, addMs(at, -WEBHOOK_LEAD_MS));
  return early.length > 0
    ? await recordSms(tx, row, { sms: early }, { at, cause: "webhook before the answer" })
    : row;
}

/** An end that an upstream names for a number rented at `rentedAt`; undefined when its clock or its format is wrong. */
export function believable(expiresAt: Date | null | undefined, rentedAt: Date): Date | undefined {
  const lifeMs = expiresAt ? expiresAt.getTime() - rentedAt.getTime() : 0;
  return expiresAt && lifeMs >= SHORTEST_LIFE_MS && lifeMs <= LONGEST_LIFE_MS ? expiresAt : undefined;
}

/**
 * True where an SMS finds its order by the number alone and another open order has this number: a code would reach
 * somebody else's buyer. The provider's row is locked, so that of two purchases at once only one gets the number.
 */
export async function isSharedNumber(tx: Tx, provider: Provider, rental: Rental): Promise<boolean> {
  if (provider.capabilities.poll) return false;
  await lockGate(tx, provider.name);
  const other = await selectOrderByPhone(tx, provider.name, rental.phone, new Date(0));
  return other !== undefined && other.closedAt === null;
}
