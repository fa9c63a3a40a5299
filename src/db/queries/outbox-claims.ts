import { sql } from "kysely";
import { type OutboxMessage, outboxMessageSchema } from "../../core/messages.ts";
import type { TelegramLimits } from "../../core/telegram-limits.ts";
import type { Executor } from "../client.ts";

export interface ClaimedMessage {
  readonly id: bigint;
  readonly chatId: number;
  readonly buyerId: string | null;
  readonly kind: string;
  /** 0 codes, 1 cards, 2 news, 3 broadcasts (migration 0022). With the chat it names the queue. */
  readonly priority: number;
  /** Undefined: the row is not a message that this version knows. */
  readonly message: OutboxMessage | undefined;
  /** Earlier tries, this one not included. */
  readonly attempts: number;
  /** How often it could not be made. */
  readonly failures: number;
  readonly createdAt: Date;
  /** Proof of the claim. */
  readonly leaseToken: string;
}

/**
 * A message that could not be made this often is set aside: its chat goes on without it. The number stands in the
 * statements too, because indexes are used only where it is written out.
 */
export const setAsideAfter = 3;

const isOpen = sql`sent_at IS NULL AND dropped_at IS NULL`;

export interface ClaimRequest {
  readonly now: Date;
  /** How many messages at most. */
  readonly limit: number;
  /** How many of them may be other than codes. */
  readonly limitOfOthers: number;
  readonly leaseMs: number;
  readonly leaseToken: string;
  readonly limits: TelegramLimits;
}

/**
 * Claims what may be sent now, and takes it from Telegram's budget, which all replicas share. Codes come before cards
 * before news before broadcasts. A chat has a queue for each of these: of each the oldest is claimed, when it is due and
 * nothing of the queue is in hand on any replica, so a message that waits for a retry holds up its queue and nothing else.
 * Of the cards of an order only the newest is claimed; the others are dropped. Messages set aside stand in no queue.
 *
 * The work is done by a function of the database (migration 0022), because each of its steps has to see what was committed
 * before the lock it holds, and a replica that stops in the middle must not keep the lock.
 */
export async function claimMessages(db: Executor, claim: ClaimRequest): Promise<ClaimedMessage[]> {
  const result = await sql<ClaimedRow>`
    SELECT id, chat_id, buyer_id, kind, priority, payload, attempts, failures, created_at
    FROM claim_messages(${claim.now}::timestamptz, ${claim.leaseToken}::uuid,
                        make_interval(secs => ${claim.leaseMs / 1000}), ${claim.limit}::integer,
                        ${claim.limitOfOthers}::integer, ${JSON.stringify(claim.limits)}::jsonb)`.execute(db);
  return result.rows.map((row) => claimedMessage(row, claim.leaseToken));
}

/** A claimed row of the table. */
export interface ClaimedRow {
  readonly id: bigint;
  readonly chat_id: bigint;
  readonly buyer_id: string | null;
  readonly kind: string;
  readonly priority: number;
  readonly payload: unknown;
  readonly attempts: number;
  readonly failures: number;
  readonly created_at: Date;
}

export function claimedMessage(row: ClaimedRow, leaseToken: string): ClaimedMessage {
  return {
    id: row.id,
    chatId: Number(row.chat_id),
    buyerId: row.buyer_id,
    kind: row.kind,
    priority: row.priority,
    message: outboxMessageSchema.safeParse(row.payload).data,
    attempts: row.attempts - 1,
    failures: row.failures,
    createdAt: row.created_at,
    leaseToken,
  };
}

type Sql = ReturnType<typeof sql>;
type Claim = Pick<ClaimedMessage, "id" | "chatId" | "priority" | "leaseToken">;

/** The message was sent, so Telegram does not refuse the whole bot. False: the claim was lost meanwhile. */
export async function markSent(
  db: Executor,
  claim: Claim,
  at: Date,
  messageId: number | null = null,
): Promise<boolean> {
  return settle(
    db,
    claim,
    sql`sent_at = ${at}, message_id = ${messageId}::bigint`,
    sql`, served AS (UPDATE telegram_budget SET floods = 0 WHERE floods > 0)`,
  );
}

