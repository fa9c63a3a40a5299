import type { Executor } from "../client.ts";
import { type OrderRow, toOrder } from "./orders.ts";

/** Open orders of one provider whose number ended before `before`, the longest ended first. */
export async function selectOrdersPastEnd(
  db: Executor,
  provider: string,
  before: Date,
  limit: number,
): Promise<OrderRow[]> {
  const rows = await db
    .selectFrom("orders")
    .selectAll()
    .where("provider", "=", provider)
    .where("next_check_at", "is not", null)
    .where("closed_at", "is", null)
    .where("expires_at", "<", before)
    .orderBy("expires_at")
    .limit(limit)
    .execute();
  return rows.map(toOrder);
}

/** Open orders in these states, oldest first. */
export async function selectOrdersInStates(
  db: Executor,
  states: readonly string[],
  filter: { provider?: string; placedBefore?: Date; limit: number },
): Promise<OrderRow[]> {
  let query = db
    .selectFrom("orders")
    .selectAll()
    .where("state", "in", states)
    // Implied by the states, but the index of open orders is used only if it is written out.
    .where("closed_at", "is", null)
    .orderBy("placed_at")
    .limit(filter.limit);
  if (filter.provider !== undefined) query = query.where("provider", "=", filter.provider);
  if (filter.placedBefore !== undefined) query = query.where("placed_at", "<=", filter.placedBefore);
  return (await query.execute()).map(toOrder);
}

export async function selectOrdersOfBuyer(
  db: Executor,
  buyerId: string,
  page: { open: boolean; limit: number; offset: number },
): Promise<OrderRow[]> {
  const rows = await db
    .selectFrom("orders")
    .selectAll()
    .where("buyer_id", "=", buyerId)
    .where("closed_at", page.open ? "is" : "is not", null)
    .orderBy("placed_at", "desc")
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  return rows.map(toOrder);
}

export async function countEndedOrders(db: Executor, buyerId: string): Promise<number> {
  const row = await db
    .selectFrom("orders")
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("buyer_id", "=", buyerId)
    .where("closed_at", "is not", null)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/**
 * Which of these upstream ids belong to an order of ours that is open, or whose number ended after `endedAfter`: for a
 * number that ended earlier, the provider may have used the id again.
 */
export async function selectKnownUpstreamIds(
  db: Executor,
  provider: string,
  upstreamIds: readonly string[],
  endedAfter: Date,
): Promise<Set<string>> {
  if (upstreamIds.length === 0) return new Set();
  const rows = await db
    .selectFrom("orders")
    .select("upstream_id")
    .where("provider", "=", provider)
    .where("upstream_id", "in", upstreamIds)
    .where((eb) =>
      eb.or([
        eb("closed_at", "is", null),
        eb("closed_at", ">", endedAfter),
        eb("expires_at", ">", endedAfter),
      ]),
    )
    .execute();
  return new Set(rows.flatMap((row) => (row.upstream_id === null ? [] : [row.upstream_id])));
}
