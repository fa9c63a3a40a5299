import type { Database } from "../db/client.ts";
import type { Finding } from "../db/queries/findings.ts";
import { selectDoubtsWithoutAttempt, selectOpenOrdersElsewhere } from "../db/queries/unwatched-orders.ts";

/**
 * Open orders that nothing moves on: those of providers that are not configured any more, and those in doubt without
 * the attempt that the doubt is about, which no job would ever settle.
 */
export async function findUnwatchedOrders(
  db: Database,
  providers: readonly string[],
): Promise<readonly Finding[]> {
  const elsewhere = await selectOpenOrdersElsewhere(db, providers);
  const lost = await selectDoubtsWithoutAttempt(db);
  return [
    ...elsewhere.map(({ provider, count }) => ({
      kind: "unwatched_orders",
      subject: provider,
      detail: `${count} open orders, but the provider is not configured: nobody watches them`,
    })),
    ...lost.map((orderId) => ({
      kind: "unwatched_orders",
      subject: orderId,
      detail: "in doubt, but no purchase attempt of it is: nothing settles it",
    })),
  ];
}
