import { ImpossibleError } from "../core/errors.ts";
import { acquireLease, type Lease, releaseLease } from "../db/queries/leases.ts";
import { updateCard } from "../db/queries/order-cards.ts";
import type { OrderRow } from "../db/queries/orders.ts";
import { another, cancel, findOwnOrder, finish } from "./actions.ts";
import { buyPaid } from "./buying/buy-paid.ts";
import { createPlacer } from "./buying/placer.ts";
import { purchase } from "./buying/purchase.ts";
import { createKeyOrders } from "./by-key/create-key-orders.ts";
import type { KeyOrders } from "./by-key/key-orders.ts";
import { endUntold } from "./by-key/untold.ts";
import { giveBackOrphans } from "./doubts/orphans.ts";
import { reconcile } from "./doubts/reconcile.ts";
import { sweep } from "./doubts/sweep.ts";
import { forOperators } from "./for-operators.ts";
import type { OrderDeps } from "./order-deps.ts";
import type { Orders, OrdersForOperators, PurchaseInput, PurchaseResult } from "./orders.ts";
import { keepWaiting, swap } from "./swapping/swap.ts";
import { countOpen, viewOrder, viewOrders, viewOrdersBefore } from "./view.ts";
import { payLate } from "./watching/late-sms.ts";
import { createWatcher } from "./watching/watch.ts";
import { takeWebhook } from "./watching/webhook.ts";

/** The jobs that the workers and the HTTP server run. */
export interface OrderJobs {
  /** One watching pass for one provider. Returns after how many milliseconds the next is worth while; 0: at once. */
  watch(provider: string, signal: AbortSignal): Promise<number>;
  /** Finds out what became of this provider's purchases in doubt, and gives stray numbers back. */
  reconcile(provider: string): Promise<void>;
  /** Takes up orders that a stopped process left unfinished. */
  sweep(): Promise<void>;
  /** Gives numbers back that a reseller's client was never told; see by-key/untold.ts. */
  endUntold(): Promise<void>;
  /** Resolves when the content of the webhook is stored. */
  takeWebhook(provider: string, body: unknown): Promise<"accepted" | "unknown_provider" | "unreadable">;
  /** Makes the purchases whose money has come in; see buying/buy-paid.ts. Returns how many were taken up. */
  buyPaid(): Promise<number>;
  /** Waits for the purchase calls that are running. */
  drain(): Promise<void>;
  /** An orderly stop: answers that the database does not take are given up, then as {@link drain}. */
  stop(): Promise<void>;
  /** Gives our leases back once nothing runs any more, so that another replica need not wait for their end. */
  release(): Promise<void>;
}

export interface OrderHooks {
  /** An order of this provider is due now. */
  readonly wakeWatcher: (provider: string) => void;
  /** What became of a tap on "Get number" was committed: the order's card answers the tap. */
  readonly answer: (card: { readonly chatId: number; readonly orderId: string }) => void;
}

/** Two rounds of the job, so that the replica that reconciles goes on doing it. */
const RECONCILE_LEASE_MS = 20_000;

/** Orders for the chat, and the jobs that keep them moving. `holder` names this process in leases. */
export function createOrders(
  given: OrderDeps,
  holder: string,
  hooks: OrderHooks,
): Orders & OrdersForOperators & OrderJobs & { readonly byKey: KeyOrders } {
  const placer = createPlacer(given);
  const deps = { ...given, onReplaced: (orderId: string) => void placer.place(orderId) };
  const reconciling = new Map<string, Lease>();
  const watchers = new Map(
    [...deps.providers.values()].map((provider) => [provider.name, createWatcher(deps, provider, holder)]),
  );

  async function buy(input: PurchaseInput): Promise<PurchaseResult> {
    const result = await purchase(deps, input);
    if (result.kind === "not_admitted") throw new ImpossibleError("the chat needs no admission");
    deps.events?.tapped(result);
    // In the background: a slow provider must not hold up the chat.
    if (result.kind === "placed") {
      const card = { chatId: input.chatId, orderId: result.orderId };
      void placer.place(result.orderId).then(() => hooks.answer(card));
    }
    return result;
  }

  return {
    purchase: buy,
    buyPaid: () => buyPaid(deps, buy),
    cancel: (orderId, buyerId) => act(orderId, buyerId, (order) => cancel(deps, order)),
    swap: (orderId, buyerId) => act(orderId, buyerId, (order) => swap(deps, order)),
    keepWaiting: (orderId, buyerId) => act(orderId, buyerId, (order) => keepWaiting(deps, order)),
    another: (orderId, buyerId) => act(orderId, buyerId, (order) => another(deps, order)),
    finish: (orderId, buyerId) => act(orderId, buyerId, (order) => finish(deps, order)),
    payLate: (orderId, buyerId) => act(orderId, buyerId, (order) => payLate(deps, order.id)),
    moveCard: (orderId, chatId, messageId) => updateCard(deps.db, orderId, chatId, messageId),
    ...views(deps),
    ...forOperators(deps, hooks),

    async watch(name, signal) {
      const watcher = watchers.get(name);
      if (!watcher) throw new Error(`there is no provider ${name}`);
      return await watcher.step(signal);
    },
    async reconcile(name) {
      const provider = deps.providers.get(name);
      if (!provider) return;
      // One replica at a time: a number counts as missing after two looks, a round of the job apart, and two replicas
      // would make both looks at the same moment.
      const lease = await acquireLease(deps.db, `reconcile:${name}`, holder, RECONCILE_LEASE_MS);
      if (!lease) return;
      reconciling.set(name, lease);
      await reconcile(deps, provider);
      await giveBackOrphans(deps, provider);
    },
    sweep: () => sweep(deps, placer),
    endUntold: () => endUntold(deps),
    byKey: createKeyOrders(deps, { place: placer.place, act }),
    async takeWebhook(name, body) {
      const provider = deps.providers.get(name);
      if (!provider?.capabilities.webhook) return "unknown_provider";
      const outcome = await takeWebhook(deps, provider, body);
      if (outcome === "check") hooks.wakeWatcher(name);
      return outcome === "unreadable" ? outcome : "accepted";
    },
    drain: placer.drain,
    async stop() {
      deps.answers.stop();
      deps.slots.stop();
      await placer.drain();
    },
    async release() {
      await Promise.all([...watchers.values()].map((watcher) => watcher.release()));
      await Promise.all([...reconciling.values()].map((lease) => releaseLease(deps.db, lease)));
    },
  };

  /** What a buyer does with an order of their own; what changes it is news for the watcher. */
  async function act<Result extends { readonly kind: string }>(
    orderId: string,
    buyerId: string,
    run: (order: OrderRow) => Promise<Result>,
  ): Promise<Result | { readonly kind: "refused"; readonly code: "order_not_found" }> {
    const order = await findOwnOrder(deps, orderId, buyerId);
    if (!order) return { kind: "refused", code: "order_not_found" };
    const result = await run(order);
    const isNews = result.kind === "requested" || result.kind === "done";
    if (isNews && order.provider !== null) hooks.wakeWatcher(order.provider);
    return result;
  }
}

/** What is only looked at. */
function views(deps: OrderDeps): Pick<Orders, "find" | "load" | "list" | "countOpen" | "listBefore"> {
  return {
    find: (orderId, buyerId) => viewOrder(deps, orderId, buyerId),
    load: (orderId) => viewOrder(deps, orderId, null),
    list: (buyerId, query) => viewOrders(deps, buyerId, query),
    countOpen: (buyerId) => countOpen(deps, buyerId),
    listBefore: (buyerId, order, limit) => viewOrdersBefore(deps, buyerId, order, limit),
  };
}