/** Prolongs the claims on messages that are still being sent. Returns those that were still ours. */
export async function renewMessages<Held extends Claim>(
  db: Executor,
  claims: readonly Held[],
  leaseMs: number,
): Promise<Held[]> {
  if (claims.length === 0) return [];
  const until = sql`now() + make_interval(secs => ${leaseMs / 1000})`;
  const result = await sql<{ id: bigint }>`
    WITH held AS (
      SELECT * FROM unnest(${claims.map(({ id }) => id)}::bigint[], ${claims.map(({ chatId }) => chatId)}::bigint[],
                           ${claims.map(({ priority }) => priority)}::smallint[],
                           ${claims.map(({ leaseToken }) => leaseToken)}::uuid[])
        AS held (message_id, chat_id, priority, token)
    ), messages AS (
      UPDATE outbox SET lease_until = ${until} FROM held
      WHERE id = held.message_id AND lease_token = held.token AND ${isOpen}
      RETURNING id
    ), queues AS (
    UPDATE outbox_queues AS queue SET lease_until = ${until} FROM held JOIN messages ON messages.id = held.message_id
    WHERE queue.chat_id = held.chat_id AND queue.priority = held.priority
      AND queue.in_hand = held.message_id AND queue.lease_token = held.token)
    SELECT id FROM messages`.execute(db);
  const renewed = new Set(result.rows.map(({ id }) => id));
  return claims.filter(({ id }) => renewed.has(id));
}

/** Why a message waits for its next try. */
export type WaitReason = "outage" | "flood" | "card moved" | "broken";

/** The message, and with it its queue, waits until then. False: the claim was lost meanwhile. */
export async function retryAt(
  db: Executor,
  claim: Claim,
  wait: { readonly until: Date; readonly reason: WaitReason },
): Promise<boolean> {
  const failures = wait.reason === "broken" ? 1 : 0;
  return settle(
    db,
    claim,
    sql`next_attempt_at = ${wait.until}, wait_reason = ${wait.reason}, failures = failures + ${failures}`,
  );
}

/** Telegram answers again: what waited only for that is due now. Returns how many. */
export async function endOutage(db: Executor, now: Date): Promise<number> {
  const result = await sql<{ count: bigint }>`
    WITH due AS (
      UPDATE outbox SET next_attempt_at = ${now}
      WHERE ${isOpen} AND wait_reason = 'outage' AND next_attempt_at > ${now}
      RETURNING chat_id, priority
    ), queues AS (
      UPDATE outbox_queues AS queue SET due_at = ${now}
      FROM (SELECT DISTINCT chat_id, priority FROM due) AS of_due
      WHERE queue.chat_id = of_due.chat_id AND queue.priority = of_due.priority AND queue.due_at > ${now})
    SELECT count(*) FROM due`.execute(db);
  return Number(result.rows[0]?.count ?? 0n);
}

/** The message will never be sent; `reason` is kept for the operator. */
export async function dropMessage(db: Executor, claim: Claim, reason: string, at: Date): Promise<boolean> {
  return settle(db, claim, sql`dropped_at = ${at}, drop_reason = ${reason}`);
}

/** Ends the claim on the message and on its queue; `also` is a further part of the statement. */
async function settle(db: Executor, claim: Claim, change: Sql, also: Sql = sql``): Promise<boolean> {
  const result = await sql<{ id: bigint }>`
    WITH settled AS (
      UPDATE outbox SET lease_token = NULL, lease_until = NULL, ${change}
      WHERE id = ${claim.id}::bigint AND lease_token = ${claim.leaseToken}::uuid
        AND ${isOpen}
      RETURNING id
    ), freed AS (
      UPDATE outbox_queues SET in_hand = NULL, lease_token = NULL, lease_until = NULL
      WHERE chat_id = ${claim.chatId}::bigint AND priority = ${claim.priority}::smallint
        AND in_hand = ${claim.id}::bigint AND lease_token = ${claim.leaseToken}::uuid
    )${also}
    SELECT id FROM settled`.execute(db);
  return result.rows.length > 0;
}
