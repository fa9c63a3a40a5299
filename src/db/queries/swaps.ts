import type { Executor } from "../client.ts";

/** The order that replaces this one; undefined: none does. */
export async function selectReplacement(db: Executor, orderId: string): Promise<string | undefined> {
  const row = await db.selectFrom("orders").select("id").where("replaces", "=", orderId).executeTakeFirst();
  return row?.id;
}

/** True if the order's buyer gave this number back before, because the same service refused it. */
export async function isRefusedByApp(
  db: Executor,
  order: { readonly buyerId: string; readonly serviceId: string },
  phone: string,
): Promise<boolean> {
  const row = await db
    .selectFrom("orders")
    .select("id")
    .where("buyer_id", "=", order.buyerId)
    .where("service_id", "=", order.serviceId)
    .where("phone", "=", phone)
    .where("app_refused_at", "is not", null)
    .executeTakeFirst();
  return row !== undefined;
}

/** As {@link isRefusedByApp}, for many orders: of those that replace another, the numbers that their buyers gave back. */
export async function selectRefusedPhones(
  db: Executor,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  if (orderIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("orders")
    .innerJoin("orders as old", (join) =>
      join
        .onRef("old.buyer_id", "=", "orders.buyer_id")
        .onRef("old.service_id", "=", "orders.service_id")
        .on("old.app_refused_at", "is not", null),
    )
    .select(["orders.id", "old.phone"])
    .where("orders.id", "in", orderIds)
    .where("orders.replaces", "is not", null)
    .execute();
  const refused = new Map<string, Set<string>>();
  for (const { id, phone } of rows) {
    if (phone !== null) refused.set(id, (refused.get(id) ?? new Set()).add(phone));
  }
  return refused;
}
