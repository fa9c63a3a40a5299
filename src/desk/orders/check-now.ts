import type { Clock } from "../../core/clock.ts";
import { DeskRefusal } from "../../core/desk-refusal.ts";
import { actorOf, type Staff } from "../../core/staff.ts";
import type { Database } from "../../db/client.ts";
import { writeAudit } from "../../db/queries/audit.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { OrdersForOperators } from "../../orders/orders.ts";
import type { StaffBook } from "../staff/staff.ts";

/** Has a provider asked about a number next. Throws DeskRefusal "wrong_state" for an order that nobody watches. */
export type CheckNow = (staff: Staff, orderId: string, updateId: number) => Promise<void>;

export function createCheckNow(deps: {
  readonly db: Database;
  readonly clock: Clock;
  readonly staff: StaffBook;
  readonly orders: OrdersForOperators;
}): CheckNow {
  const { db, clock, staff, orders } = deps;
  return async ({ telegramId }, orderId, updateId) => {
    await inTransaction(db, async (tx) => {
      await staff.require(tx, telegramId, "orders");
      const [actor, at] = [actorOf(telegramId), clock.now()];
      if (!(await orders.checkNow(tx, { orderId, actor, at })))
        throw new DeskRefusal("wrong_state", { state: "nobody watches this order" });
      await writeAudit(tx, {
        actor,
        action: "checked now",
        subjectKind: "order",
        subject: orderId,
        updateId,
        at,
      });
    });
    await orders.changed(orderId);
  };
}
