import { addMs } from "../../core/clock.ts";
import { acquireLease, type Lease, releaseLease } from "../../db/queries/leases.ts";
import { selectDueOrders } from "../../db/queries/order-lists.ts";
import { type OrderRow, touchOrder } from "../../db/queries/orders.ts";
import type { Provider } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import type { OrderDeps } from "../order-deps.ts";
import { upstreamIdOf } from "../transition.ts";
import { applyAnswer, checkOrder } from "./check.ts";
import { giveUpUnasked } from "./give-up.ts";
import { isOverdue } from "./schedule.ts";

/** Longer than a step takes; short, because after a crash no code is seen before another replica gets the lease. */
const LEASE_MS = 8_000;
/** How many orders one step looks at, the longest due first; the others come in the next step. */
const BATCH = 100;
/** How many orders one step looks for in a provider's list. */
const LISTED = 500;
/** How many checks of one provider run at once. */
const CONCURRENCY = 8;
/** A step waits so long for its last checks; a healthy provider answers sooner. */
const STRAGGLER_MS = 2_000;
/** How often to look for orders that nobody could be asked about for too long. */
const GIVE_UP_INTERVAL_MS = 60_000;
/** How often a provider that does not answer is told that an order is done. */
const MAX_FINISH_TRIES = 5;

/** The name of the lease under which one process watches this provider. */
export function watchLease(provider: string): string {
  return `watch:${provider}`;
}

export interface Watcher {
  /** Looks at the due orders of this provider. False: nothing was due, or the provider takes no more questions now. */
  step(signal: AbortSignal): Promise<boolean>;
  /** Lets another replica take over at once. */
  release(): Promise<void>;
}

/**
 * Watches one provider's orders. A lease row lets one replica at a time do it, so that requests are not made twice. It
 * saves requests only: two watchers at once would do no harm, because each decision is made under the order's row lock.
 */
export function createWatcher(deps: OrderDeps, provider: Provider, holder: string): Watcher {
  let lease: Lease | undefined;
  let watchedSince: Date | undefined;
  let nextGiveUpAt = new Date(0);
  /** Running looks, by order id. One that hangs goes on after its step, so that other orders do not wait for it. */
  const inHand = new Map<string, Promise<void>>();

  /** Looks at each order, at most CONCURRENCY at once; resolves when all are done except those that hang. */
  async function lookAtAll(orders: readonly OrderRow[], signal: AbortSignal): Promise<boolean> {
    const spent = new AbortController();
    const started: Promise<void>[] = [];
    for (const order of orders) {
      while (inHand.size >= CONCURRENCY) await Promise.race(inHand.values());
      if (signal.aborted || spent.signal.aborted) break;
      const job = look(deps, provider, order, spent).finally(() => inHand.delete(order.id));
      inHand.set(order.id, job);
      started.push(job);
    }
    const done = new AbortController();
    const patience = deps.clock.sleep(STRAGGLER_MS, done.signal);
    await Promise.race([Promise.all(started), patience]);
    done.abort();
    return !spent.signal.aborted;
  }

  return {
    async step(signal) {
      lease = await acquireLease(deps.db, watchLease(provider.name), holder, LEASE_MS);
      const now = deps.clock.now();
      if (!lease) {
        watchedSince = undefined;
        return false;
      }
      watchedSince ??= now;
      if (nextGiveUpAt <= now) {
        nextGiveUpAt = addMs(now, GIVE_UP_INTERVAL_MS);
        await giveUpUnasked(deps, provider, watchedSince);
      }
      const rows = await selectDueOrders(deps.db, provider.name, deps.clock.now(), BATCH);
      const due = rows.filter(({ id }) => !inHand.has(id));
      if (due.length === 0) return false;
      return await lookAtAll(await checkTogether(deps, provider, due), signal);
    },
    async release() {
      await Promise.all(inHand.values());
      if (lease) await releaseLease(deps.db, lease);
    },
  };
}

