import type { Executor } from "../client.ts";

/** Stores a language chosen in the settings; from now on Telegram's language does not count. */
export async function setLanguage(db: Executor, buyerId: string, language: string): Promise<void> {
  await db.updateTable("buyers").set({ language, language_chosen: true }).where("id", "=", buyerId).execute();
}

export async function setNotifyEdits(db: Executor, buyerId: string, notifyEdits: boolean): Promise<void> {
  await db.updateTable("buyers").set({ notify_edits: notifyEdits }).where("id", "=", buyerId).execute();
}

export async function setQuickBuy(db: Executor, buyerId: string, isOn: boolean): Promise<void> {
  await db.updateTable("buyers").set({ quick_buy: isOn }).where("id", "=", buyerId).execute();
}

export async function setWantsNews(db: Executor, buyerId: string, isOn: boolean): Promise<void> {
  await db.updateTable("buyers").set({ wants_news: isOn }).where("id", "=", buyerId).execute();
}

/** The message that is edited as the buyer moves through the menus. */
export async function setNavigationMessage(
  db: Executor,
  buyerId: string,
  messageId: number | null,
): Promise<void> {
  await db
    .updateTable("buyers")
    .set({ navigation_message_id: messageId === null ? null : BigInt(messageId) })
    .where("id", "=", buyerId)
    .execute();
}

/** How this person calls themselves at Telegram just now, and that they were here. */
export async function setNames(
  db: Executor,
  buyerId: string,
  names: { username: string | null; firstName: string | null; at: Date },
): Promise<void> {
  const { username, firstName, at } = names;
  await db
    .updateTable("buyers")
    .set({ username, first_name: firstName, seen_at: at })
    .where("id", "=", buyerId)
    .where("telegram_id", "is not", null)
    .execute();
}

/** False: was not flagged. */
export async function unflagBuyer(db: Executor, buyerId: string): Promise<boolean> {
  const result = await db
    .updateTable("buyers")
    .set({ flagged_at: null, flag_reason: null })
    .where("id", "=", buyerId)
    .where("flagged_at", "is not", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
