import { sql } from "kysely";
import type { Executor, Tx } from "../client.ts";

/** Names the group that operators are told in; null: there is none. A group that was away is tried again. */
export async function setOperatorsChat(db: Executor, chatId: number | null): Promise<void> {
  if (chatId === null) {
    await db.deleteFrom("operators_chat").execute();
    return;
  }
  const chat_id = BigInt(chatId);
  await db
    .insertInto("operators_chat")
    .values({ chat_id })
    .onConflict((conflict) => conflict.column("is_only").doUpdateSet({ chat_id, away_until: null }))
    .execute();
}

/** The group, where it can be reached as far as we know. */
export async function selectOperatorsChat(db: Executor, at: Date): Promise<number | undefined> {
  const row = await db
    .selectFrom("operators_chat")
    .select("chat_id")
    .where((eb) => eb.or([eb("away_until", "is", null), eb("away_until", "<=", at)]))
    .executeTakeFirst();
  return row && Number(row.chat_id);
}

/** The group could not be reached: the private chats are told until then. */
export async function markOperatorsChatAway(db: Executor, chatId: number, until: Date): Promise<void> {
  await db
    .updateTable("operators_chat")
    .set({ away_until: until })
    .where("chat_id", "=", BigInt(chatId))
    .execute();
}

/** What the group is owed goes to each of these private chats instead. */
export async function moveToPrivateChats(
  tx: Tx,
  move: { from: number; to: readonly number[]; at: Date },
): Promise<void> {
  const { from, to, at } = move;
  await sql`
    WITH moved AS (
      UPDATE outbox SET dropped_at = ${at}, drop_reason = 'moved', lease_token = NULL, lease_until = NULL
      WHERE chat_id = ${from}::bigint AND sent_at IS NULL AND dropped_at IS NULL
      RETURNING id, dedupe_key, kind, payload
    )
    INSERT INTO outbox (dedupe_key, chat_id, kind, payload, created_at, next_attempt_at)
    SELECT 'moved:' || coalesce(moved.dedupe_key, moved.id::text) || ':' || chat.id, chat.id, moved.kind, moved.payload,
           ${at}::timestamptz, ${at}::timestamptz
    FROM moved CROSS JOIN unnest(${to}::bigint[]) AS chat (id) ORDER BY moved.id
    ON CONFLICT (dedupe_key) DO NOTHING`.execute(tx);
}

/** The topic's thread in this group; undefined: not made yet. */
export async function selectTopic(db: Executor, chatId: number, topic: string): Promise<number | undefined> {
  const row = await db
    .selectFrom("operators_topics")
    .select("thread_id")
    .where("chat_id", "=", BigInt(chatId))
    .where("topic", "=", topic)
    .executeTakeFirst();
  return row?.thread_id == null ? undefined : Number(row.thread_id);
}

/** True: the caller makes the topic, and nobody else for half a minute. */
export async function claimTopic(db: Executor, chatId: number, topic: string): Promise<boolean> {
  const result = await sql`
    INSERT INTO operators_topics (chat_id, topic, claimed_until)
    VALUES (${chatId}::bigint, ${topic}, now() + interval '30 seconds')
    ON CONFLICT (chat_id, topic) DO UPDATE SET claimed_until = excluded.claimed_until
      WHERE operators_topics.thread_id IS NULL AND operators_topics.claimed_until < now()
    RETURNING topic`.execute(db);
  return result.rows.length > 0;
}

export async function saveTopic(
  db: Executor,
  chatId: number,
  topic: string,
  threadId: number,
): Promise<void> {
  await db
    .updateTable("operators_topics")
    .set({ thread_id: BigInt(threadId) })
    .where("chat_id", "=", BigInt(chatId))
    .where("topic", "=", topic)
    .execute();
}

/** The topic is gone, if it is still this one; or nobody makes it any more (null). */
export async function forgetTopic(
  db: Executor,
  chatId: number,
  topic: string,
  threadId: number | null,
): Promise<void> {
  await sql`
    DELETE FROM operators_topics
    WHERE chat_id = ${chatId}::bigint AND topic = ${topic} AND thread_id IS NOT DISTINCT FROM ${threadId}::bigint`.execute(
    db,
  );
}
