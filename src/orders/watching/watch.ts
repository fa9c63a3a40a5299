import { addMs } from "../../core/clock.ts";
import { acquireLease, type Lease, releaseLease } from "../../db/queries/leases.ts";
import { selectDueOrders } from "../../db/queries/order-lists.ts";
import { type OrderRow, touchOrder } from "../../db/queries/orders.ts";
import type { Provider } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import type { OrderDeps } from "../order-deps.ts";
import { checkOrder, settle, upstreamIdOf } from "./check.ts";

/** Long enough for a step, short enough that a code waits little for another replica to take over. */
const LEASE_MS = 8_000;
/** Orders looked at in one step; the rest are due in the next, the longest due first. */
const BATCH = 100;
/** Checks of one provider under way at once. */
const CONCURRENCY = 8;
/** Longer than any provider that is well takes to answer. */
const STRAGGLER_MS = 2_000;
/** How often an upstream that does not answer is told that an order is done, before we let it be. */
const MAX_FINISH_TRIES = 5;

export interface Watcher {
  /** One pass over the due orders of this provider; false: nothing more can be done just now. */
  step(signal: AbortSignal): Promise<boolean>;
  /** Lets another replica take over at once. */
  release(): Promise<void>;
}

/**
 * Watches one provider's orders. One replica at a time does (a lease row, fenced by the database's clock), so that
 * the request budget is spent once; a second watcher would only waste requests, every decision is made under the
 * order's row lock.
 */
export function createWatcher(deps: OrderDeps, provider: Provider, holder: string): Watcher {
  let lease: Lease | undefined;
  /** Looks under way, by order. One that hangs outlives its step, and the other orders do not wait for it. */
  const inHand = new Map<string, Promise<void>>();

  /** Starts a look at each, as many at once as may be; returns when all are done, or all but those that hang. */
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
      lease = await acquireLease(deps.db, `watch:${provider.name}`, holder, LEASE_MS);
      if (!lease) return false;
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
 * Asks about many orders in one request where the API can; returns the ones that need a look of their own. Orders
 * whose turn is near come along, or each purchase's own rhythm would cost such a request; due ones that do not fit
 * in have the next step, which follows at once.
 */
async function checkTogether(
  deps: OrderDeps,
  provider: Provider,
  due: readonly OrderRow[],
): Promise<readonly OrderRow[]> {
  const { checkMany, checkManyLimit, pollIntervalMs } = provider.capabilities;
  if (!checkMany || !due.some(isListed)) return due;
  const horizon = addMs(deps.clock.now(), pollIntervalMs);
  const near = await selectDueOrders(deps.db, provider.name, horizon, Math.max(BATCH, checkManyLimit));
  const group = near.filter(isListed).slice(0, checkManyLimit);
  if (group.length < 2) return due;
  const askedAt = deps.clock.now();
  try {
    const answers = await provider.checkMany(group.map(upstreamIdOf), { priority: "poll" });
    deps.checkpoint("watch/list-answered");
    const settled = new Set<string>();
    for (const order of group) {
      const observation = answers.get(upstreamIdOf(order));
      if (!observation) continue;
      settled.add(order.id);
      await guarded(deps, provider, order, () => settle(deps, provider, order, { observation, askedAt }));
    }
    const asked = new Set(group.map((order) => order.id));
    return due.filter((order) => !settled.has(order.id) && (asked.has(order.id) || !isListed(order)));
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    deps.logger.debug({ provider: provider.name, kind: error.kind }, "list check failed");
    return due;
  }
}

function isListed(order: OrderRow): boolean {
  return order.state === "waiting" || order.state === "waiting_again";
}

/** `spent` is aborted when the request budget is used up: the others keep their places for the next step. */
async function look(
  deps: OrderDeps,
  provider: Provider,
  order: OrderRow,
  spent: AbortController,
): Promise<void> {
  await guarded(deps, provider, order, async () => {
    if (order.state === "finished") return await tellFinished(deps, provider, order);
    try {
      await checkOrder(deps, provider, order);
    } catch (error) {
      if (!(error instanceof ProviderError) || error.kind !== "rate_limited") throw error;
      spent.abort();
    }
  });
}

/** One order's trouble (a bug, a full disk) must not keep the others from their codes. */
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

/** The buyer is done: the upstream is told, so that its own limits are free again. No money depends on it. */
async function tellFinished(deps: OrderDeps, provider: Provider, order: OrderRow): Promise<void> {
  const done = { finishDue: false, nextCheckAt: null };
  try {
    await provider.finish(upstreamIdOf(order), { priority: "tap" });
    deps.checkpoint("finish/told");
    await touchOrder(deps.db, { orderId: order.id, from: ["finished"], change: done });
  } catch (error) {
    // Where nobody was asked, no try is used up.
    if (!(error instanceof ProviderError) || !error.wasAsked) throw error;
    const checks = order.checks + 1;
    const isPointless =
      error.kind === "unknown_order" || error.kind === "unsupported" || checks >= MAX_FINISH_TRIES;
    const later = { checks, nextCheckAt: addMs(deps.clock.now(), 5_000 * checks) };
    await touchOrder(deps.db, { orderId: order.id, from: ["finished"], change: isPointless ? done : later });
  }
}
