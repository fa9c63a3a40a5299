import { addMs } from "../../core/clock.ts";
import { ensureSystemAccounts } from "../../db/queries/ledger.ts";
import { selectAttempts } from "../../db/queries/order-attempts.ts";
import { oweDueCards } from "../../db/queries/order-cards.ts";
import { selectOrdersInStates } from "../../db/queries/order-lists.ts";
import type { OrderRow } from "../../db/queries/orders.ts";
import { selectDoubtsElsewhere } from "../../db/queries/orphans.ts";
import { inTransaction } from "../../db/transaction.ts";
import { systemAccounts } from "../../wallet/accounts.ts";
import { failOrder, markInDoubt } from "../buying/fail-or-doubt.ts";
import type { Placer } from "../buying/placer.ts";
import type { OrderDeps } from "../order-deps.ts";
import { endOrder } from "../watching/apply-observation.ts";
import { GIVE_UP_DOUBT_MS, quiesceMs } from "./match-doubts.ts";
import { releaseAll } from "./release-doubts.ts";

const BATCH = 100;
/** An order that could not be placed for so long (we were down) is released: the buyer does not wait any more. */
const TOO_LATE_MS = 3 * 60 * 1000;
/** An order whose provider is not configured any more ends so long after the end of its number. */
const REMOVED_GRACE_MS = 10 * 60 * 1000;

/**
 * Owes the cards that change with the time. Then takes up orders that a stopped process left unfinished. An order in `placing` is placed or, if it is old, released;
 * one whose purchase call never came back goes in doubt; one of a provider that is no longer configured ends by the
 * clock.
 */
export async function sweep(deps: OrderDeps, placer: Placer): Promise<void> {
  const now = deps.clock.now();
  if (await oweDueCards(deps.db, now, BATCH)) deps.onMessages();
  const left = await selectOrdersInStates(deps.db, ["placing"], {
    placedBefore: addMs(now, -2_000),
    limit: BATCH,
  });
  const placing: Promise<void>[] = [];
  for (const order of left) {
    // It waits here for its turn with the provider, and the buyer for it; after a while it is released all the same.
    if (placer.isPlacing(order.id) && !isTooLate(order, now)) continue;
    if ((await takeUp(deps, order, now)) === "place") placing.push(placer.place(order.id));
  }
  await endRemoved(deps, now);
  await releaseRemoved(deps, now);
  await Promise.all(placing);
}

/** Releases doubts about providers that are not configured any more: whether they sold a number, nobody will tell. */
async function releaseRemoved(deps: OrderDeps, now: Date): Promise<void> {
  const begunBefore = addMs(now, -GIVE_UP_DOUBT_MS);
  const doubts = await selectDoubtsElsewhere(deps.db, [...deps.providers.keys()], begunBefore, BATCH);
  for (const doubt of doubts) {
    await ensureSystemAccounts(deps.db, systemAccounts([], [doubt.provider]));
    await releaseAll(deps, { name: doubt.provider }, [doubt], "the provider is not configured any more");
  }
}

function isTooLate(order: OrderRow, now: Date): boolean {
  return addMs(order.placedAt, TOO_LATE_MS) <= now;
}

async function takeUp(deps: OrderDeps, order: OrderRow, now: Date): Promise<"place" | "done"> {
  const attempts = await selectAttempts(deps.db, order.id);
  const open = attempts.find((attempt) => attempt.endedAt === null);
  if (open) {
    if (addMs(open.startedAt, quiesceMs) > now) return "done";
    await inTransaction(deps.db, (tx) => markInDoubt(deps, tx, order.id, open.id, "no answer recorded"));
    deps.checkpoint("sweep/in-doubt");
    deps.onMessages();
    return "done";
  }
  if (!isTooLate(order, now)) return "place";
  await inTransaction(deps.db, (tx) => failOrder(deps, tx, order.id, "placing", "providers_unavailable"));
  deps.checkpoint("sweep/too-late");
  deps.onMessages();
  return "done";
}

/** Ends orders of providers that are not configured any more: nobody can be asked about them. */
async function endRemoved(deps: OrderDeps, now: Date): Promise<void> {
  const states = ["waiting", "cancelling", "received", "waiting_again"];
  const open = await selectOrdersInStates(deps.db, states, {
    placedBefore: addMs(now, -REMOVED_GRACE_MS),
    limit: BATCH,
  });
  for (const order of open) {
    if (order.provider === null || deps.providers.has(order.provider)) continue;
    if (!order.expiresAt || addMs(order.expiresAt, REMOVED_GRACE_MS) > now) continue;
    deps.logger.warn(
      { orderId: order.id, provider: order.provider },
      "order of a removed provider ended by the clock",
    );
    await ensureSystemAccounts(deps.db, systemAccounts([], [order.provider]));
    await inTransaction(deps.db, (tx) =>
      endOrder(deps, tx, order, {
        ending: "by_clock",
        cause: "provider removed",
        isReplaceable: false,
        at: now,
      }),
    );
    deps.onMessages();
  }
}
