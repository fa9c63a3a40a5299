import { addMs } from "../../core/clock.ts";
import { ShopError } from "../../core/errors.ts";
import { newId } from "../../core/ids.ts";
import type { Tx } from "../../db/client.ts";
import { selectBalance } from "../../db/queries/ledger.ts";
import { countLateOffers, insertSms, revealSms, type SmsRow, selectSms } from "../../db/queries/order-sms.ts";
import { lockOrder, type OrderRow, touchOrder } from "../../db/queries/orders.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { ObservedSms } from "../../providers/port/provider.ts";
import { chargeLate, isLateCharged } from "../../wallet/wallet.ts";
import type { OrderDeps } from "../order-deps.ts";
import type { ActionResult } from "../orders.ts";
import { isEnded, orderStates } from "../state.ts";
import { owe, oweCard, stateOf } from "../transition.ts";
import { contentDigest } from "./record-sms.ts";

/** A buyer is told of at most so many late SMS in an hour. */
const MAX_OFFERS_PER_HOUR = 3;
const HOUR_MS = 60 * 60 * 1000;

/** Whether SMS of this order are kept back: its money was released, and its buyer has not paid for a late SMS since. */
export async function isWithholding(tx: Tx, order: OrderRow): Promise<boolean> {
  const state = stateOf(order);
  return isEnded(state) && state !== "finished" && !(await isLateCharged(tx, order.id));
}

/**
 * Stores an SMS that came after the release without showing it. The buyer is offered once an order to pay the order's
 * price for it, if their balance covers that; nothing is ever charged without their tap. The caller holds the order's
 * row lock.
 */
export async function withholdSms(
  deps: Pick<OrderDeps, "logger">,
  tx: Tx,
  order: OrderRow,
  late: { sms: ObservedSms; stored: readonly SmsRow[]; at: Date },
): Promise<void> {
  const { sms, stored, at } = late;
  const { availableMicros, isOffered } = await mayOffer(tx, order, stored, at);
  await insertSms(tx, {
    id: newId(),
    orderId: order.id,
    sequence: stored.length + 1,
    round: order.round,
    contentDigest: contentDigest(sms),
    ...sms,
    receivedAt: at,
    withheldAt: at,
    offeredAt: isOffered ? at : null,
  });
  deps.logger.info(
    { orderId: order.id, provider: order.provider, isOffered },
    "SMS after the release kept back",
  );
  if (!isOffered) return;
  const message = {
    kind: "late_sms" as const,
    orderId: order.id,
    availableMicros: availableMicros.toString(),
  };
  await owe(tx, order, message, at, `late_sms:${order.id}`);
}

async function mayOffer(
  tx: Tx,
  order: OrderRow,
  stored: readonly SmsRow[],
  at: Date,
): Promise<{ availableMicros: bigint; isOffered: boolean }> {
  // The lock of the balance lets two SMS at once count each other.
  const { availableMicros } = await selectBalance(tx, order.buyerId, { lock: true });
  const isPayable = availableMicros >= order.priceMicros && !stored.some((sms) => sms.offeredAt !== null);
  const offers = isPayable ? await countLateOffers(tx, order.buyerId, addMs(at, -HOUR_MS)) : 0;
  return { availableMicros, isOffered: isPayable && offers < MAX_OFFERS_PER_HOUR };
}

/**
 * The buyer's tap on the offer: charges the order's price anew and shows the SMS. "done" also if it was paid before;
 * "order_not_active": nothing is kept back any more, because the SMS was purged.
 */
export async function payLate(deps: OrderDeps, orderId: string): Promise<ActionResult> {
  try {
    const result = await inTransaction(deps.db, (tx) => payLocked(deps, tx, orderId));
    deps.checkpoint("late/paid");
    deps.onMessages();
    return result;
  } catch (error) {
    if (error instanceof ShopError) return { kind: "refused", code: error.code };
    throw error;
  }
}

async function payLocked(deps: OrderDeps, tx: Tx, orderId: string): Promise<ActionResult> {
  const order = await lockOrder(tx, orderId);
  if (!order) return { kind: "refused", code: "order_not_found" };
  if (await isLateCharged(tx, orderId)) return { kind: "done" };
  const stored = await selectSms(tx, [orderId]);
  const isOffered = stored.some((sms) => sms.offeredAt !== null);
  const hidden = stored.filter((sms) => sms.withheldAt !== null && (sms.code !== null || sms.text !== null));
  if (!isOffered || hidden.length === 0) return { kind: "refused", code: "order_not_active" };
  const at = deps.clock.now();
  const { buyerId, priceMicros: amountMicros } = order;
  await chargeLate(tx, { orderId, buyerId, amountMicros, actor: "buyer", reason: "late SMS", at });
  await revealSms(tx, orderId);
  const { availableMicros } = await selectBalance(tx, buyerId);
  for (const [index, sms] of hidden.entries()) {
    const message = {
      kind: "order_code" as const,
      orderId,
      smsId: sms.id,
      chargedMicros: index === 0 ? amountMicros.toString() : null,
      availableMicros: availableMicros.toString(),
    };
    await owe(tx, order, message, at, `order_code:${sms.id}`);
  }
  const row = await touchOrder(tx, { orderId, from: orderStates, change: {}, isNews: true });
  if (row) await oweCard(tx, row, at);
  return { kind: "done" };
}
