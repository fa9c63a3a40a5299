import { chosenKey } from "../../core/chosen-key.ts";
import type { Executor } from "../client.ts";
import { type BuyerRow, buyerColumns, toBuyer } from "./buyers.ts";

/** What is kept about a person's chat beside the buyer; the caller parses it. Undefined: nothing. */
export interface ChatState {
  /** What they were asked and have not answered yet. */
  readonly conversation: unknown;
  /** What they have chosen by the list that they look at. */
  readonly chosen: unknown;
}

/** A buyer as a tap needs them: one round trip. */
export async function findWithChatState(
  db: Executor,
  telegramId: number,
): Promise<(BuyerRow & ChatState) | undefined> {
  const row = await db
    .selectFrom("buyers")
    .leftJoin("conversation_states as asked", (join) => join.on("asked.key", "=", String(telegramId)))
    .leftJoin("conversation_states as chosen", (join) => join.on("chosen.key", "=", chosenKey(telegramId)))
    .select(buyerColumns)
    .select(["asked.state as conversation", "chosen.state as choice"])
    .where("telegram_id", "=", BigInt(telegramId))
    .executeTakeFirst();
  return (
    row && { ...toBuyer(row), conversation: row.conversation ?? undefined, chosen: row.choice ?? undefined }
  );
}
