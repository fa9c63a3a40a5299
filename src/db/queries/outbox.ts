import { sql } from "kysely";
import { type OutboxMessage, outboxMessageSchema } from "../../core/messages.ts";
import type { Executor } from "../client.ts";

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

/** Stores the same message for each of these chats (the operators'), once per subject. */
export async function enqueueToAll(
  tx: Executor,
  chatIds: readonly number[],
  { message, subject, at }: { message: OutboxMessage; subject: string; at: Date },
): Promise<void> {
  for (const chatId of chatIds) {
    await enqueue(tx, { chatId, buyerId: null, message, dedupeKey: `${subject}:${chatId}`, at });
  }
}

export interface ClaimedMessage {
  readonly id: bigint;
  readonly chatId: number;
  readonly buyerId: string | null;
  readonly kind: string;
  /** Undefined: the row is not a message that this version knows. */
  readonly message: OutboxMessage | undefined;
  /** Earlier tries, this one not included. */
  readonly attempts: number;
  readonly createdAt: Date;
  /** Proof of the claim. */
  readonly leaseToken: string;
}

/** This many times the wanted number of rows are considered, because other replicas may have locked the first ones. */
const CONTENDED = 4;

/**
 * Claims the oldest unsent message of each free chat, if it is due. Within a chat messages are sent in order, one at a
 * time across all replicas; if the oldest waits for a retry, the chat waits. Arrays instead of joins for the reason
 * given in the inbox: statistics of a queue are always out of date.
 */
export async function claimMessages(
  db: Executor,
  claim: {
    readonly now: Date;
    readonly limit: number;
    readonly leaseMs: number;
    readonly leaseToken: string;
  },
): Promise<ClaimedMessage[]> {
  const result = await sql<{
    id: bigint;
    chat_id: bigint;
    buyer_id: string | null;
    kind: string;
    payload: unknown;
    attempts: number;
    created_at: Date;
  }>`
    WITH chosen AS (
      SELECT id FROM outbox
      WHERE id = ANY(ARRAY(
          SELECT id FROM (
            SELECT DISTINCT ON (chat_id) id, next_attempt_at, max(lease_until) OVER (PARTITION BY chat_id) AS busy_until
            FROM outbox WHERE sent_at IS NULL AND dropped_at IS NULL ORDER BY chat_id, id) AS heads
          WHERE next_attempt_at <= ${claim.now} AND (busy_until IS NULL OR busy_until <= now())
          ORDER BY id LIMIT ${claim.limit * CONTENDED}))
        AND sent_at IS NULL AND dropped_at IS NULL AND next_attempt_at <= ${claim.now}
        AND (lease_until IS NULL OR lease_until <= now())
      ORDER BY id LIMIT ${claim.limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET attempts = attempts + 1, lease_token = ${claim.leaseToken}::uuid,
                      lease_until = now() + make_interval(secs => ${claim.leaseMs / 1000})
    FROM chosen WHERE outbox.id = chosen.id
    RETURNING outbox.id, chat_id, buyer_id, kind, payload, attempts, created_at`.execute(db);
  return result.rows.map((row) => ({
    id: row.id,
    chatId: Number(row.chat_id),
    buyerId: row.buyer_id,
    kind: row.kind,
    message: outboxMessageSchema.safeParse(row.payload).data,
    attempts: row.attempts - 1,
    createdAt: row.created_at,
    leaseToken: claim.leaseToken,
  }));
}

/**
 * Drops cards that the next message of the same chat replaces: of consecutive cards of one order only the newest is
 * sent. Claimed rows count when the claim is `leaseToken`. Returns the dropped ids.
 */
export async function dropSupersededCards(
  db: Executor,
  chatIds: readonly number[],
  leaseToken: string,
  at: Date,
): Promise<ReadonlySet<bigint>> {
  if (chatIds.length === 0) return new Set();
  const result = await sql<{ id: bigint }>`
    WITH queue AS (
      SELECT id, kind, payload->>'orderId' AS order_id,
             lead(kind) OVER ahead AS next_kind, lead(payload->>'orderId') OVER ahead AS next_order_id
      FROM outbox WHERE chat_id = ANY(${chatIds}::bigint[]) AND sent_at IS NULL AND dropped_at IS NULL
      WINDOW ahead AS (PARTITION BY chat_id ORDER BY id)
    )
    UPDATE outbox SET dropped_at = ${at}, drop_reason = 'superseded', lease_token = NULL, lease_until = NULL
    WHERE id = ANY(ARRAY(
        SELECT id FROM queue WHERE kind = 'order_card' AND next_kind = 'order_card' AND next_order_id = order_id))
      AND sent_at IS NULL AND dropped_at IS NULL
      AND (lease_token IS NULL OR lease_token = ${leaseToken}::uuid)
    RETURNING id`.execute(db);
  return new Set(result.rows.map((row) => row.id));
}

type Claim = Pick<ClaimedMessage, "id" | "leaseToken">;

/** False: the claim was lost meanwhile. */
export async function markSent(db: Executor, claim: Claim, at: Date): Promise<boolean> {
  return settle(db, claim, sql`sent_at = ${at}`);
}

/** Extends the claims on messages that are still being sent. */
export async function renewMessages(db: Executor, claims: readonly Claim[], leaseMs: number): Promise<void> {
  if (claims.length === 0) return;
  await sql`
    UPDATE outbox SET lease_until = now() + make_interval(secs => ${leaseMs / 1000})
    FROM unnest(${claims.map(({ id }) => id)}::bigint[],
                ${claims.map(({ leaseToken }) => leaseToken)}::uuid[]) AS held (message_id, token)
    WHERE id = held.message_id AND lease_token = held.token
      AND sent_at IS NULL AND dropped_at IS NULL`.execute(db);
}

/** The message and its chat wait until then. */
export async function retryAt(db: Executor, claim: Claim, nextAttemptAt: Date): Promise<boolean> {
  return settle(db, claim, sql`next_attempt_at = ${nextAttemptAt}`);
}

/** The message will never be sent; `reason` is kept for the operator. */
export async function dropMessage(db: Executor, claim: Claim, reason: string, at: Date): Promise<boolean> {
  return settle(db, claim, sql`dropped_at = ${at}, drop_reason = ${reason}`);
}

async function settle(db: Executor, claim: Claim, change: ReturnType<typeof sql>): Promise<boolean> {
  const result = await sql<{ id: bigint }>`
    UPDATE outbox SET lease_token = NULL, lease_until = NULL, ${change}
    WHERE id = ${claim.id}::bigint AND lease_token = ${claim.leaseToken}::uuid
      AND sent_at IS NULL AND dropped_at IS NULL
    RETURNING id`.execute(db);
  return result.rows.length > 0;
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
