import { sql } from "kysely";
import type { Executor } from "../client.ts";

/** Deletes code and text of SMS received before `before`. The rows stay, because an order's SMS are counted. */
export async function purgeSms(db: Executor, before: Date, at: Date): Promise<number> {
  const result = await sql`
    UPDATE order_sms SET code = NULL, text = NULL, purged_at = ${at}
    WHERE purged_at IS NULL AND received_at < ${before}`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}

/** The same for all SMS of one buyer, whatever their age. */
export async function purgeSmsOf(db: Executor, buyerId: string, at: Date): Promise<void> {
  await sql`
    UPDATE order_sms SET code = NULL, text = NULL, purged_at = ${at}
    WHERE purged_at IS NULL AND order_id IN (SELECT id FROM orders WHERE buyer_id = ${buyerId})`.execute(db);
}

/** Deletes quotes that expired before `before` and that have no order. */
export async function purgeUnusedQuotes(db: Executor, before: Date): Promise<number> {
  const result = await sql`
    DELETE FROM quotes WHERE expires_at < ${before}
      AND NOT EXISTS (SELECT FROM orders WHERE orders.quote_id = quotes.id)`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}

/** Offers that no price list has shown since `before`. */
export async function deleteOffersOlderThan(db: Executor, before: Date): Promise<void> {
  await db.deleteFrom("offers").where("observed_at", "<", before).execute();
}
