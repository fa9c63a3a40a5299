import type { Tx } from "../db/client.ts";
import { enqueue } from "../db/queries/outbox.ts";
import type { OrderDeps } from "./deps.ts";

/** A notice to every operator, once for each subject. Its sentence is in `texts/operator.ts`. */
export async function tellOperators(
  deps: Pick<OrderDeps, "operatorChatIds">,
  tx: Tx,
  told: { notice: string; subject: string; params: Readonly<Record<string, string>>; at: Date },
): Promise<void> {
  const { notice, subject, params, at } = told;
  for (const chatId of deps.operatorChatIds) {
    const message = { kind: "operator_notice" as const, notice, params };
    await enqueue(tx, { chatId, buyerId: null, message, dedupeKey: `${notice}:${subject}:${chatId}`, at });
  }
}
