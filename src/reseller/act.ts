import { addMs, type Clock } from "../core/clock.ts";
import type { Database } from "../db/client.ts";
import { type ApiOrderRow, selectApiOrder } from "../db/queries/api-orders.ts";
import type { KeyOrders } from "../orders/by-key/key-orders.ts";
import type { OrderLimits } from "../orders/limits.ts";
import { limitsOf } from "./admit.ts";

/** A client waits so long for a provider to take its number back. */
const CANCEL_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 250;

export type CancelOutcome =
  /** The money is back; also if it was before. */
  | "cancelled"
  /** Not yet, or no answer of the provider yet: the client asks again. */
  | "too_early"
  /** This key takes too many numbers back: in an hour it may again. */
  | "too_many"
  /** It has its code, or the provider takes no number back. */
  | "not_active";

/** "refused": not in this state, or the provider cannot. */
export type ActOutcome = "done" | "refused";

export interface ActDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly orders: Pick<KeyOrders, "another" | "finish" | "cancel" | "keepWaiting">;
  readonly limits: OrderLimits;
}

/** What a client does with an order of its own. */
export interface Acting {
  another(order: ApiOrderRow): Promise<ActOutcome>;
  finish(order: ApiOrderRow): Promise<ActOutcome>;
  cancel(order: ApiOrderRow): Promise<CancelOutcome>;
}

export function createActing(deps: ActDeps): Acting {
  const { db, clock, orders } = deps;

  /**
   * What the provider said. A cancel that it does not accept yet is taken back: the client polls on after "too early", and
   * would otherwise lose its number unasked.
   */
  async function outcomeOf(order: ApiOrderRow): Promise<CancelOutcome> {
    const until = addMs(clock.now(), CANCEL_WITHIN_MS);
    for (;;) {
      const now = clock.now();
      const current = await selectApiOrder(db, order.id);
      const known = judge(current, now);
      if (known === "queued") {
        await orders.keepWaiting(order.id, order.buyerId);
        return "too_early";
      }
      if (known !== undefined) return known;
      if (now >= until) return "too_early";
      await clock.sleep(LOOK_EVERY_MS);
    }
  }

  return {
    another: async ({ id, buyerId }) =>
      (await orders.another(id, buyerId)).kind === "done" ? "done" : "refused",
    finish: async ({ id, buyerId }) =>
      (await orders.finish(id, buyerId)).kind === "done" ? "done" : "refused",
    async cancel(order) {
      const known = judge(order, clock.now());
      if (known !== undefined && order.state !== "waiting") return known === "queued" ? "too_early" : known;
      if (order.state === "waiting") {
        if (order.cancelOpensAt !== null && order.cancelOpensAt > clock.now()) return "too_early";
        // Read for each cancel: owners may change the limits while the shop runs.
        const { cancelsPerHour } = limitsOf(deps.limits);
        const result = await orders.cancel(order.id, order.buyerId, cancelsPerHour);
        if (result.kind === "refused") {
          if (result.code === "too_many_cancels") return "too_many";
          if (result.code === "cancel_not_supported") return "not_active";
        }
      }
      return await outcomeOf(order);
    },
  };
}

/** "queued": the provider's lock is not open. Undefined: it has not answered. */
function judge(order: ApiOrderRow | undefined, now: Date): CancelOutcome | "queued" | undefined {
  switch (order?.state) {
    case "cancelled":
    case "expired":
    case "failed":
      return "cancelled";
    case "cancelling":
      return order.cancelOpensAt !== null && order.cancelOpensAt > now ? "queued" : undefined;
    case "waiting":
      // The provider refused: the number lives on.
      return "too_early";
    default:
      return "not_active";
  }
}
