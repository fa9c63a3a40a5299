import { sql } from "kysely";
import type { Executor } from "../../client.ts";
import type { Stretch } from "./figures.ts";

export interface BuyerCounts {
  /** Came to the bot. */
  readonly fresh: number;
  /** Rented a number. */
  readonly active: number;
  /** Of the active ones, those who had rented one before the period. */
  readonly returning: number;
}

/** `from`, `to`: the whole period; `stretch`: the same, cut where the kept days end. */
export async function selectBuyerCounts(
  db: Executor,
  { kept, raw }: Stretch,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<BuyerCounts> {
  const keptBuyers = kept
    ? sql`SELECT buyer_id, is_first FROM daily_buyers
          WHERE day >= ${kept.fromDay}::date AND day < ${kept.toDay}::date UNION ALL`
    : sql``;
  const result = await sql<{ fresh: bigint; active: bigint; firsts: bigint }>`
    SELECT count(DISTINCT buyer_id) AS active, count(*) FILTER (WHERE is_first) AS firsts,
           (SELECT count(*) FROM buyers
            WHERE created_at >= ${from}::timestamptz AND created_at < ${to}::timestamptz) AS fresh
    FROM (${keptBuyers}
      SELECT buyer_id, NOT EXISTS (
        SELECT FROM orders earlier
        WHERE earlier.buyer_id = recent.buyer_id AND earlier.rented_at < ${raw.from}::timestamptz) AS is_first
      FROM (SELECT DISTINCT buyer_id FROM orders
            WHERE rented_at >= ${raw.from}::timestamptz AND rented_at < ${raw.to}::timestamptz) AS recent) AS active`.execute(
    db,
  );
  const { fresh = 0n, active = 0n, firsts = 0n } = result.rows[0] ?? {};
  return { fresh: Number(fresh), active: Number(active), returning: Number(active - firsts) };
}

/** The language that this person has in the shop, where they were met. */
export async function selectLanguageOf(db: Executor, telegramId: number): Promise<string | undefined> {
  const row = await db
    .selectFrom("buyers")
    .select("language")
    .where("telegram_id", "=", BigInt(telegramId))
    .executeTakeFirst();
  return row?.language;
}

/** What buyers have available and held together. */
export async function selectOwed(db: Executor): Promise<{ availableMicros: bigint; heldMicros: bigint }> {
  const result = await sql<{ available: string; held: string }>`
    SELECT coalesce(sum(balance_micros) FILTER (WHERE kind = 'available'), 0)::text AS available,
           coalesce(sum(balance_micros) FILTER (WHERE kind = 'held'), 0)::text AS held
    FROM accounts WHERE balance_micros IS NOT NULL`.execute(db);
  const [row] = result.rows;
  return { availableMicros: BigInt(row?.available ?? "0"), heldMicros: BigInt(row?.held ?? "0") };
}
