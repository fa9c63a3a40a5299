import { addMs } from "../../core/clock.ts";
import { selectOrdersPastEnd } from "../../db/queries/order-lists.ts";
import type { Provider } from "../../providers/port/provider.ts";
import type { Ending } from "../book-loss.ts";
import type { OrderDeps } from "../order-deps.ts";
import { applyObservation } from "./apply-observation.ts";
import type { LookedAt } from "./looked-at.ts";
import { GIVE_UP_AFTER_EXPIRY_MS } from "./policy/timing.ts";

/** Within this time a watcher asks about each of its orders, if the provider takes any questions at all. */
const TIME_TO_ASK_MS = 10 * 60 * 1000;
const BATCH = 100;

/** Ends an order without a confirmation of its end. `ending` "expired": the provider does not know the number any more. */
export async function giveUp(
  deps: OrderDeps,
  order: Pick<LookedAt, "id" | "round">,
  cause: string,
  ending: Extract<Ending, "expired" | "by_clock"> = "by_clock",
): Promise<void> {
  deps.logger.warn({ orderId: order.id }, cause);
  await applyObservation(deps, {
    orderId: order.id,
    observation: { status: "expired", sms: [] },
    isByClock: ending === "by_clock",
    round: order.round,
    cause,
  });
}

/**
 * Ends the orders that should have been given up some time ago and that could not even be asked about, because the
 * provider takes no questions (it answers 429 all the time). `watchedSince`: when this process began to watch the
 * provider; after a downtime the orders are asked about first.
 */
export async function giveUpUnasked(deps: OrderDeps, provider: Provider, watchedSince: Date): Promise<void> {
  const now = deps.clock.now();
  if (addMs(watchedSince, TIME_TO_ASK_MS) > now) return;
  const before = addMs(now, -(GIVE_UP_AFTER_EXPIRY_MS + TIME_TO_ASK_MS));
  for (const order of await selectOrdersPastEnd(deps.db, provider.name, before, BATCH)) {
    await giveUp(deps, order, "the provider took no question for an hour past the end");
  }
}
