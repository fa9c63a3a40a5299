import { addMs } from "../../core/clock.ts";
import { rememberListed } from "../../db/queries/listed-numbers.ts";
import { endAttempt, selectCallsUnderWay } from "../../db/queries/order-attempts.ts";
import { selectKnownUpstreamIds } from "../../db/queries/order-lists.ts";
import { lockOrder, touchOrder } from "../../db/queries/orders.ts";
import {
  type DoubtRow,
  insertOrphan,
  type Orphan,
  selectDoubts,
  selectOrphanIds,
} from "../../db/queries/orphans.ts";
import { selectRefusedPhones } from "../../db/queries/swaps.ts";
import { inTransaction, isUniqueViolation } from "../../db/transaction.ts";
import type { ActiveRental, Provider } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import { assignNumber, isIdInUse } from "../buying/assign-number.ts";
import { failOrder } from "../buying/fail-or-doubt.ts";
import type { OrderDeps } from "../order-deps.ts";
import {
  buyersOf,
  type Doubt,
  GIVE_UP_DOUBT_MS,
  type ListedRental,
  matchDoubts,
  quiesceMs,
} from "./match-doubts.ts";
import { lifetimeOf, loseStray } from "./orphans.ts";
import { releaseAll, settleByBalance } from "./release-doubts.ts";

const BATCH = 200;
/** A list may lag behind a purchase, so a number counts as not bought when two looks, a round apart, do not show it. */
const MISSES_NEEDED = 2;
/** The id of a number that ended so recently is the same rental, not one under an id that is used again. */
const NUMBER_MEMORY_MS = 60 * 60 * 1000;
const RUN_OUT = "run out before the list was read";

/**
 * Finds out what became of this provider's purchases with an unknown outcome. Where the provider lists our numbers,
 * the order gets the number that was bought for it, or its buyer the money back. Where it has no list, the buyer gets
 * the money back, and the operator's possible loss is booked. Returns how many doubts were settled.
 */
export async function reconcile(deps: OrderDeps, provider: Provider): Promise<number> {
  const now = deps.clock.now();
  const doubts = await selectDoubts(deps.db, provider.name, BATCH);
  const ripe = doubts.filter((doubt) => addMs(doubt.startedAt, quiesceMs) <= now);
  if (ripe.length === 0) return 0;
  if (!provider.capabilities.activeList)
    return await settleByBalance(deps, provider, ripe, { doubts: doubts.length, why: "no list to look in" });
  let list: readonly ActiveRental[];
  try {
    list = await provider.active({ priority: "tap" });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    deps.logger.warn(
      { provider: provider.name, kind: error.kind, doubts: ripe.length },
      "cannot reconcile yet",
    );
    const hopeless = ripe.filter((doubt) => addMs(doubt.startedAt, GIVE_UP_DOUBT_MS) <= now);
    return await releaseAll(deps, provider, hopeless, "provider silent");
  }
  deps.checkpoint("reconcile/listed");
  return await settleDoubts(deps, provider, ripe, list);
}

async function settleDoubts(
  deps: OrderDeps,
  provider: Provider,
  ripe: readonly DoubtRow[],
  list: readonly ActiveRental[],
): Promise<number> {
  // Read before the known ids: a purchase that is answered between the two reads is then seen by at least one.
  const underWay = await selectCallsUnderWay(deps.db, provider.name);
  const unknown = await withoutKnown(deps, provider, list);
  const doubtful = await withRefusedPhones(deps, ripe);
  const { adopted, unmatched, surplus } = matchDoubts(doubtful, unknown, underWay);
  let settled = 0;
  for (const { doubt, rental } of adopted) {
    if (await adopt(deps, provider, ripe, doubt.orderId, rental)) settled += 1;
    deps.checkpoint("reconcile/adopted");
  }
  const spent = surplus.filter(isSpent);
  for (const rental of spent) await loseStray(deps, orphanOf(deps, provider, rental));
  const missing = ripe.filter((row) => unmatched.some(({ orderId }) => orderId === row.orderId));
  // The list shows open numbers only. Whether a number was bought that has run out since, the balance alone tells.
  const oldestListed = addMs(deps.clock.now(), -lifetimeOf(deps, provider));
  for (const doubt of missing.filter(({ startedAt }) => startedAt > oldestListed)) {
    if (await missed(deps, provider, doubt)) settled += 1;
  }
  const old = missing.filter(({ startedAt }) => startedAt <= oldestListed);
  const known = buyersOf(old, spent);
  for (const doubt of known) if (await nothingFor(deps, provider, doubt)) settled += 1;
  const runOut = old.filter((doubt) => !known.includes(doubt));
  // A number that looks like surplus now may belong to a younger doubt, or to one that began since.
  const seen = new Set(ripe.map((doubt) => doubt.orderId));
  const doubts = await selectDoubts(deps.db, provider.name, BATCH);
  if (doubts.every((doubt) => seen.has(doubt.orderId))) await keepSurplus(deps, provider, surplus);
  deps.onMessages();
  return settled + (await settleByBalance(deps, provider, runOut, { doubts: doubts.length, why: RUN_OUT }));
}

