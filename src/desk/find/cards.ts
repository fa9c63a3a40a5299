import { addMs, type Clock } from "../../core/clock.ts";
import { actorOf, type Staff } from "../../core/staff.ts";
import { createZone } from "../../core/zone.ts";
import type { Database } from "../../db/client.ts";
import { hasAudited, writeAudit } from "../../db/queries/audit.ts";
import * as queries from "../../db/queries/desk-cards.ts";
import { selectBalance } from "../../db/queries/ledger.ts";
import { type OrderRow, selectOrder } from "../../db/queries/orders.ts";
import { debtOf } from "../../wallet/debts.ts";

export type { OrderLine, PaymentFacts } from "../../db/queries/desk-cards.ts";

export interface BuyerCard extends queries.BuyerFacts {
  readonly availableMicros: bigint;
  readonly heldMicros: bigint;
  readonly debtMicros: bigint;
}

export interface OrderCard {
  readonly order: OrderRow;
  readonly ledger: readonly queries.LedgerLine[];
  readonly story: readonly queries.Happened[];
  /** True: an operator has given its price back. */
  readonly isRefunded: boolean;
}

export type OrderFilter =
  | Exclude<queries.OrderFilter, { kind: "since" }>
  /** Placed since the shop's day began. */
  | { readonly kind: "today" };

/** What stands on the cards and lists of the desk. Codes and texts of SMS are never read here. */
export interface Cards {
  /** Opening a buyer's card is noted in the audit log, once an hour a person. */
  buyer(staff: Staff, buyerId: string, updateId: number): Promise<BuyerCard | undefined>;
  order(orderId: string): Promise<OrderCard | undefined>;
  payment(id: string): Promise<queries.PaymentFacts | undefined>;
  /** One more than `limit` says that there are more. */
  orders(filter: OrderFilter, page: { limit: number; offset: number }): Promise<readonly queries.OrderLine[]>;
  payments(
    filter: queries.PaymentFilter,
    page: { limit: number; offset: number },
  ): Promise<readonly queries.PaymentFacts[]>;
}

const HOUR_MS = 3_600_000;
const MONTH_MS = 30 * 24 * HOUR_MS;
const OPENED = "buyer card opened";

export function createCards({
  db,
  clock,
  shopZone,
}: {
  db: Database;
  clock: Clock;
  shopZone: () => string;
}): Cards {
  const beginOfDay = (): Date => {
    const zone = createZone(shopZone());
    return zone.moment(zone.dayOf(clock.now()));
  };
  return {
    async buyer(staff, buyerId, updateId) {
      const at = clock.now();
      const facts = await queries.selectBuyerFacts(db, buyerId, addMs(at, -MONTH_MS));
      if (!facts) return undefined;
      const entry = { actor: actorOf(staff.telegramId), action: OPENED, subject: buyerId };
      if (!(await hasAudited(db, { ...entry, since: addMs(at, -HOUR_MS) })))
        await writeAudit(db, { ...entry, subjectKind: "buyer", buyerId, updateId, at });
      return { ...facts, ...(await selectBalance(db, buyerId)), debtMicros: await debtOf(db, buyerId) };
    },
    async order(orderId) {
      const order = await selectOrder(db, orderId);
      if (!order) return undefined;
      const [ledger, story] = await Promise.all([
        queries.selectOrderLedger(db, orderId),
        queries.selectOrderStory(db, orderId),
      ]);
      return { order, ledger, story, isRefunded: ledger.some(({ kind }) => kind === "adjustment") };
    },
    payment: (id) => queries.selectPaymentFacts(db, id),
    orders: (filter, page) => {
      const rows = filter.kind === "today" ? { kind: "since" as const, since: beginOfDay() } : filter;
      return queries.selectOrderLines(db, rows, page);
    },
    payments: (filter, page) => queries.selectPaymentLines(db, filter, page),
  };
}
