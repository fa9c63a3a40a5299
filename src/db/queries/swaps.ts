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
