import type { Executor } from "../client.ts";
import { type BuyerRow, buyerColumns, toBuyer } from "./buyers.ts";

/** A buyer as a tap needs them, with what they were asked and have not answered yet: one round trip. */
export async function findWithConversation(
  db: Executor,
  telegramId: number,
): Promise<(BuyerRow & { readonly conversation: unknown }) | undefined> {
  const row = await db
    .selectFrom("buyers")
    .leftJoin("conversation_states", (join) => join.on("conversation_states.key", "=", String(telegramId)))
    .select(buyerColumns)
    .select("conversation_states.state")
    .where("telegram_id", "=", BigInt(telegramId))
    .executeTakeFirst();
  return row && { ...toBuyer(row), conversation: row.state ?? undefined };
}
