import { type SqlBool, sql } from "kysely";
import type { Executor } from "../client.ts";
import type { Lease } from "./leases.ts";

/** What the watcher keeps of an order. */
export interface WatchedRow {
  readonly id: string;
  readonly upstreamId: string | null;
  readonly serviceId: string;
  readonly state: string;
  readonly version: number;
  readonly round: number;
  readonly placedAt: Date;
  readonly rentedAt: Date | null;
  readonly receivedAt: Date | null;
  readonly expiresAt: Date | null;
  readonly cancelOpensAt: Date | null;
  readonly closedAt: Date | null;
  /** Null: not watched any more. Of news: since when they are news. */
  readonly nextCheckAt: Date | null;
  readonly hintedAt: Date | null;
  /** It has its code, and of the last SMS only the code is known. */
  readonly lacksText: boolean;
}

const columns = [
  "orders.id",
  "orders.upstream_id as upstreamId",
  "orders.service_id as serviceId",
  "orders.state",
  "orders.version",
  "orders.round",
  "orders.placed_at as placedAt",
  "orders.rented_at as rentedAt",
  "orders.received_at as receivedAt",
  "orders.expires_at as expiresAt",
  "orders.cancel_opens_at as cancelOpensAt",
  "orders.closed_at as closedAt",
  "orders.hinted_at as hintedAt",
] as const;

const lacksText = sql<boolean>`orders.state = 'received' AND coalesce((
  SELECT text IS NULL AND code IS NOT NULL FROM order_sms WHERE order_id = orders.id ORDER BY sequence DESC LIMIT 1), false)`.as(
  "lacksText",
);

/** All orders of a provider that are watched. */
export async function selectWatchedOrders(db: Executor, provider: string): Promise<WatchedRow[]> {
  return await db
    .selectFrom("orders")
    .select([...columns, "next_check_at as nextCheckAt", lacksText])
    .where("provider", "=", provider)
    .where("next_check_at", "is not", null)
    .execute();
}

export async function selectWatchedOrder(db: Executor, orderId: string): Promise<WatchedRow | undefined> {
  return await db
    .selectFrom("orders")
    .select([...columns, "next_check_at as nextCheckAt", lacksText])
    .where("id", "=", orderId)
    .executeTakeFirst();
}

/**
 * Takes the orders of a provider that have news for its watcher (a rental, a tap, a webhook), and keeps them from being
 * news again until `holdUntil`. Only for the holder of the lease: one that has lost it unawares takes nothing. Rows that a
 * transaction is changing just now come with the next call.
 */
export async function takeWatchNews(
  db: Executor,
  take: { provider: string; lease: Lease; now: Date; holdUntil: Date; limit: number },
): Promise<WatchedRow[]> {
  const { provider, lease, now, holdUntil, limit } = take;
  return await db
    .with("news", (cte) =>
      cte
        .selectFrom("orders")
        .select(["id", "next_check_at"])
        .where("provider", "=", provider)
        .where("next_check_at", "<=", now)
        .orderBy("next_check_at")
        .limit(limit)
        .forUpdate()
        .skipLocked(),
    )
    .updateTable("orders")
    .set({ next_check_at: holdUntil })
    .from("news")
    .whereRef("orders.id", "=", "news.id")
    .where(
      sql<SqlBool>`EXISTS (SELECT 1 FROM leases WHERE name = ${lease.name} AND holder = ${lease.holder}
        AND epoch = ${lease.epoch}::bigint AND expires_at > now())`,
    )
    .returning([...columns, "news.next_check_at as nextCheckAt", lacksText])
    .execute();
}

/** How one order's wait ended. `receivedAt` null: without a code, at `closedAt`. */
export interface PastWait {
  readonly serviceId: string;
  readonly rentedAt: Date;
  readonly receivedAt: Date | null;
  readonly closedAt: Date | null;
}

/** How long orders of this provider waited, of the shop's newest `limit` rentals since `since`; the oldest first. */
export async function selectPastWaits(
  db: Executor,
  provider: string,
  since: Date,
  limit: number,
): Promise<PastWait[]> {
  const rows = await db
    .with("recent", (cte) =>
      cte
        .selectFrom("orders")
        .select(["provider", "service_id", "rented_at", "received_at", "closed_at"])
        .where("rented_at", ">=", since)
        .orderBy("rented_at", "desc")
        .limit(limit),
    )
    .selectFrom("recent")
    .select([
      "service_id as serviceId",
      "rented_at as rentedAt",
      "received_at as receivedAt",
      "closed_at as closedAt",
    ])
    .where("provider", "=", provider)
    .where((eb) => eb.or([eb("received_at", "is not", null), eb("closed_at", "is not", null)]))
    .orderBy("rented_at")
    .execute();
  return rows.flatMap(({ rentedAt, ...row }) => (rentedAt === null ? [] : [{ ...row, rentedAt }]));
}
