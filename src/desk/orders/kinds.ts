import { z } from "zod";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { formatUsd } from "../../core/money.ts";
import { actorOf } from "../../core/staff.ts";
import type { Tx } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { selectOrder } from "../../db/queries/orders.ts";
import type { ByOperator, OrdersForOperators } from "../../orders/orders.ts";
import { type AnyDraftKind, type Applying, draftKind } from "../drafts/draft-kind.ts";

const content = z.object({ buyerId: z.uuid(), orderId: z.uuid() });

interface OrderChange {
  readonly name: string;
  readonly title: string;
  readonly reasons: readonly string[];
  readonly from: readonly string[];
  readonly to: string;
  readonly note: string;
  readonly warning: string | null;
  readonly run: (tx: Tx, by: ByOperator) => Promise<boolean>;
}

/** What the desk does with a buyer's order. */
export function orderKinds(orders: OrdersForOperators): readonly AnyDraftKind[] {
  return [
    orderKind(orders, {
      name: "order_cancel",
      title: "Cancel for the buyer",
      reasons: ["asked for by the buyer", "number does not work"],
      from: ["waiting"],
      to: "cancelling",
      note: "The cancel is asked for. A code that comes first wins.",
      warning: null,
      run: orders.cancelFor,
    }),
    orderKind(orders, {
      name: "order_give_back",
      title: "Give back the money of a doubt",
      reasons: ["waited long enough", "checked at the provider"],
      from: ["in_doubt"],
      to: "failed",
      note: "The buyer has the money back. The cost is booked as a possible loss.",
      warning: "The provider may have taken the money for a number that nobody gets.",
      run: orders.giveBack,
    }),
    orderKind(orders, {
      name: "order_finish",
      title: "Finish an order",
      reasons: ["asked for by the buyer", "no other code is coming"],
      from: ["received", "waiting_again"],
      to: "finished",
      note: "The order is finished. No other code will be shown.",
      warning: "The buyer gets no other code by this number.",
      run: orders.finishFor,
    }),
  ];
}

function orderKind(orders: OrdersForOperators, change: OrderChange): AnyDraftKind {
  const { name, title, reasons, from, to } = change;
  return draftKind({
    name,
    title,
    right: "orders",
    content,
    reasons,
    async preview(db, draft) {
      const order = await selectOrder(db, draft.content.orderId);
      if (!order) throw new DeskRefusal("not_found");
      if (!from.includes(order.state)) throw new DeskRefusal("wrong_state", { state: order.state });
      return {
        facts: [
          { label: "Order", before: order.state, after: to },
          { label: "Price", after: formatUsd(order.priceMicros) },
        ],
        warnings: change.warning === null ? [] : [change.warning],
      };
    },
    async apply(tx, applying: Applying<z.infer<typeof content>>) {
      const { staff, reason, updateId, at } = applying;
      const { orderId, buyerId } = applying.content;
      const actor = actorOf(staff.telegramId);
      const before = await selectOrder(tx, orderId);
      if (!(await change.run(tx, { orderId, actor, at }))) throw new DeskRefusal("changed");
      const about = { subjectKind: "order" as const, subject: orderId, buyerId };
      const states = { before: { state: before?.state ?? null }, after: { state: to } };
      await writeAudit(tx, { actor, action: title.toLowerCase(), ...about, ...states, reason, updateId, at });
      return {
        note: change.note,
        afterCommit: async () => {
          await orders.changed(orderId);
          return change.note;
        },
      };
    },
  });
}
