import { createHash } from "node:crypto";
import { newId } from "../../core/ids.ts";
import type { Tx } from "../../db/client.ts";
import { selectBalance } from "../../db/queries/ledger.ts";
import { insertSms, type SmsRow, selectSms } from "../../db/queries/order-sms.ts";
import { type OrderRow, touchOrder } from "../../db/queries/orders.ts";
import { oweCall } from "../../db/queries/webhooks.ts";
import type { Observation, ObservedSms } from "../../providers/port/provider.ts";
import { isUntold, keepOrRelease } from "../by-key/untold.ts";
import type { OrderEvents } from "../order-events.ts";
import { isEnded, orderStates } from "../state.ts";
import { owe, oweCard, stateOf, transition } from "../transition.ts";

/**
 * Stores the SMS that are new, in order, and owes the buyer a message for each. The first SMS takes the held money, unless
 * nobody was told the number (by-key/untold.ts). The caller holds the order's row lock, so that the same SMS cannot be
 * taken as new twice.
 */
export async function recordSms(
  tx: Tx,
  order: OrderRow,
  observation: Pick<Observation, "sms" | "isWholeLife">,
  context: { at: Date; cause: string; events?: OrderEvents | undefined },
): Promise<OrderRow> {
  const stored = await selectSms(tx, [order.id]);
  const fresh = newSms(order.round, stored, observation);
  if (isUntold(order) && fresh.length > 0)
    return await keepOrRelease(tx, order, fresh, { ...context, digestOf: contentDigest });
  let row = order;
  for (const [index, sms] of fresh.entries()) {
    const sequence = stored.length + index + 1;
    const smsId = newId();
    await insertSms(tx, {
      id: smsId,
      orderId: order.id,
      sequence,
      round: order.round,
      contentDigest: contentDigest(sms),
      ...sms,
      receivedAt: context.at,
      withheldAt: null,
      offeredAt: null,
    });
    if (order.channel === "api") await oweCall(tx, order.id, smsId, context.at);
    row = await receive(tx, row, { ...sms, smsId }, context);
  }
  return row;
}

/** Moves the order to `received` if it waits for an SMS, and owes the buyer the code. */
async function receive(
  tx: Tx,
  row: OrderRow,
  sms: ObservedSms & { readonly smsId: string },
  context: { at: Date; cause: string },
): Promise<OrderRow> {
  const from = stateOf(row);
  const isFirst = from === "waiting" || from === "cancelling";
  const { at, cause } = context;
  const move = { orderId: row.id, from, to: "received" as const, cause, actor: "system", at };
  const change = { cancelRequestedAt: null, swapDue: false, ...(isFirst && { receivedAt: at }) };
  const canReceive = isFirst || from === "waiting_again";
  const moved = canReceive ? await transition(tx, { ...move, change }) : await touch(tx, row, at);
  const result = moved ?? row;
  const { availableMicros } = await selectBalance(tx, row.buyerId);
  const { smsId, arrivedAt } = sms;
  const message = {
    kind: "order_code" as const,
    orderId: row.id,
    smsId,
    chargedMicros: isFirst ? row.priceMicros.toString() : null,
    availableMicros: availableMicros.toString(),
    path: cause.startsWith("webhook") ? ("webhook" as const) : ("poll" as const),
    ...(arrivedAt && { arrivedAt: arrivedAt.toISOString() }),
  };
  await owe(tx, result, message, at, `order_code:${smsId}`);
  return result;
}

/** A further SMS of an order that stays in its state: only the card changes. */
async function touch(tx: Tx, row: OrderRow, at: Date): Promise<OrderRow | undefined> {
  const touched = await touchOrder(tx, { orderId: row.id, from: orderStates, change: {}, isNews: true });
  if (touched && !isEnded(stateOf(touched))) await oweCard(tx, touched, at);
  return touched;
}

/**
 * Which of the observed SMS are new. Providers may show all SMS of a number, so the answer is compared with what is
 * stored; a content that is shown more often than it is stored is new that many times. Exception: a single SMS in a
 * round that has none yet is new even if its content is stored, because the buyer asked for another SMS and a service
 * may send the same code again.
 */
export function newSms(
  round: number,
  stored: readonly SmsRow[],
  { sms: observed, isWholeLife = false }: Pick<Observation, "sms" | "isWholeLife">,
): readonly ObservedSms[] {
  const isRoundEmpty = !stored.some((sms) => sms.round === round);
  if (observed.length === 1 && round > 0 && isRoundEmpty && !isWholeLife) return observed;
  const seen = new Map<string, number>();
  for (const { contentDigest: content } of stored) seen.set(content, (seen.get(content) ?? 0) + 1);
  return observed.filter((sms) => {
    const content = contentDigest(sms);
    const count = seen.get(content) ?? 0;
    if (count > 0) seen.set(content, count - 1);
    return count === 0;
  });
}

/** A hash of the code, or of the text where there is no code: a provider may show one SMS with and without its text. */
export function contentDigest(sms: ObservedSms): string {
  const content = sms.code ?? sms.text ?? "";
  return createHash("sha256").update(content).digest("base64url").slice(0, 22);
}
