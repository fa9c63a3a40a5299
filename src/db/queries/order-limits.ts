import { sql } from "kysely";
import type { Executor } from "../client.ts";
import { countCarried } from "./forgotten-people.ts";
import { isPauseInForce } from "./switches.ts";

export interface PurchaseCounts {
  readonly open: number;
  readonly lastHour: number;
  readonly lastDay: number;
  /** Nothing new is sold now. */
  readonly isPaused: boolean;
}

/** The counts that a buyer's purchase limits are compared with. `channel` null: purchases by keys count too. */
export async function selectPurchaseCounts(
  db: Executor,
  buyerId: string,
  { channel, ...since }: { channel: "chat" | null; hourAgo: Date; dayAgo: Date; at: Date },
): Promise<PurchaseCounts> {
  const row = await db
    .selectFrom("orders")
    .select([
      sql<bigint>`count(*) FILTER (WHERE closed_at IS NULL)`.as("open"),
      sql<bigint>`count(*) FILTER (WHERE placed_at > ${since.hourAgo})
        + (${carriedPurchases(buyerId, since.hourAgo)})`.as("last_hour"),
      sql<bigint>`count(*) FILTER (WHERE placed_at > ${since.dayAgo})
        + (${carriedPurchases(buyerId, since.dayAgo)})`.as("last_day"),
      sql<boolean>`EXISTS (SELECT FROM pauses WHERE kind = 'sales' AND ${isPauseInForce(since.at)})`.as(
        "is_paused",
      ),
    ])
    .where("buyer_id", "=", buyerId)
    .where((eb) => eb.or([eb("closed_at", "is", null), eb("placed_at", ">", since.dayAgo)]))
    .$if(channel !== null, (query) => query.where("channel", "=", "chat"))
    .executeTakeFirstOrThrow();
  return {
    open: Number(row.open),
    lastHour: Number(row.last_hour),
    lastDay: Number(row.last_day),
    isPaused: row.is_paused,
  };
}

/** Purchases from before the buyer had their data deleted and came back. */
function carriedPurchases(buyerId: string, since: Date) {
  return sql`SELECT count(*) FROM carried_actions
    WHERE buyer_id = ${buyerId} AND kind = 'purchase' AND at > ${since}`;
}

/** How many numbers a buyer gave back since `since` because the app refused them. */
export async function countSwaps(db: Executor, buyerId: string, since: Date): Promise<number> {
  const row = await db
    .selectFrom("orders")
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("buyer_id", "=", buyerId)
    .where("app_refused_at", ">", since)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** How often a buyer asked since `since` to cancel what was bought in this channel; not what the shop gave back by itself. */
export async function countCancels(
  db: Executor,
  { buyerId, channel }: { readonly buyerId: string; readonly channel: string },
  since: Date,
): Promise<number> {
  const row = await db
    .selectFrom("order_history")
    .innerJoin("orders", "orders.id", "order_history.order_id")
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("orders.buyer_id", "=", buyerId)
    .where("orders.channel", "=", channel)
    .where("order_history.to_state", "=", "cancelling")
    .where("order_history.actor", "<>", "system")
    .where("order_history.at", ">", since)
    .executeTakeFirstOrThrow();
  const carried = channel === "chat" ? await countCarried(db, buyerId, "cancel", since) : 0;
  return Number(row.count) + carried;
}
