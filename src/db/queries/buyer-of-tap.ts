import { sql } from "kysely";
import { chosenPrefix } from "../../core/chosen-key.ts";
import type { Executor } from "../client.ts";
import { type BuyerRow, buyerColumns, toBuyer } from "./buyers.ts";

/** What is kept about a person's chat beside the buyer; the caller parses it. Undefined: nothing. */
export interface ChatState {
  /** What they were asked and have not answered yet. */
  readonly conversation: unknown;
  /** What they have chosen by the list that they look at. */
  readonly chosen: unknown;
}

/** Buyers as a tap needs them, by Telegram id: one round trip for all. Who is no buyer yet is not among them. */
export async function findWithChatState(
  db: Executor,
  telegramIds: readonly number[],
): Promise<ReadonlyMap<number, BuyerRow & ChatState>> {
  const rows = await db
    .selectFrom("buyers")
    .leftJoin("conversation_states as asked", (join) =>
      join.on("asked.key", "=", sql<string>`buyers.telegram_id::text`),
    )
    .leftJoin("conversation_states as chosen", (join) =>
      join.on("chosen.key", "=", sql<string>`${chosenPrefix}::text || buyers.telegram_id`),
    )
    .select(buyerColumns)
    .select(["asked.state as conversation", "chosen.state as choice"])
    .where("telegram_id", "=", sql<bigint>`ANY(${telegramIds}::bigint[])`)
    .execute();
  return new Map(
    rows.map((row) => [
      Number(row.telegram_id),
      { ...toBuyer(row), conversation: row.conversation ?? undefined, chosen: row.choice ?? undefined },
    ]),
  );
}
