import { sql } from "kysely";
import type { OutboxMessage } from "../../core/messages.ts";
import type { Executor } from "../client.ts";
import { selectOperatorsChat } from "./operators-chat.ts";

/** The chat id of people whose data was deleted. */
export const nobody = 0;

export interface NewMessage {
  readonly chatId: number;
  /** Null for operators' chats. */
  readonly buyerId: string | null;
  readonly message: OutboxMessage;
  /** At most one message per key is ever sent; null: no limit. */
  readonly dedupeKey: string | null;
  readonly at: Date;
}

/**
 * Stores a message to be sent. Call it in the transaction that causes the message, so that both happen or neither.
 * False: nothing was stored, because the dedupe key is known or the person had their data deleted.
 */
export async function enqueue(tx: Executor, entry: NewMessage): Promise<boolean> {
  if (entry.chatId === nobody) return false;
  const result = await sql<{ id: bigint }>`
    INSERT INTO outbox (dedupe_key, chat_id, buyer_id, kind, payload, created_at, next_attempt_at)
    VALUES (${entry.dedupeKey}, ${entry.chatId}::bigint, ${entry.buyerId}::uuid, ${entry.message.kind},
            ${JSON.stringify(entry.message)}::jsonb, ${entry.at}::timestamptz, ${entry.at}::timestamptz)
    ON CONFLICT (dedupe_key) DO NOTHING
    RETURNING id`.execute(tx);
  return result.rows.length > 0;
}

/**
 * Tells operators: stores the same message for each of these chats, once per subject; or once for their group, where they
 * have one that can be reached.
 */
export async function enqueueToAll(
  tx: Executor,
  chatIds: readonly number[],
  { message, subject, at }: { message: OutboxMessage; subject: string; at: Date },
): Promise<void> {
  const group = chatIds.length === 0 ? undefined : await selectOperatorsChat(tx, at);
  for (const chatId of group === undefined ? chatIds : [group]) {
    await enqueue(tx, { chatId, buyerId: null, message, dedupeKey: `${subject}:${chatId}`, at });
  }
}

const SLOW_DOWN_EVERY_MS = 60_000;

/** Owes a person the request to send less, once a minute at most. */
export async function oweSlowDown(tx: Executor, chatId: number, at: Date): Promise<void> {
  // There is one key per minute. The key of the minute before counts too, so that a full minute lies between two messages.
  const minute = Math.floor(at.getTime() / SLOW_DOWN_EVERY_MS);
  const keyOf = (of: number): string => `slow down:${chatId}:${of}`;
  const since = new Date(at.getTime() - SLOW_DOWN_EVERY_MS);
  const recent = await sql`
    SELECT FROM outbox WHERE dedupe_key = ${keyOf(minute - 1)} AND created_at > ${since}`.execute(tx);
  if (recent.rows.length > 0) return;
  const message = { kind: "slow_down" as const };
  await enqueue(tx, { chatId, buyerId: null, message, dedupeKey: keyOf(minute), at });
}

/** Drops all unsent messages of a chat (it blocked the bot, or the person left). Returns how many. */
export async function dropChat(db: Executor, chatId: number, reason: string, at: Date): Promise<number> {
  const result = await sql`
    UPDATE outbox SET dropped_at = ${at}, drop_reason = ${reason}, lease_token = NULL, lease_until = NULL
    WHERE chat_id = ${chatId}::bigint AND sent_at IS NULL AND dropped_at IS NULL`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}

/** Deletes sent and dropped messages created before `before`; returns how many. */
export async function purgeMessages(db: Executor, before: Date): Promise<number> {
  const result = await sql`
    DELETE FROM outbox WHERE created_at < ${before} AND (sent_at IS NOT NULL OR dropped_at IS NOT NULL)`.execute(
    db,
  );
  return Number(result.numAffectedRows ?? 0n);
}

/** How many messages wait to be sent, and since when the oldest does. */
export async function outboxBacklog(db: Executor): Promise<{ open: number; oldestAt: Date | null }> {
  const result = await sql<{ open: bigint; oldest_at: Date | null }>`
    SELECT count(*) AS open, min(created_at) AS oldest_at FROM outbox
    WHERE sent_at IS NULL AND dropped_at IS NULL`.execute(db);
  const row = result.rows[0];
  return { open: Number(row?.open ?? 0n), oldestAt: row?.oldest_at ?? null };
}