async function withoutKnown(
  deps: OrderDeps,
  provider: Provider,
  list: readonly ActiveRental[],
): Promise<readonly ListedRental[]> {
  const ids = list.map((rental) => rental.upstreamId);
  const now = deps.clock.now();
  const firstSeen = await rememberListed(deps.db, provider.name, ids, now);
  const known = await selectKnownUpstreamIds(deps.db, provider.name, ids, addMs(now, -NUMBER_MEMORY_MS));
  const orphans = await selectOrphanIds(deps.db, provider.name, ids, now);
  return list
    .filter((rental) => !known.has(rental.upstreamId) && !orphans.has(rental.upstreamId))
    .map((rental) => ({ ...rental, firstSeenAt: firstSeen.get(rental.upstreamId) ?? now }));
}

async function withRefusedPhones(deps: OrderDeps, doubts: readonly DoubtRow[]): Promise<readonly Doubt[]> {
  const ids = doubts.map(({ orderId }) => orderId);
  const refused = await selectRefusedPhones(deps.db, ids);
  return doubts.map((doubt) => ({ ...doubt, refusedPhones: refused.get(doubt.orderId) ?? new Set() }));
}

/** in_doubt → waiting with a number from the list. */
async function adopt(
  deps: OrderDeps,
  provider: Provider,
  doubts: readonly DoubtRow[],
  orderId: string,
  found: ListedRental,
): Promise<boolean> {
  const doubt = doubts.find((row) => row.orderId === orderId);
  if (!doubt) return false;
  const rental = {
    upstreamId: found.upstreamId,
    phone: found.phone,
    costMicros: found.costMicros,
    expiresAt: found.observation.expiresAt ?? null,
    cancelOpensAt: null,
    canAnother: null,
  };
  try {
    return await inTransaction(deps.db, async (tx) => {
      const at = deps.clock.now();
      const order = await lockOrder(tx, orderId);
      if (order?.state !== "in_doubt") return false;
      if (await isIdInUse(tx, provider, rental.upstreamId, at)) return false;
      const { costMicros: offerCostMicros, startedAt: askedAt } = doubt;
      const row = await assignNumber(deps, tx, {
        order,
        provider,
        rental,
        offerCostMicros,
        usualWaitMs: null,
        askedAt,
        at,
      });
      await endAttempt(tx, doubt.attemptId, { outcome: "rented", errorKind: null, at });
      deps.checkpoint("reconcile/adopting");
      return row !== undefined;
    });
  } catch (error) {
    // Another replica gave this number to another order in the meantime: the next round decides anew.
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

/** The list shows no number for this doubt. The second time, none was bought. */
async function missed(deps: OrderDeps, provider: Provider, doubt: DoubtRow): Promise<boolean> {
  const misses = doubt.misses + 1;
  if (misses < MISSES_NEEDED) {
    await touchOrder(deps.db, { orderId: doubt.orderId, from: ["in_doubt"], change: { checks: misses } });
    return false;
  }
  return await nothingFor(deps, provider, doubt);
}

/** No number was bought, or none is left: the buyer gets the money back. */
async function nothingFor(deps: OrderDeps, provider: Provider, doubt: DoubtRow): Promise<boolean> {
  const row = await inTransaction(deps.db, (tx) =>
    failOrder(deps, tx, doubt.orderId, "in_doubt", "providers_unavailable"),
  );
  deps.checkpoint("reconcile/not-bought");
  deps.logger.info({ orderId: doubt.orderId, provider: provider.name }, "doubt settled: no number for it");
  return row !== undefined;
}

/** Stores numbers that no order needs as strays; `giveBackOrphans` cancels them. */
async function keepSurplus(
  deps: OrderDeps,
  provider: Provider,
  surplus: readonly ListedRental[],
): Promise<void> {
  const unused = surplus.filter((rental) => !isSpent(rental) && rental.observation.status === "waiting");
  for (const rental of unused) await insertOrphan(deps.db, orphanOf(deps, provider, rental));
}

/** True if the number has received an SMS: no provider takes such a number back. */
function isSpent({ observation }: ActiveRental): boolean {
  const { sms, status } = observation;
  return sms.length > 0 || status === "received" || status === "finished";
}

function orphanOf(deps: OrderDeps, provider: Provider, rental: ActiveRental): Orphan {
  const { upstreamId, serviceCode, countryCode, costMicros } = rental;
  return {
    provider: provider.name,
    upstreamId,
    serviceCode,
    countryCode,
    costMicros,
    seenAt: deps.clock.now(),
  };
}
