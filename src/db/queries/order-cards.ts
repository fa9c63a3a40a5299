import type { Executor } from "../client.ts";

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
