import { setWaitUntil } from "../../db/queries/api-orders.ts";
import type { OrderRow } from "../../db/queries/orders.ts";
import { another, cancel, finish } from "../actions.ts";
import { purchase } from "../buying/purchase.ts";
import type { OrderDeps } from "../order-deps.ts";
import { keepWaiting } from "../swapping/swap.ts";
import { recordSms } from "../watching/record-sms.ts";
import type { KeyOrders } from "./key-orders.ts";
import { adopt, markTold } from "./untold.ts";

export interface KeyOrderHooks {
  /** Calls the providers for this order; never rejects. */
  readonly place: (orderId: string) => Promise<void>;
  /** Does something with an order of this buyer, and tells its watcher of news. */
  readonly act: <Result extends { readonly kind: string }>(
    orderId: string,
    buyerId: string,
    run: (order: OrderRow) => Promise<Result>,
  ) => Promise<Result | { readonly kind: "refused"; readonly code: "order_not_found" }>;
}

/** Orders for resellers' keys: the same orders as the chat's, without cards. */
export function createKeyOrders(deps: OrderDeps, { place, act }: KeyOrderHooks): KeyOrders {
  return {
    async purchase({ terms, ...input }) {
      const result = await purchase(deps, {
        ...input,
        chatId: null,
        cardMessageId: null,
        acceptsTermsVersion: null,
        terms,
      });
      if (result.kind !== "not_admitted") deps.events?.tapped(result);
      if (result.kind !== "placed") return result;
      return { ...result, ended: place(result.orderId) };
    },
    adopt: (wanted) => adopt(deps, wanted),
    waitFor: (orderId, until) => setWaitUntil(deps.db, orderId, until),
    told: (orderId) =>
      markTold(deps, orderId, (tx, order, sms, at) =>
        recordSms(tx, order, { sms }, { at, cause: "before the answer" }),
      ),
    abandoned: (orderId) => setWaitUntil(deps.db, orderId, deps.clock.now()),
    cancel: (orderId, buyerId, perHour) => act(orderId, buyerId, (order) => cancel(deps, order, perHour)),
    keepWaiting: (orderId, buyerId) => act(orderId, buyerId, (order) => keepWaiting(deps, order)),
    another: (orderId, buyerId) => act(orderId, buyerId, (order) => another(deps, order)),
    finish: (orderId, buyerId) => act(orderId, buyerId, (order) => finish(deps, order)),
  };
}
