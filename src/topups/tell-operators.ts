import type { OutboxMessage } from "../core/messages.ts";
import type { Tx } from "../db/client.ts";
import { enqueue } from "../db/queries/outbox.ts";
import type { TopupDeps } from "./deps.ts";

/** Owes every operator a message, once for each subject. */
export async function tellOperators(
  deps: Pick<TopupDeps, "operatorChatIds">,
  tx: Tx,
  { message, subject, at }: { message: OutboxMessage; subject: string; at: Date },
): Promise<void> {
  for (const chatId of deps.operatorChatIds) {
    await enqueue(tx, { chatId, buyerId: null, message, dedupeKey: `${subject}:${chatId}`, at });
  }
}
