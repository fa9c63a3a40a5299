import type { Executor } from "../client.ts";

export async function writeConversationState(
  db: Executor,
  key: string,
  state: unknown,
  at: Date,
): Promise<void> {
  const values = { state: JSON.stringify(state), updated_at: at };
  await db
    .insertInto("conversation_states")
    .values({ key, ...values })
    .onConflict((conflict) => conflict.column("key").doUpdateSet(values))
    .execute();
}

export async function deleteConversationState(db: Executor, key: string): Promise<void> {
  await db.deleteFrom("conversation_states").where("key", "=", key).execute();
}

/** Deletes abandoned conversations; returns how many. */
export async function purgeConversationStates(db: Executor, before: Date): Promise<number> {
  const result = await db
    .deleteFrom("conversation_states")
    .where("updated_at", "<", before)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}