/**
 * Asks about many orders in one request, if the API can; returns the orders that still need a look of their own. Orders
 * that will be due within one interval are included: otherwise orders bought at different moments would each need a
 * request of their own. Due orders beyond the request's limit come in the next step, which follows at once. Orders past
 * their end are left out: a list may be behind, and what follows from the end needs an answer about that one number.
 */
async function checkTogether(
  deps: OrderDeps,
  provider: Provider,
  due: readonly OrderRow[],
): Promise<readonly OrderRow[]> {
  const { checkMany, pollIntervalMs } = provider.capabilities;
  const now = deps.clock.now();
  const isListed = (order: OrderRow): boolean =>
    (order.state === "waiting" || order.state === "waiting_again") && !isOverdue(order, now);
  if (!checkMany || !due.some(isListed)) return due;
  const near = await selectDueOrders(deps.db, provider.name, addMs(now, pollIntervalMs), LISTED);
  const group = near.filter(isListed);
  if (group.length < 2) return due;
  const byUpstreamId = new Map(group.map((order) => [upstreamIdOf(order), order]));
  const settled = new Set<string>();
  try {
    for await (const answers of provider.checkMany([...byUpstreamId.keys()], { priority: "poll" })) {
      deps.checkpoint("watch/list-answered");
      for (const [upstreamId, observation] of answers) {
        const order = byUpstreamId.get(upstreamId);
        if (!order) continue;
        settled.add(order.id);
        await guarded(deps, provider, order, async () => {
          await applyAnswer(deps, provider, order, observation);
        });
      }
    }
    const asked = new Set(group.map((order) => order.id));
    return due.filter((order) => !settled.has(order.id) && (asked.has(order.id) || !isListed(order)));
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    deps.logger.debug({ provider: provider.name, kind: error.kind }, "list check failed");
    return due.filter((order) => !settled.has(order.id));
  }
}

/** Aborts `spent` when the provider takes no more questions; the remaining orders stay due for the next step. */
async function look(
  deps: OrderDeps,
  provider: Provider,
  order: OrderRow,
  spent: AbortController,
): Promise<void> {
  await guarded(deps, provider, order, async () => {
    if (order.state === "finished") return await tellFinished(deps, provider, order);
    if ((await checkOrder(deps, provider, order)) === "budget_spent") spent.abort();
  });
}

/** Keeps one order's failure (a bug, a full disk) from stopping the looks at the others. */
async function guarded(
  deps: OrderDeps,
  provider: Provider,
  order: OrderRow,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    const expected = error instanceof ProviderError;
    const fields = { orderId: order.id, provider: provider.name, err: error };
    if (expected) deps.logger.debug(fields, "order step failed");
    else deps.logger.error(fields, "order step failed");
    const change = { nextCheckAt: addMs(deps.clock.now(), 10_000) };
    await touchOrder(deps.db, { orderId: order.id, from: [order.state], change });
  }
}

/** Tells the provider that the buyer is done with a number, which frees its own limits. No money depends on it. */
async function tellFinished(deps: OrderDeps, provider: Provider, order: OrderRow): Promise<void> {
  const done = { finishDue: false, nextCheckAt: null };
  try {
    await provider.finish(upstreamIdOf(order), { priority: "tap" });
    deps.checkpoint("finish/told");
    await touchOrder(deps.db, { orderId: order.id, from: ["finished"], change: done });
  } catch (error) {
    // If the provider was not asked, this was no try.
    if (!(error instanceof ProviderError) || !error.wasAsked) throw error;
    const checks = order.checks + 1;
    const isPointless =
      error.kind === "unknown_order" || error.kind === "unsupported" || checks >= MAX_FINISH_TRIES;
    const later = { checks, nextCheckAt: addMs(deps.clock.now(), 5_000 * checks) };
    await touchOrder(deps.db, { orderId: order.id, from: ["finished"], change: isPointless ? done : later });
  }
}
