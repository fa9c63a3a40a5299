import { sql } from "kysely";
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

/** Newest first. The rows are found in the index before any is read, so that a late page costs little more than the first. */
export async function selectOrdersOfBuyer(
  db: Executor,
  buyerId: string,
  page: { isOpenOnly: boolean; limit: number; offset: number },
): Promise<OrderRow[]> {
  let ids = db
    .selectFrom("orders")
    .select("id")
    .where("buyer_id", "=", buyerId)
    .orderBy("placed_at", "desc")
    .orderBy("id", "desc")
    .limit(page.limit)
    .offset(page.offset);
  if (page.isOpenOnly) ids = ids.where("closed_at", "is", null);
  const rows = await db
    .selectFrom("orders")
    .selectAll()
    .where("id", "in", ids)
    .orderBy("placed_at", "desc")
    .orderBy("id", "desc")
    .execute();
  return rows.map(toOrder);
}

/** Orders of a buyer that were placed before this one, newest first; undefined: from the newest on. */
export async function selectOrdersBefore(
  db: Executor,
  buyerId: string,
  before: { readonly placedAt: Date; readonly id: string } | undefined,
  limit: number,
): Promise<OrderRow[]> {
  let query = db
    .selectFrom("orders")
    .selectAll()
    .where("buyer_id", "=", buyerId)
    .orderBy("placed_at", "desc")
    .orderBy("id", "desc")
    .limit(limit);
  if (before) {
    const { placedAt, id } = before;
    query = query.where(sql<boolean>`(placed_at, id) < (${placedAt}::timestamptz, ${id}::uuid)`);
  }
  return (await query.execute()).map(toOrder);
}

/** How many orders a buyer has, open ones and all. */
export async function countOrdersOfBuyer(
  db: Executor,
  buyerId: string,
): Promise<{ readonly open: number; readonly all: number }> {
  const result = await sql<{ open: bigint; total: bigint }>`
    SELECT (SELECT count(*) FROM orders WHERE buyer_id = ${buyerId}::uuid AND closed_at IS NULL) AS open,
           (SELECT count(*) FROM orders WHERE buyer_id = ${buyerId}::uuid) AS total`.execute(db);
  const [row] = result.rows;
  return { open: Number(row?.open ?? 0n), all: Number(row?.total ?? 0n) };
}

export async function countOpenOf(db: Executor, buyerId: string): Promise<number> {
  const row = await db
    .selectFrom("orders")
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("buyer_id", "=", buyerId)
    .where("closed_at", "is", null)
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
