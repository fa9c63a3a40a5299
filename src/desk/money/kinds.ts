import { z } from "zod";
import type { Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { formatUsd, plainUsd } from "../../core/money.ts";
import type { Staff } from "../../core/staff.ts";
import type { Executor } from "../../db/client.ts";
import { findBuyer, lockBuyer } from "../../db/queries/buyers.ts";
import { orderRefundKey, selectOrderLedger, selectPaymentFacts } from "../../db/queries/desk-cards.ts";
import { selectBalance } from "../../db/queries/ledger.ts";
import { type OrderRow, selectOrder } from "../../db/queries/orders.ts";
import { adjustBuyer, checkCap, checkOwn } from "../../operations/changes.ts";
import { beginPaymentRefund, type RefundDeps } from "../../operations/refund-payment.ts";
import { refundableMicros } from "../../promotions/topup-bonus.ts";
import { type AnyDraftKind, draftKind, microsText, type Preview } from "../drafts/draft-kind.ts";
import { assignKind } from "./assign-kind.ts";
import { nameOf, TYPED_FROM_MICROS } from "./named.ts";

export interface MoneyDeps extends RefundDeps {
  readonly clock: Clock;
}

const id = z.uuid();
const capturedStates: readonly string[] = ["received", "waiting_again", "finished"];

/** Changes of a balance, refunds, and whose a payment is. */
export function moneyKinds(deps: MoneyDeps): readonly AnyDraftKind[] {
  return [adjustKind(deps), orderRefundKind(deps), paymentRefundKind(deps), assignKind(deps)];
}

function adjustKind(deps: MoneyDeps): AnyDraftKind {
  return draftKind({
    name: "adjust",
    title: "Change a balance",
    right: "adjust",
    content: z.object({ buyerId: id, amountMicros: microsText }),
    reasons: ["goodwill", "paid outside", "wrong charge", "test"],
    preview: (db, { staff, content }) => previewAdjustment(deps, db, { staff, ...content }),
    async apply(tx, { draftId, staff, content, reason, updateId, at }) {
      const buyer = await lockBuyer(tx, content.buyerId);
      if (!buyer) throw new DeskRefusal("not_found");
      const { amountMicros } = content;
      const change = { key: draftId, staff, buyer, amountMicros, reason, updateId, at };
      if (!(await adjustBuyer(tx, deps, change))) throw new DeskRefusal("already_done");
      return { note: `Balance changed by ${formatUsd(amountMicros)}.` };
    },
  });
}

async function previewAdjustment(
  deps: MoneyDeps,
  db: Executor,
  { staff, buyerId, amountMicros }: { staff: Staff; buyerId: string; amountMicros: bigint },
): Promise<Preview> {
  const buyer = await findBuyer(db, buyerId);
  if (!buyer) throw new DeskRefusal("not_found");
  checkOwn(deps, staff, buyer);
  await checkCap(db, deps, { staff, amountMicros, at: deps.clock.now() });
  const { availableMicros } = await selectBalance(db, buyerId);
  const afterMicros = availableMicros + amountMicros;
  if (afterMicros < 0n)
    throw new DeskRefusal("insufficient_funds", { available: formatUsd(availableMicros) });
  const absoluteMicros = amountMicros < 0n ? -amountMicros : amountMicros;
  return {
    facts: [
      { label: "Buyer", after: nameOf(buyer) },
      { label: "Amount", after: formatUsd(amountMicros) },
      { label: "Available", before: formatUsd(availableMicros), after: formatUsd(afterMicros) },
    ],
    ...(absoluteMicros > TYPED_FROM_MICROS && { typeToConfirm: plainUsd(absoluteMicros) }),
  };
}

function orderRefundKind(deps: MoneyDeps): AnyDraftKind {
  return draftKind({
    name: "order_refund",
    title: "Refund an order",
    right: "adjust",
    content: z.object({ buyerId: id, orderId: id }),
    reasons: ["code did not work", "wrong service", "goodwill"],
    async preview(db, { staff, content }) {
      const order = await refundable(db, content.orderId);
      const preview = await previewAdjustment(deps, db, {
        staff,
        buyerId: order.buyerId,
        amountMicros: order.priceMicros,
      });
      const spent =
        order.costMicros === null
          ? []
          : [`The provider's cost of ${formatUsd(order.costMicros)} stays spent.`];
      return { ...preview, warnings: spent };
    },
    async apply(tx, { staff, content, reason, updateId, at }) {
      const order = await refundable(tx, content.orderId);
      const buyer = await lockBuyer(tx, order.buyerId);
      if (!buyer) throw new DeskRefusal("not_found");
      const change = { staff, buyer, amountMicros: order.priceMicros, reason, updateId, at };
      const isDone = await adjustBuyer(tx, deps, {
        ...change,
        key: orderRefundKey(order.id),
        orderId: order.id,
      });
      if (!isDone) throw new DeskRefusal("already_done");
      return { note: `${formatUsd(order.priceMicros)} given back.` };
    },
  });
}

/** Captured, and not refunded by hand before. Throws DeskRefusal. */
async function refundable(db: Executor, orderId: string): Promise<OrderRow> {
  const order = await selectOrder(db, orderId);
  if (!order) throw new DeskRefusal("not_found");
  if (!capturedStates.includes(order.state)) throw new DeskRefusal("wrong_state", { state: order.state });
  const ledger = await selectOrderLedger(db, orderId);
  if (ledger.some(({ kind }) => kind === "adjustment")) throw new DeskRefusal("already_done");
  return order;
}

const refundNotes = {
  refunded: "Telegram has refunded the payment.",
  already: "It was refunded before.",
  pending: "The credit is taken back, but Telegram did not answer. It is asked again every minute.",
  refused: "Telegram will not refund this payment. The buyer has the credit back.",
  held: "Part of this money is held for an open order. Nothing was refunded.",
  not_found: "No such payment.",
} as const;

function paymentRefundKind(deps: MoneyDeps): AnyDraftKind {
  const chargeOf = async (db: Executor, paymentId: string) => {
    const payment = await selectPaymentFacts(db, paymentId);
    if (!payment) throw new DeskRefusal("not_found");
    if (payment.gateway !== "stars" || payment.state !== "credited")
      throw new DeskRefusal("wrong_state", { state: `${payment.gateway}, ${payment.state}` });
    return payment;
  };
  return draftKind({
    name: "payment_refund",
    title: "Refund a Stars payment",
    right: "adjust",
    content: z.object({ paymentId: id, buyerId: id }),
    reasons: ["asked for by the buyer", "paid by mistake", "fraud"],
    async preview(db, { staff, content }) {
      const { buyerId, chargeId, amountMicros, stars } = await chargeOf(db, content.paymentId);
      await checkCap(db, deps, { staff, amountMicros, at: deps.clock.now() });
      const ofBuyer = buyerId ?? content.buyerId;
      const { availableMicros } = await selectBalance(db, ofBuyer);
      const payment = { gateway: "stars", chargeId, buyerId: ofBuyer };
      const { thereMicros, bonusMicros } = await refundableMicros(db, payment);
      const lostMicros = amountMicros > thereMicros ? amountMicros - thereMicros : 0n;
      return {
        facts: [
          { label: "Refund", after: `⭐${stars ?? "?"} (${formatUsd(amountMicros)})` },
          ...(bonusMicros > 0n ? [{ label: "Its bonus taken back", after: formatUsd(bonusMicros) }] : []),
          {
            label: "Available",
            before: formatUsd(availableMicros),
            after: formatUsd(availableMicros + lostMicros - amountMicros - bonusMicros),
          },
        ],
        warnings:
          lostMicros > 0n
            ? [
                `${formatUsd(lostMicros)} of it is spent: that is the shop's loss. Bonus money pays no refund.`,
              ]
            : [],
      };
    },
    async apply(tx, { staff, content, reason, updateId, at }) {
      const { chargeId } = await chargeOf(tx, content.paymentId);
      const begun = await beginPaymentRefund(tx, deps, { staff, chargeId, reason, updateId, at });
      if (begun.kind !== "begun") throw new DeskRefusal("wrong_state", { state: begun.kind });
      const { telegramId } = begun;
      return {
        note: refundNotes.pending,
        afterCommit: async () => refundNotes[(await deps.topups.finishRefund(chargeId, telegramId)).kind],
      };
    },
  });
}
