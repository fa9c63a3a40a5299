import { sql } from "kysely";
import type { Executor } from "../client.ts";
import { nobody } from "./outbox.ts";

/** Makes this message the order's card. What it shows is not known yet, so the hash is cleared. */
export async function updateCard(
  db: Executor,
  orderId: string,
  chatId: number,
  messageId: number,
): Promise<void> {
  await db
    .updateTable("orders")
    .set({ chat_id: BigInt(chatId), card_message_id: BigInt(messageId), card_hash: null })
    .where("id", "=", orderId)
    .execute();
}

/** A digest of what the card showed last. */
export async function selectCardHash(db: Executor, orderId: string): Promise<string | null> {
  const row = await db.selectFrom("orders").select("card_hash").where("id", "=", orderId).executeTakeFirst();
  return row?.card_hash ?? null;
}

export async function updateCardHash(db: Executor, orderId: string, hash: string): Promise<void> {
  await db.updateTable("orders").set({ card_hash: hash }).where("id", "=", orderId).execute();
}

/**
 * Owes the cards of orders that look different now although nothing happened: a cancel has opened, or the wait has become
 * slow. Each such moment of an order counts once, on whichever replica. False: none was due.
 */
export async function oweDueCards(db: Executor, now: Date, limit: number): Promise<boolean> {
  const result = await sql`
    WITH due AS (
      SELECT id FROM orders WHERE card_due_at <= ${now} ORDER BY card_due_at LIMIT ${limit} FOR UPDATE SKIP LOCKED
    ), changed AS (
      UPDATE orders SET version = version + 1, card_due_at = least(
        CASE WHEN cancel_opens_at > ${now} THEN cancel_opens_at END, CASE WHEN slow_at > ${now} THEN slow_at END)
      FROM due WHERE orders.id = due.id
      RETURNING orders.*
    )
    INSERT INTO outbox (dedupe_key, chat_id, buyer_id, kind, payload, created_at, next_attempt_at)
    SELECT 'order_card:' || id || ':' || version, chat_id, buyer_id, 'order_card',
           jsonb_build_object('kind', 'order_card', 'orderId', id), ${now}::timestamptz, ${now}::timestamptz
    FROM changed WHERE state IN ('waiting', 'cancelling') AND channel = 'chat' AND chat_id <> ${nobody}::bigint
    ON CONFLICT (dedupe_key) DO NOTHING`.execute(db);
  return (result.numAffectedRows ?? 0n) > 0n;
}
