import { sql } from "kysely";
import { chosenKey } from "../../core/chosen-key.ts";
import type { Tx } from "../client.ts";
import { purgeSmsOf } from "./housekeeping.ts";
import { nobody } from "./outbox.ts";

/**
 * Deletes a buyer's data in the caller's transaction. Ledger and orders stay for the books, but nothing links them to a
 * person any more. Returns the deleted Telegram id; undefined: there was none. The caller has checked that there are no
 * open orders.
 */
export async function forgetBuyer(tx: Tx, buyerId: string, at: Date): Promise<number | undefined> {
  const buyer = await tx
    .selectFrom("buyers")
    .select("telegram_id")
    .where("id", "=", buyerId)
    .forUpdate()
    .executeTakeFirst();
  if (!buyer || buyer.telegram_id === null) return undefined;
  const telegramId = Number(buyer.telegram_id);
  await tx
    .updateTable("buyers")
    .set({
      telegram_id: null,
      language: "en",
      language_chosen: false,
      wants_news: true,
      ban_reason: null,
      flag_reason: null,
      navigation_message_id: null,
      username: null,
      first_name: null,
      seen_at: null,
      referral_code: null,
      exported_at: null,
      deleted_at: at,
    })
    .where("id", "=", buyerId)
    .execute();
  await forgetTraces(tx, buyerId, telegramId, at);
  await purgeSmsOf(tx, buyerId, at);
  return telegramId;
}

async function forgetTraces(tx: Tx, buyerId: string, telegramId: number, at: Date): Promise<void> {
  await sql`DELETE FROM stock_alerts WHERE buyer_id = ${buyerId}`.execute(tx);
  await sql`DELETE FROM favourites WHERE buyer_id = ${buyerId}`.execute(tx);
  await sql`
    DELETE FROM conversation_states WHERE key IN (${String(telegramId)}, ${chosenKey(telegramId)})`.execute(
    tx,
  );
  // Before the messages: whoever owes this person a broadcast just now has locked the row.
  await sql`DELETE FROM broadcast_recipients WHERE buyer_id = ${buyerId}`.execute(tx);
  await sql`
    DELETE FROM outbox WHERE buyer_id = ${buyerId} OR chat_id = ${telegramId}::bigint
      OR payload #>> '{params,telegramId}' = ${String(telegramId)}`.execute(tx);
  await sql`DELETE FROM outbox_queues WHERE chat_id = ${telegramId}::bigint`.execute(tx);
  await sql`DELETE FROM telegram_chats WHERE chat_id = ${telegramId}::bigint`.execute(tx);
  // The update that asks for this is still being handled; housekeeping deletes it later.
  await sql`
    DELETE FROM inbox WHERE done_at IS NOT NULL AND (
      lane IN (${`u:${telegramId}`}, ${`q:${telegramId}`})
      OR ${String(telegramId)} IN (
        payload #>> '{message,from,id}', payload #>> '{message,chat,id}', payload #>> '{pre_checkout_query,from,id}',
        payload #>> '{inline_query,from,id}'))`.execute(tx);
  await sql`UPDATE orders SET chat_id = ${nobody}, card_message_id = NULL WHERE buyer_id = ${buyerId}`.execute(
    tx,
  );
  await forgetKeys(tx, buyerId, at);
  await sql`UPDATE topups SET chat_id = ${nobody}, message_id = NULL WHERE buyer_id = ${buyerId}`.execute(tx);
  await sql`UPDATE promotion_redemptions SET buyer_id = NULL WHERE buyer_id = ${buyerId}`.execute(tx);
  await sql`DELETE FROM paid_purchases WHERE buyer_id = ${buyerId}`.execute(tx);
  // What tells a receipt that is sent again stays: a digest of the note, and an id by which no picture can be fetched.
  await sql`
    UPDATE manual_claims SET note = NULL, file_id = NULL
    WHERE topup_id IN (SELECT id FROM topups WHERE buyer_id = ${buyerId})`.execute(tx);
  await sql`UPDATE disputes SET text = '' WHERE buyer_id = ${buyerId}`.execute(tx);
  // What an operator did stays on record; why is free text, which may speak about the person.
  await sql`
    UPDATE audit_log SET detail = '', reason = NULL
    WHERE (subject = ${buyerId} OR buyer_id = ${buyerId}::uuid) AND (detail <> '' OR reason IS NOT NULL)`.execute(
    tx,
  );
  // Who worked at the desk and leaves as a person leaves the desk too.
  await sql`DELETE FROM staff WHERE telegram_id = ${telegramId}::bigint`.execute(tx);
  await sql`DELETE FROM drafts WHERE staff_id = ${telegramId}::bigint OR content->>'buyerId' = ${buyerId}`.execute(
    tx,
  );
}

/** Keys stay as rows, because orders name them; nobody can use them, and nothing tells who did. */
async function forgetKeys(tx: Tx, buyerId: string, at: Date): Promise<void> {
  await sql`
    UPDATE api_keys SET revoked_at = coalesce(revoked_at, ${at}), name = '', cidrs = '{}', last_ip = NULL, last_client = NULL
    WHERE buyer_id = ${buyerId}`.execute(tx);
  await sql`
    UPDATE orders SET client_order_id = NULL WHERE buyer_id = ${buyerId} AND client_order_id IS NOT NULL`.execute(
    tx,
  );
  await sql`
    DELETE FROM api_idempotency WHERE chain_id IN (SELECT chain_id FROM api_keys WHERE buyer_id = ${buyerId})`.execute(
    tx,
  );
}
