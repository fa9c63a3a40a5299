import { addMs } from "../../core/clock.ts";
import { newId } from "../../core/ids.ts";
import type { Tx } from "../../db/client.ts";
import { insertUnclaimedSms, selectSms } from "../../db/queries/order-sms.ts";
import {
  lockOrder,
  type OrderRow,
  selectOrderByPhone,
  selectOrderByUpstream,
  touchOrder,
} from "../../db/queries/orders.ts";
import { nobody } from "../../db/queries/outbox.ts";
import type { ObservedSms, Provider } from "../../providers/port/provider.ts";
import { bookProviderLoss } from "../../wallet/wallet.ts";
import type { OrderDeps } from "../order-deps.ts";
import { retryWhileDatabaseIsAway } from "../retry-while-database-is-away.ts";
import { isEnded, watchedStates } from "../state.ts";
import { stateOf } from "../transition.ts";
import { newSms, recordSms } from "./record-sms.ts";

/** A number may get an SMS for so long after it was rented; later ones are for its next renter. */
const NUMBER_MEMORY_MS = 60 * 60 * 1000;

/**
 * Takes a provider's webhook. An unsigned one about an order id is only a hint: the order becomes due for a check.
 * One that carries the SMS itself is matched on the number; without an order it is kept for a purchase that may
 * still be waiting for its answer. "check": the watcher has something to do; "unreadable": a body that the protocol
 * does not document, which changes nothing.
 */
export async function takeWebhook(
  deps: OrderDeps,
  provider: Provider,
  body: unknown,
): Promise<"check" | "taken" | "unreadable"> {
  const event = provider.parseWebhook(body);
  if (!event) return "unreadable";
  if (event.kind === "sms") {
    await takeSms(deps, provider, event.phone, event.sms);
    return "taken";
  }
  const order = await selectOrderByUpstream(deps.db, provider.name, event.upstreamId);
  if (!order) {
    deps.logger.info({ provider: provider.name }, "webhook about an order that is not ours");
    return "taken";
  }
  const change = { nextCheckAt: deps.clock.now() };
  const touched = await touchOrder(deps.db, { orderId: order.id, from: watchedStates, change });
  return touched ? "check" : "taken";
}

async function takeSms(deps: OrderDeps, provider: Provider, phone: string, sms: ObservedSms): Promise<void> {
  const at = deps.clock.now();
  const since = addMs(at, -NUMBER_MEMORY_MS);
  // Nobody sends it again: where a webhook is the only delivery, a code would be lost with a lost connection.
  await retryWhileDatabaseIsAway(deps, async (tx) => {
    const found = await selectOrderByPhone(tx, provider.name, phone, since);
    const order = found && (await lockOrder(tx, found.id));
    if (order) return await deliver(tx, order, sms, at);
    await insertUnclaimedSms(tx, { id: newId(), provider: provider.name, phone, ...sms, receivedAt: at });
    deps.logger.info({ provider: provider.name }, "SMS for a number that is no order's");
  });
  deps.checkpoint("webhook/committed");
  deps.onMessages();
}

/** Delivered whatever the state: after a release it costs the buyer nothing and is booked as the operator's loss. */
async function deliver(tx: Tx, order: OrderRow, sms: ObservedSms, at: Date): Promise<void> {
  const stored = await selectSms(tx, [order.id]);
  if (newSms(order.round, stored, { sms: [sms] }).length === 0) return;
  // Of somebody whose data was deleted nothing is written down again; what the number cost is booked all the same.
  if (order.chatId !== nobody) await recordSms(tx, order, { sms: [sms] }, { at, cause: "webhook" });
  const isLate = isEnded(stateOf(order)) && order.state !== "finished" && stored.length === 0;
  if (!isLate || order.provider === null || order.costMicros === null) return;
  const loss = { orderId: order.id, provider: order.provider, amountMicros: order.costMicros };
  await bookProviderLoss(tx, { ...loss, reason: "SMS after the release", at });
}
