import { shopErrorCodes } from "../core/errors.ts";
import type { Database } from "../db/client.ts";
import {
  countOpenOf,
  countOrdersOfBuyer,
  selectOrdersBefore,
  selectOrdersOfBuyer,
} from "../db/queries/order-lists.ts";
import { type SmsRow, selectSms } from "../db/queries/order-sms.ts";
import { type OrderRow, selectOrder } from "../db/queries/orders.ts";
import { isCancelQueued } from "./cancel-queue.ts";
import type { OrderDeps } from "./order-deps.ts";
import type { OrderPage, OrdersQuery, OrderView } from "./orders.ts";
import { stateOf } from "./transition.ts";

const PAGE_SIZE = 8;

/** An order as its buyer may see it. `buyerId` null: without an owner check. Undefined: no such order of this buyer. */
export async function viewOrder(
  deps: OrderDeps,
  orderId: string,
  buyerId: string | null,
): Promise<OrderView | undefined> {
  const row = await selectOrder(deps.db, orderId);
  if (!row || (buyerId !== null && row.buyerId !== buyerId)) return undefined;
  const [view] = await withSms(deps, [row]);
  return view;
}

/** A page of a buyer's orders, newest first; a page out of range reads as the nearest. */
export async function viewOrders(deps: OrderDeps, buyerId: string, query: OrdersQuery): Promise<OrderPage> {
  const { isOpenOnly } = query;
  const { open: openCount, all } = await countOrdersOfBuyer(deps.db, buyerId);
  const pageCount = Math.max(1, Math.ceil((isOpenOnly ? openCount : all) / PAGE_SIZE));
  const page = Number.isSafeInteger(query.page) ? Math.min(Math.max(query.page, 0), pageCount - 1) : 0;
  const range = { isOpenOnly, limit: PAGE_SIZE, offset: page * PAGE_SIZE };
  const items = await withSms(deps, await selectOrdersOfBuyer(deps.db, buyerId, range));
  return { items, openCount, isOpenOnly, page, pageCount };
}

/** How many orders the buyer has open. */
export async function countOpen(deps: OrderDeps, buyerId: string): Promise<number> {
  return await countOpenOf(deps.db, buyerId);
}

/** The orders placed before this one, newest first; undefined: from the newest on. */
export async function viewOrdersBefore(
  deps: OrderDeps,
  buyerId: string,
  order: OrderView | undefined,
  limit: number,
): Promise<readonly OrderView[]> {
  const rows = await selectOrdersBefore(deps.db, buyerId, order, limit);
  return await withSms(deps, rows);
}

async function withSms(deps: OrderDeps, rows: readonly OrderRow[]): Promise<OrderView[]> {
  const sms = await smsByOrder(deps.db, rows);
  return rows.map((row) => toView(deps, row, sms.get(row.id) ?? []));
}

async function smsByOrder(db: Database, rows: readonly OrderRow[]): Promise<Map<string, SmsRow[]>> {
  const byOrder = new Map<string, SmsRow[]>();
  for (const sms of await selectSms(
    db,
    rows.map((row) => row.id),
  )) {
    if (sms.withheldAt !== null) continue;
    byOrder.set(sms.orderId, [...(byOrder.get(sms.orderId) ?? []), sms]);
  }
  return byOrder;
}

function toView(deps: OrderDeps, row: OrderRow, sms: readonly SmsRow[]): OrderView {
  return {
    id: row.id,
    buyerId: row.buyerId,
    serviceId: row.serviceId,
    countryId: row.countryId,
    state: stateOf(row),
    version: row.version,
    priceMicros: row.priceMicros,
    // A number that no tool was told of goes back, and what comes to it is nobody's: nobody shall use it.
    phone: row.channel === "api" && row.toldAt === null ? null : row.phone,
    placedAt: row.placedAt,
    expiresAt: row.expiresAt,
    cancelOpensAt: row.cancelOpensAt,
    cancelRequestedAt: row.cancelRequestedAt,
    closedAt: row.closedAt,
    failure: shopErrorCodes.find((code) => code === row.failure) ?? null,
    sms: sms.map(({ id, sequence, code, text, receivedAt }) => ({ id, sequence, code, text, receivedAt })),
    actions: actionsOf(deps, row),
    isSwap: row.swapDue,
    isSlow: row.state === "waiting" && row.slowAt !== null && row.slowAt <= deps.clock.now(),
    chatId: row.chatId,
    cardMessageId: row.cardMessageId,
  };
}

/** Which buttons the order has: the only place that decides about them. */
function actionsOf(deps: OrderDeps, row: OrderRow): OrderView["actions"] {
  const capabilities = row.provider === null ? undefined : deps.providers.get(row.provider)?.capabilities;
  const now = deps.clock.now();
  const isLive = row.expiresAt !== null && row.expiresAt > now;
  const canCancel = capabilities?.cancel ?? false;
  return {
    // Of a swap under way: the number goes back all the same, but no other one is bought.
    cancel: canCancel && (row.state === "waiting" || (row.state === "cancelling" && row.swapDue)),
    swap: canCancel && row.state === "waiting" && isLive && row.channel === "chat",
    keepWaiting: row.state === "cancelling" && isCancelQueued(row, now),
    another: row.state === "received" && isLive && row.canAnother && (capabilities?.another ?? false),
    finish: row.state === "received" || row.state === "waiting_again",
  };
}
