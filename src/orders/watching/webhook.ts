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
import { bookLossOfReleased } from "../book-loss.ts";
import type { OrderDeps } from "../order-deps.ts";
import { watchedStates } from "../state.ts";
import { isWithholding, withholdSms } from "./late-sms.ts";
import { newSms, recordSms } from "./record-sms.ts";

/** An SMS that comes later than this after a number was rented is meant for its next renter. */
const NUMBER_MEMORY_MS = 60 * 60 * 1000;

/**
 * Takes a provider's webhook. One that names an order id is a hint only, because it is not signed: the order becomes due
 * for a check. One that carries the SMS itself finds its order by the number; if there is none, the SMS is kept for a
 * purchase whose answer has not come yet. "check": an order became due; "unreadable": not a body that the protocol
 * documents, and nothing was changed.
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
  const at = deps.clock.now();
  const change = { hintedAt: at, nextCheckAt: at };
  const touched = await touchOrder(deps.db, { orderId: order.id, from: watchedStates, change });
  return touched ? "check" : "taken";
}

async function takeSms(deps: OrderDeps, provider: Provider, phone: string, sms: ObservedSms): Promise<void> {
  const at = deps.clock.now();
  const since = addMs(at, -NUMBER_MEMORY_MS);
  const id = newId();
  // The provider sends it only once: if it is not stored, the code is lost.
  await deps.answers.store(async (tx) => {
    const found = await selectOrderByPhone(tx, provider.name, phone, since);
    const order = found && (await lockOrder(tx, found.id));
    if (order) return await deliver(deps, tx, order, sms, at);
    await insertUnclaimedSms(tx, { id, provider: provider.name, phone, ...sms, receivedAt: at });
    deps.logger.info({ provider: provider.name }, "SMS for a number that is no order's");
  });
  deps.checkpoint("webhook/committed");
  deps.onMessages();
}

/**
 * Stores the SMS of an order, whatever its state. After a release it is kept back until the buyer pays for it, and the
 * operator's loss is booked.
 */
async function deliver(deps: OrderDeps, tx: Tx, order: OrderRow, sms: ObservedSms, at: Date): Promise<void> {
  const stored = await selectSms(tx, [order.id]);
  if (newSms(order.round, stored, { sms: [sms] }).length === 0) return;
  const isWithheld = await isWithholding(tx, order);
  if (isWithheld) await bookLossOfReleased(tx, order, "SMS after the release", at);
  // If the buyer's data was deleted, nothing personal is stored again.
  if (order.chatId === nobody) return;
  if (isWithheld) await withholdSms(deps, tx, order, { sms, stored, at });
  else {
    // Told to the watcher like a hint: it learns from both whether the webhooks work.
    await touchOrder(tx, {
      orderId: order.id,
      from: watchedStates,
      change: { hintedAt: at, nextCheckAt: at },
    });
    await recordSms(tx, order, { sms: [sms] }, { at, cause: "webhook", events: deps.events });
  }
}
