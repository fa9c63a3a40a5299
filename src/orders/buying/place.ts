import type { Offer } from "../../catalog/catalog.ts";
import type { ShopErrorCode } from "../../core/errors.ts";
import { newId } from "../../core/ids.ts";
import { type AttemptRow, insertAttempt, selectAttempts } from "../../db/queries/order-attempts.ts";
import { type OrderRow, selectOrder } from "../../db/queries/orders.ts";
import { inTransaction, isUniqueViolation } from "../../db/transaction.ts";
import type { Provider, Rental } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import { isTooLate, tooLate } from "../../providers/transport/http.ts";
import type { OrderDeps } from "../order-deps.ts";
import { failOrder, markInDoubt } from "./fail-or-doubt.ts";
import { type Attempt, endCall, giveUpNumber, type Step, storeNumber } from "./store-number.ts";

/** At most so many offers are tried for one order: the buyer waits for each. */
const MAX_TRIES = 12;
/** Of one provider, so that the many operators of the first leave tries for the others. */
const MAX_TRIES_PER_PROVIDER = 3;

/**
 * Tries offers for an order in `placing`, one by one, under the same hold. After a definite refusal it tries the next
 * offer; after an unknown outcome it stops, because a number may have been bought. It may be called again at any time
 * and by any replica: each offer is called at most once, because a unique attempt row is committed before the call.
 */
export async function place(deps: OrderDeps, orderId: string): Promise<void> {
  // Tries may begin anew when the choice changed while they waited; the last one finds no offer left, and ends the order.
  for (let round = 0; round <= 2 * MAX_TRIES; round += 1) {
    if ((await placeOnce(deps, orderId)) === "done") return;
  }
}

async function placeOnce(deps: OrderDeps, orderId: string): Promise<Step> {
  const next = await chooseOffer(deps, orderId);
  if (!next) return "done";
  const slot = await deps.slots.take(next.provider.name);
  // Too many wait, or the process stops. The order is stored, and the sweep takes it up.
  if (!slot) return "done";
  try {
    // Offers may have gone while this waited for its turn.
    const current = slot.hasWaited ? await chooseOffer(deps, orderId) : next;
    if (!current) return "done";
    if (current.provider !== next.provider) return "next";
    const attempt = await beginAttempt(deps, current);
    if (!attempt) return "done";
    deps.checkpoint("place/attempt-committed");
    return await call(deps, attempt);
  } finally {
    slot.release();
  }
}

interface Choice {
  readonly order: OrderRow;
  readonly offer: Offer;
  readonly provider: Provider;
}

/** The offer to try next. Undefined: somebody else places the order, or there is no offer left and the order has failed. */
async function chooseOffer(deps: OrderDeps, orderId: string): Promise<Choice | undefined> {
  const [order, attempts] = await Promise.all([
    selectOrder(deps.db, orderId),
    selectAttempts(deps.db, orderId),
  ]);
  if (order?.state !== "placing") return undefined;
  if (attempts.some((attempt) => attempt.endedAt === null)) return undefined;
  const offers = await deps.catalog.route({ ...order, ceilingMicros: order.costCeilingMicros });
  const offer = offers.find((candidate) => mayTry(attempts, candidate));
  const provider = offer && deps.providers.get(offer.provider);
  if (offer && provider) return { order, offer, provider };
  await fail(deps, order, attempts);
  return undefined;
}

function mayTry(attempts: readonly AttemptRow[], offer: Offer): boolean {
  const ofProvider = attempts.filter((attempt) => attempt.provider === offer.provider);
  if (attempts.length >= MAX_TRIES || ofProvider.length >= MAX_TRIES_PER_PROVIDER) return false;
  return !ofProvider.some((attempt) => isSameOffer(attempt, offer));
}

function isSameOffer(attempt: AttemptRow, offer: Offer): boolean {
  return (
    attempt.serviceCode === (offer.serviceCode ?? "") &&
    attempt.countryCode === offer.countryCode &&
    attempt.operator === (offer.operator ?? "")
  );
}

/** Stores the attempt before the call is made. Undefined: another process is placing this order. */
async function beginAttempt(
  deps: OrderDeps,
  { order, offer, provider }: Choice,
): Promise<Attempt | undefined> {
  const id = newId();
  const startedAt = deps.clock.now();
  const isOurs = await insertAttempt(deps.db, {
    id,
    orderId: order.id,
    provider: offer.provider,
    serviceCode: offer.serviceCode,
    countryCode: offer.countryCode,
    operator: offer.operator,
    costMicros: offer.costMicros,
    startedAt,
  });
  return isOurs ? { id, order, offer, provider, startedAt } : undefined;
}

