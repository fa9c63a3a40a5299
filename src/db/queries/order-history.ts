import type { Executor } from "../client.ts";

/** Adds one row per change of state: the history of the order. */
export async function insertHistory(
  db: Executor,
  history: {
    orderId: string;
    version: number;
    from: string | null;
    to: string;
    cause: string;
    actor: string;
    at: Date;
  },
): Promise<void> {
  await db
    .insertInto("order_history")
    .values({
      order_id: history.orderId,
      version: history.version,
      from_state: history.from,
      to_state: history.to,
      cause: history.cause,
      actor: history.actor,
      at: history.at,
    })
    .execute();
}
