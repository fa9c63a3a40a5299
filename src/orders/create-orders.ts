import { acquireLease, type Lease, releaseLease } from "../db/queries/leases.ts";
import { updateCard } from "../db/queries/order-cards.ts";
import { selectOrder } from "../db/queries/orders.ts";
import { another, cancel, finish } from "./actions.ts";
import { place } from "./buying/place.ts";
import { purchase } from "./buying/purchase.ts";
import { giveBackOrphans } from "./doubts/orphans.ts";
import { reconcile } from "./doubts/reconcile.ts";
import { sweep } from "./doubts/sweep.ts";
import type { OrderDeps } from "./order-deps.ts";
import type { Orders } from "./orders.ts";
import { viewOrder, viewOrders } from "./view.ts";
import { createWatcher } from "./watching/watch.ts";
import { takeWebhook } from "./watching/webhook.ts";

/** What the workers and the HTTP server drive. */
export interface OrderJobs {
  /** One watching pass for one provider; false when nothing was due here. */
  watch(provider: string, signal: AbortSignal): Promise<boolean>;
  /** Settles purchases in doubt and gives stray numbers back. */
  reconcile(provider: string): Promise<void>;
  /** Takes up what a stopped process left. */
  sweep(): Promise<void>;
  /** Resolves when what the webhook tells is stored. */
  takeWebhook(provider: string, body: unknown): Promise<"accepted" | "unknown_provider" | "unreadable">;
  /** Waits for purchase calls in hand, for an orderly stop. */
  drain(): Promise<void>;
  /** Gives up watching, once nothing runs any more: another replica need not wait for our leases to end. */
  release(): Promise<void>;
}

export interface OrderHooks {
  /** An order of this provider is due now. */
  readonly wakeWatcher: (provider: string) => void;
}

/** Two rounds of the job: whoever reconciles goes on doing it. */
const RECONCILE_LEASE_MS = 20_000;

/** Orders for the chat, and the jobs that keep them moving. `holder` names this process in leases. */
export function createOrders(deps: OrderDeps, holder: string, hooks: OrderHooks): Orders & OrderJobs {
  const placing = new Set<Promise<void>>();
  const reconciling = new Map<string, Lease>();
  const watchers = new Map(
    [...deps.providers.values()].map((provider) => [provider.name, createWatcher(deps, provider, holder)]),
  );

  /** The provider is called outside the update that asked: a slow upstream must not hold up the chat. */
  function placeSoon(orderId: string): void {
    const job = place(deps, orderId)
      .catch((error: unknown) =>
        deps.logger.error({ orderId, err: error }, "placing failed; the sweep takes it up"),
      )
      .finally(() => placing.delete(job));
    placing.add(job);
  }

  return {
    async purchase(input) {
      const result = await purchase(deps, input);
      if (result.kind === "placed") placeSoon(result.orderId);
      return result;
    },
    async cancel(orderId, buyerId) {
      const result = await cancel(deps, orderId, buyerId);
      if (result.kind === "requested") await wake(orderId);
      return result;
    },
    another: (orderId, buyerId) => another(deps, orderId, buyerId),
    async finish(orderId, buyerId) {
      const result = await finish(deps, orderId, buyerId);
      if (result.kind === "done") await wake(orderId);
      return result;
    },
    find: (orderId, buyerId) => viewOrder(deps, orderId, buyerId),
    load: (orderId) => viewOrder(deps, orderId, null),
    list: (buyerId, page) => viewOrders(deps, buyerId, page),
    moveCard: (orderId, chatId, messageId) => updateCard(deps.db, orderId, chatId, messageId),

    watch: async (provider, signal) => (await watchers.get(provider)?.step(signal)) ?? false,
    async reconcile(name) {
      const provider = deps.providers.get(name);
      if (!provider) return;
      // One replica at a time: a number counts as missing after two looks a round apart, not two at the same moment.
      const lease = await acquireLease(deps.db, `reconcile:${name}`, holder, RECONCILE_LEASE_MS);
      if (!lease) return;
      reconciling.set(name, lease);
      await reconcile(deps, provider);
      await giveBackOrphans(deps, provider);
    },
    sweep: () => sweep(deps),
    async takeWebhook(name, body) {
      const provider = deps.providers.get(name);
      if (!provider?.capabilities.webhook) return "unknown_provider";
      const outcome = await takeWebhook(deps, provider, body);
      if (outcome === "check") hooks.wakeWatcher(name);
      return outcome === "unreadable" ? outcome : "accepted";
    },
    async drain() {
      await Promise.all(placing);
    },
    async release() {
      await Promise.all([...watchers.values()].map((watcher) => watcher.release()));
      await Promise.all([...reconciling.values()].map((lease) => releaseLease(deps.db, lease)));
    },
  };

  async function wake(orderId: string): Promise<void> {
    const order = await selectOrder(deps.db, orderId);
    if (order && order.provider !== null) hooks.wakeWatcher(order.provider);
  }
}