/** Makes the purchase call, once: a second call could buy a second number. */
async function call(deps: OrderDeps, attempt: Attempt): Promise<Step> {
  const { offer, order, provider } = attempt;
  let rental: Rental;
  try {
    // A replica that stood still for a while: the sweep of another one may have put the order in doubt meanwhile.
    if (isTooLate(attempt.startedAt, deps.clock.now())) throw tooLate(provider.name);
    rental = await provider.buy(
      {
        serviceCode: offer.serviceCode,
        countryCode: offer.countryCode,
        operator: offer.operator,
        ceilingMicros: order.costCeilingMicros,
        reference: order.id,
      },
      { priority: "purchase" },
    );
  } catch (error) {
    deps.checkpoint("place/call-failed");
    if (error instanceof ProviderError && error.definite) return await refused(deps, attempt, error);
    deps.events?.attempted(provider.name, "in_doubt");
    return await doubt(deps, attempt, error);
  }
  deps.checkpoint("place/call-answered");
  deps.events?.attempted(provider.name, "rented");
  if (rental.costMicros !== null && rental.costMicros > order.costCeilingMicros) {
    return await tooDear(deps, attempt, rental, rental.costMicros);
  }
  return await rented(deps, attempt, rental);
}

/** A number was sold: it becomes the order's, or it goes back. */
async function rented(deps: OrderDeps, attempt: Attempt, rental: Rental): Promise<Step> {
  let step: Step | "doubt";
  try {
    step = await deps.answers.store((tx) => storeNumber(deps, tx, attempt, rental));
  } catch (error) {
    // Another purchase stored this upstream id at the same moment.
    if (isUniqueViolation(error)) return await doubt(deps, attempt, error);
    throw error;
  }
  if (step === "doubt") return await doubt(deps, attempt, new Error("the upstream id is another order's"));
  deps.checkpoint("place/rented");
  deps.onMessages();
  return step;
}

/** The upstream took more than the quote allows: that number goes back, and the next offer is tried. */
async function tooDear(deps: OrderDeps, attempt: Attempt, rental: Rental, costMicros: bigint): Promise<Step> {
  await deps.answers.store(async (tx) => {
    await giveUpNumber(deps, tx, attempt, { rental, at: deps.clock.now(), errorKind: "price_moved" });
  });
  deps.checkpoint("place/too-dear");
  await deps.catalog.reportRefusal(attempt.offer, "price_moved", costMicros);
  return "next";
}

async function refused(deps: OrderDeps, attempt: Attempt, error: ProviderError): Promise<Step> {
  deps.events?.attempted(error.provider, error.kind);
  const end = { outcome: "refused" as const, errorKind: error.kind, at: deps.clock.now() };
  await deps.answers.store((tx) => endCall(deps, tx, attempt, end));
  deps.checkpoint("place/refused");
  deps.logger.info(
    { orderId: attempt.order.id, provider: error.provider, kind: error.kind, reason: error.reason },
    "purchase refused",
  );
  const { kind } = error;
  if (kind === "no_stock" || kind === "price_moved" || kind === "bad_mapping" || kind === "no_funds") {
    await deps.catalog.reportRefusal(attempt.offer, kind, error.minCostMicros ?? null);
  }
  return "next";
}

/** The outcome is unknown: the money stays held, and `reconcile` finds out whether a number was bought. */
async function doubt(deps: OrderDeps, attempt: Attempt, error: unknown): Promise<Step> {
  const kind = error instanceof ProviderError ? error.kind : "internal";
  await inTransaction(deps.db, (tx) => markInDoubt(deps, tx, attempt.order.id, attempt.id, kind));
  deps.checkpoint("place/in-doubt");
  deps.logger.warn(
    { orderId: attempt.order.id, provider: attempt.offer.provider, kind },
    "purchase in doubt",
  );
  deps.onMessages();
  return "done";
}

/** No offer is left: the hold is released, and the buyer is told why. */
async function fail(deps: OrderDeps, order: OrderRow, attempts: readonly AttemptRow[]): Promise<void> {
  const code = failureOf(attempts);
  await inTransaction(deps.db, (tx) => failOrder(deps, tx, order.id, "placing", code));
  deps.checkpoint("place/failed");
  deps.onMessages();
}

function failureOf(attempts: readonly AttemptRow[]): ShopErrorCode {
  const kinds = new Set(attempts.map((attempt) => attempt.errorKind));
  if (kinds.has("price_moved")) return "price_moved";
  if (attempts.length === 0 || kinds.has("no_stock") || kinds.has("bad_mapping")) return "out_of_stock";
  return "providers_unavailable";
}
