import { sql } from "kysely";
import type { Executor } from "../client.ts";

/** A buyer with keys, as a line of the desk's list. */
export interface ResellerLine {
  readonly buyerId: string;
  readonly name: string;
  readonly liveKeys: number;
  readonly lastUsedAt: Date | null;
}

const nameOfBuyer = sql`coalesce('@' || b.username, b.first_name, b.telegram_id::text, 'buyer')`;
const isLive = (now: Date) =>
  sql<boolean>`k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > ${now}::timestamptz)`;

/** Those whose keys were used last come first. */
export async function selectResellers(
  db: Executor,
  page: { readonly now: Date; readonly limit: number; readonly offset: number },
): Promise<ResellerLine[]> {
  const { rows } = await sql<ResellerLine>`
    SELECT b.id AS "buyerId", ${nameOfBuyer} AS name, count(*) FILTER (WHERE ${isLive(page.now)})::int AS "liveKeys",
      max(k.last_used_at) AS "lastUsedAt"
    FROM api_keys k JOIN buyers b ON b.id = k.buyer_id
    GROUP BY b.id ORDER BY max(k.last_used_at) DESC NULLS LAST, b.id LIMIT ${page.limit} OFFSET ${page.offset}`.execute(
    db,
  );
  return rows;
}

/** What a buyer's keys do in all. Spent: held or taken, what came back left out. */
export interface ResellerFacts {
  readonly name: string;
  readonly bannedUntil: Date | null;
  readonly bans: number;
  readonly open: number;
  readonly spentTodayMicros: bigint;
  readonly spent30Micros: bigint;
  /** Of the newest hundred that ended with a number. */
  readonly closed: number;
  readonly received: number;
}

export async function selectResellerFacts(
  db: Executor,
  buyerId: string,
  { today, monthAgo }: { readonly today: Date; readonly monthAgo: Date },
): Promise<ResellerFacts | undefined> {
  const { rows } = await sql<ResellerFacts>`
    SELECT ${nameOfBuyer} AS name, a.banned_until AS "bannedUntil", coalesce(a.bans, 0) AS bans,
      (SELECT count(*)::int FROM orders WHERE buyer_id = b.id AND channel = 'api' AND closed_at IS NULL) AS open,
      spent.today AS "spentTodayMicros", spent.month AS "spent30Micros", newest.closed, newest.received
    FROM buyers b LEFT JOIN api_buyers a ON a.buyer_id = b.id,
    LATERAL (
      SELECT coalesce(sum(price_micros) FILTER (WHERE placed_at >= ${today}), 0)::bigint AS today,
        coalesce(sum(price_micros), 0)::bigint AS month
      FROM orders WHERE buyer_id = b.id AND channel = 'api' AND placed_at >= ${monthAgo}
        AND state NOT IN ('cancelled', 'expired', 'failed')) AS spent,
    LATERAL (
      SELECT count(*)::int AS closed, count(received_at)::int AS received FROM (
        SELECT received_at FROM orders WHERE buyer_id = b.id AND channel = 'api' AND rented_at IS NOT NULL
          AND closed_at IS NOT NULL ORDER BY placed_at DESC LIMIT 100) AS ended) AS newest
    WHERE b.id = ${buyerId}::uuid AND EXISTS (SELECT FROM api_keys WHERE buyer_id = b.id)`.execute(db);
  return rows[0];
}

/** The guard lets this buyer's keys buy again. False: it did not stop them. */
export async function liftApiBan(tx: Executor, buyerId: string, at: Date): Promise<boolean> {
  const result = await sql`
    UPDATE api_buyers SET banned_until = ${at} WHERE buyer_id = ${buyerId}::uuid AND banned_until > ${at}`.execute(
    tx,
  );
  return (result.numAffectedRows ?? 0n) > 0n;
}
