import { sql } from "kysely";
import type { Executor } from "../client.ts";

/** What the keys of one buyer did on one day. */
export interface ApiDay {
  readonly buyerId: string;
  readonly telegramId: number;
  /** Numbers that were told. */
  readonly sold: number;
  /** Of the orders that got their first SMS that day: how many, and what was taken for them. */
  readonly codes: number;
  readonly spentMicros: bigint;
}

/**
 * Buyers whose keys did something between `since` and `until`, and whose digest of that day is not owed yet; its key is
 * `keyPrefix` and the buyer's id. No number lives longer than a day, so that older orders are not looked at.
 */
export async function selectApiDays(
  db: Executor,
  {
    since,
    until,
    keyPrefix,
    limit,
  }: { readonly since: Date; readonly until: Date; readonly keyPrefix: string; readonly limit: number },
): Promise<ApiDay[]> {
  const result = await sql<{
    buyer_id: string;
    telegram_id: bigint;
    sold: bigint;
    codes: bigint;
    spent: string;
  }>`
    SELECT b.id AS buyer_id, b.telegram_id,
      count(*) FILTER (WHERE o.told_at >= ${since} AND o.told_at < ${until}) AS sold,
      count(*) FILTER (WHERE o.received_at >= ${since} AND o.received_at < ${until}) AS codes,
      coalesce(sum(o.price_micros) FILTER (WHERE o.received_at >= ${since} AND o.received_at < ${until}), 0)::text AS spent
    FROM api_keys k
    JOIN orders o ON o.api_key_id = k.id
      AND o.placed_at >= ${since}::timestamptz - interval '1 day' AND o.placed_at < ${until}::timestamptz
    JOIN buyers b ON b.id = k.buyer_id AND b.telegram_id IS NOT NULL
    WHERE ((o.told_at >= ${since} AND o.told_at < ${until}) OR (o.received_at >= ${since} AND o.received_at < ${until}))
      AND NOT EXISTS (SELECT FROM outbox m WHERE m.dedupe_key = ${keyPrefix}::text || b.id::text)
    GROUP BY b.id, b.telegram_id ORDER BY b.id LIMIT ${limit}`.execute(db);
  return result.rows.map((row) => ({
    buyerId: row.buyer_id,
    telegramId: Number(row.telegram_id),
    sold: Number(row.sold),
    codes: Number(row.codes),
    spentMicros: BigInt(row.spent),
  }));
}
