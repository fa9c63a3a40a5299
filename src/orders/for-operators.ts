import type { Tx } from "../db/client.ts";
import { lockOrder, selectOrder, touchOrder } from "../db/queries/orders.ts";
import { failOrder } from "./buying/fail-or-doubt.ts";
import { bookPossibleLoss } from "./doubts/release-doubts.ts";
import type { OrderDeps } from "./order-deps.ts";
import type { ByOperator, OrdersForOperators } from "./orders.ts";
import { watchedStates } from "./state.ts";
import { stateOf, transition } from "./transition.ts";

/** What operators do with the orders of others. */
export function forOperators(
  deps: OrderDeps,
  hooks: { readonly wakeWatcher: (provider: string) => void },
): OrdersForOperators {
  return {
    cancelFor: (tx, by) => cancelFor(deps, tx, by),
    giveBack: (tx, by) => giveBack(deps, tx, by),
    finishFor: (tx, by) => finishFor(deps, tx, by),
    checkNow,
    async changed(orderId) {
      const provider = (await selectOrder(deps.db, orderId))?.provider;
      if (provider != null) hooks.wakeWatcher(provider);
      deps.onMessages();
    },
  };
}

async function cancelFor(deps: OrderDeps, tx: Tx, { orderId, actor, at }: ByOperator): Promise<boolean> {
  const order = await lockOrder(tx, orderId);
  const provider = order?.provider == null ? undefined : deps.providers.get(order.provider);
  if (!provider?.capabilities.cancel) return false;
  const change = { cancelRequestedAt: at };
  const move = { orderId, from: "waiting", to: "cancelling", cause: "operator", actor, at, change } as const;
  return (await transition(tx, move)) !== undefined;
}

async function giveBack(deps: OrderDeps, tx: Tx, { orderId, actor, at }: ByOperator): Promise<boolean> {
  const before = await lockOrder(tx, orderId);
  if (before?.state !== "in_doubt") return false;
  const row = await failOrder(deps, tx, orderId, "in_doubt", "providers_unavailable");
  if (!row) return false;
  const { provider, costMicros: amountMicros } = row;
  if (provider !== null && amountMicros !== null) {
    const why = `given back by ${actor}`;
    await bookPossibleLoss(deps, tx, { orderId, provider, amountMicros, why, at });
  }
  return true;
}

async function finishFor(deps: OrderDeps, tx: Tx, { orderId, actor, at }: ByOperator): Promise<boolean> {
  const order = await lockOrder(tx, orderId);
  if (!order) return false;
  const from = stateOf(order);
  if (from !== "received" && from !== "waiting_again") return false;
  const provider = order.provider === null ? undefined : deps.providers.get(order.provider);
  const isDue = provider?.capabilities.finish ?? false;
  const change = { finishDue: isDue, nextCheckAt: isDue ? at : null };
  return (
    (await transition(tx, { orderId, from, to: "finished", cause: "operator", actor, at, change })) !==
    undefined
  );
}

async function checkNow(tx: Tx, { orderId, at }: ByOperator): Promise<boolean> {
  const change = { hintedAt: at, nextCheckAt: at };
  return (await touchOrder(tx, { orderId, from: watchedStates, change })) !== undefined;
}
