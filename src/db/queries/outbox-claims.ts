import { sql } from "kysely";
import { type OutboxMessage, outboxMessageSchema } from "../../core/messages.ts";
import type { Executor } from "../client.ts";

export interface ClaimedMessage {
  readonly id: bigint;
  readonly chatId: number;
  readonly buyerId: string | null;
  readonly kind: string;
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
 * statements too, because the indexes of migration 0017 are used only where it is written out.
 */
export const setAsideAfter = 3;

/** A claim looks at this many times the rows it wants, because other replicas may hold the first ones locked. */
const CONTENDED = 4;

const isOpen = sql`sent_at IS NULL AND dropped_at IS NULL`;
const isQueued = sql`${isOpen} AND failures < 3`;
const isSetAside = sql`${isOpen} AND failures >= 3`;

/**
 * Claims what may be sent now. A chat has two queues, its cards and all its other messages: of each the oldest is claimed,
 * when it is due and nothing of the queue is in hand on any replica, so a message that waits for a retry holds up its
 * queue and nothing else. Messages that were set aside stand in no queue. Cards come last.
 *
 * As in the inbox, the recursive part reads one row of each queue, and the chosen ids are an array and not joined.
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
  const looked = claim.limit * CONTENDED;
  const result = await sql<{
    id: bigint;
    chat_id: bigint;
    buyer_id: string | null;
    kind: string;
    payload: unknown;
    attempts: number;
    failures: number;
    created_at: Date;
  }>`
    WITH RECURSIVE heads AS (
      (SELECT chat_id, kind = 'order_card' AS is_card, id, next_attempt_at FROM outbox WHERE ${isQueued}
       ORDER BY chat_id, (kind = 'order_card'), id LIMIT 1)
      UNION ALL
      SELECT next.* FROM heads CROSS JOIN LATERAL (
        SELECT chat_id, kind = 'order_card' AS is_card, id, next_attempt_at FROM outbox
        WHERE ${isQueued} AND (chat_id, (kind = 'order_card')) > (heads.chat_id, heads.is_card)
        ORDER BY chat_id, (kind = 'order_card'), id LIMIT 1) AS next
    ), ready AS (
      (SELECT id, is_card FROM heads
       WHERE next_attempt_at <= ${claim.now} AND (chat_id, is_card) NOT IN (
         SELECT chat_id, kind = 'order_card' FROM outbox WHERE ${isQueued} AND lease_until > now())
       ORDER BY is_card, id LIMIT ${looked})
      UNION ALL
      (SELECT id, true FROM outbox WHERE ${isSetAside} AND next_attempt_at <= ${claim.now}
       ORDER BY next_attempt_at LIMIT ${looked})
    ), chosen AS (
      SELECT id FROM outbox
      WHERE id = ANY(ARRAY(SELECT id FROM ready))
        AND ${isOpen} AND next_attempt_at <= ${claim.now} AND (lease_until IS NULL OR lease_until <= now())
      ORDER BY kind = 'order_card', id LIMIT ${claim.limit} FOR UPDATE SKIP LOCKED
    )
    UPDATE outbox SET attempts = attempts + 1, lease_token = ${claim.leaseToken}::uuid,
                      lease_until = now() + make_interval(secs => ${claim.leaseMs / 1000})
    FROM chosen WHERE outbox.id = chosen.id
    RETURNING outbox.id, chat_id, buyer_id, kind, payload, attempts, failures, created_at`.execute(db);
  return result.rows.map((row) => ({
    id: row.id,
    chatId: Number(row.chat_id),
    buyerId: row.buyer_id,
    kind: row.kind,
    message: outboxMessageSchema.safeParse(row.payload).data,
    attempts: row.attempts - 1,
    failures: row.failures,
    createdAt: row.created_at,
    leaseToken: claim.leaseToken,
  }));
}

/**
 * Drops cards that a later card of the same order in the same chat draws again: a card is made from what the database
 * says when it is sent, so only the newest is needed. Claimed rows count when the claim is `leaseToken`. Returns the
 * dropped ids.
 */
export async function dropSupersededCards(
  db: Executor,
  chatIds: readonly number[],
  leaseToken: string,
  at: Date,
): Promise<ReadonlySet<bigint>> {
  if (chatIds.length === 0) return new Set();
  const result = await sql<{ id: bigint }>`
    WITH cards AS (
      SELECT id, lead(id) OVER (PARTITION BY chat_id, payload->>'orderId' ORDER BY id) AS newer_id
      FROM outbox WHERE chat_id = ANY(${chatIds}::bigint[]) AND kind = 'order_card' AND ${isOpen}
    )
    UPDATE outbox SET dropped_at = ${at}, drop_reason = 'superseded', lease_token = NULL, lease_until = NULL
    WHERE id = ANY(ARRAY(SELECT id FROM cards WHERE newer_id IS NOT NULL))
      AND ${isOpen} AND (lease_token IS NULL OR lease_token = ${leaseToken}::uuid)
    RETURNING id`.execute(db);
  return new Set(result.rows.map((row) => row.id));
}

type Claim = Pick<ClaimedMessage, "id" | "leaseToken">;

/** False: the claim was lost meanwhile. */
export async function markSent(db: Executor, claim: Claim, at: Date): Promise<boolean> {
  return settle(db, claim, sql`sent_at = ${at}`);
}

/** Prolongs the claims on messages that are still being sent. */
export async function renewMessages(db: Executor, claims: readonly Claim[], leaseMs: number): Promise<void> {
  if (claims.length === 0) return;
  await sql`
    UPDATE outbox SET lease_until = now() + make_interval(secs => ${leaseMs / 1000})
    FROM unnest(${claims.map(({ id }) => id)}::bigint[],
                ${claims.map(({ leaseToken }) => leaseToken)}::uuid[]) AS held (message_id, token)
    WHERE id = held.message_id AND lease_token = held.token
      AND ${isOpen}`.execute(db);
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

/** Telegram asked for a pause in this chat: nothing that it is owed is tried before then. */
export async function postponeChat(db: Executor, chatId: number, until: Date): Promise<void> {
  await sql`
    UPDATE outbox SET next_attempt_at = ${until}, wait_reason = 'flood'
    WHERE chat_id = ${chatId}::bigint AND ${isOpen} AND next_attempt_at < ${until}`.execute(db);
}

/** Telegram answers again: what waited only for that is due now. Returns how many. */
export async function endOutage(db: Executor, now: Date): Promise<number> {
  const result = await sql`
    UPDATE outbox SET next_attempt_at = ${now}
    WHERE ${isOpen} AND wait_reason = 'outage' AND next_attempt_at > ${now}`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}

/** The message will never be sent; `reason` is kept for the operator. */
export async function dropMessage(db: Executor, claim: Claim, reason: string, at: Date): Promise<boolean> {
  return settle(db, claim, sql`dropped_at = ${at}, drop_reason = ${reason}`);
}

async function settle(db: Executor, claim: Claim, change: ReturnType<typeof sql>): Promise<boolean> {
  const result = await sql<{ id: bigint }>`
    UPDATE outbox SET lease_token = NULL, lease_until = NULL, ${change}
    WHERE id = ${claim.id}::bigint AND lease_token = ${claim.leaseToken}::uuid
      AND ${isOpen}
    RETURNING id`.execute(db);
  return result.rows.length > 0;
}
