import type { Offer } from "../../catalog/catalog.ts";
import type { Tx } from "../../db/client.ts";
import { endAttempt } from "../../db/queries/order-attempts.ts";
import { lockOrder, type OrderRow } from "../../db/queries/orders.ts";
import { insertOrphan } from "../../db/queries/orphans.ts";
import { isRefusedByApp } from "../../db/queries/swaps.ts";
import type { Provider, Rental } from "../../providers/port/provider.ts";
import type { OrderDeps } from "../order-deps.ts";
import { assignNumber, isIdInUse, isSharedNumber } from "./assign-number.ts";
import { failOrder } from "./fail-or-doubt.ts";

/** A purchase call of one order, stored before it is made. */
export interface Attempt {
  readonly id: string;
  readonly order: OrderRow;
  readonly offer: Offer;
  readonly provider: Provider;
  readonly startedAt: Date;
}

/** "next": try the next offer. */
export type Step = "next" | "done";

/** What is to be done with a number that a provider sold us. */
type NumberVerdict =
  /** The order takes it. */
  | { readonly kind: "ours"; readonly order: OrderRow }
  /** An earlier commit gave it to this order, and only the confirmation of that commit was lost. */
  | { readonly kind: "stored_before" }
  /** The answer names another rental, which is not over: it does not tell what was bought for this order. */
  | { readonly kind: "named_before" }
  /** Another open order has this number: an SMS for it could not be told apart. */
  | { readonly kind: "shared" }
  /** The buyer gave this number back, because the app refused it. */
  | { readonly kind: "refused_by_app" }
  /** The order was decided about while the call was on its way. */
  | { readonly kind: "not_wanted" };

/** Decides under the order's row lock. */
async function judgeNumber(
  tx: Tx,
  { order, provider }: Attempt,
  rental: Rental,
  at: Date,
): Promise<NumberVerdict> {
  const current = await lockOrder(tx, order.id);
  if (current?.upstreamId === rental.upstreamId) return { kind: "stored_before" };
  if (current?.state !== "placing" && current?.state !== "in_doubt") return { kind: "not_wanted" };
  if (await isIdInUse(tx, provider, rental.upstreamId, at)) return { kind: "named_before" };
  if (await isSharedNumber(tx, provider, rental)) return { kind: "shared" };
  if (current.replaces !== null && (await isRefusedByApp(tx, current, rental.phone)))
    return { kind: "refused_by_app" };
  return { kind: "ours", order: current };
}

/** Gives the number to the attempt's order, or stores it as a stray. "doubt": the answer does not tell what was bought. */
export async function storeNumber(
  deps: OrderDeps,
  tx: Tx,
  attempt: Attempt,
  rental: Rental,
): Promise<Step | "doubt"> {
  const at = deps.clock.now();
  const verdict = await judgeNumber(tx, attempt, rental, at);
  switch (verdict.kind) {
    case "ours": {
      const { provider, offer, startedAt: askedAt } = attempt;
      const { order } = verdict;
      await assignNumber(deps, tx, {
        order,
        provider,
        rental,
        offerCostMicros: offer.costMicros,
        usualWaitMs: offer.usualWaitMs,
        askedAt,
        at,
      });
      await endAttempt(tx, attempt.id, { outcome: "rented", errorKind: null, at });
      return "done";
    }
    case "stored_before":
      return "done";
    case "named_before":
      return "doubt";
    case "shared":
    case "refused_by_app":
      await giveUpNumber(deps, tx, attempt, { rental, at, errorKind: "no_stock" });
      return "next";
    case "not_wanted":
      await giveUpNumber(deps, tx, attempt, { rental, at, errorKind: null });
      return "done";
  }
}

/** The number is not for this order: it goes back upstream. */
export async function giveUpNumber(
  deps: OrderDeps,
  tx: Tx,
  attempt: Attempt,
  why: { rental: Rental; at: Date; errorKind: "price_moved" | "no_stock" | null },
): Promise<void> {
  const { rental, errorKind, at } = why;
  await endCall(deps, tx, attempt, { outcome: "surplus", errorKind, at });
  await insertOrphan(tx, {
    provider: attempt.offer.provider,
    upstreamId: rental.upstreamId,
    serviceCode: attempt.offer.serviceCode,
    countryCode: attempt.offer.countryCode,
    costMicros: rental.costMicros ?? attempt.offer.costMicros,
    seenAt: at,
  });
}

/**
 * Ends an attempt that brought no number. If the sweep has put the order in doubt meanwhile, because the call took too
 * long, the answer resolves that doubt: the order fails.
 */
export async function endCall(
  deps: OrderDeps,
  tx: Tx,
  attempt: Attempt,
  end: { outcome: "surplus" | "refused"; errorKind: string | null; at: Date },
): Promise<void> {
  const current = await lockOrder(tx, attempt.order.id);
  await endAttempt(tx, attempt.id, end);
  if (current?.state === "in_doubt")
    await failOrder(deps, tx, current.id, "in_doubt", "providers_unavailable");
}
