import { sql } from "kysely";
import type { TelegramLimits } from "../../core/telegram-limits.ts";
import type { Executor } from "../client.ts";
import { type ClaimedMessage, type ClaimedRow, claimedMessage, setAsideAfter } from "./outbox-claims.ts";

export interface CardOfOrder {
  readonly chatId: number;
  readonly orderId: string;
}

export interface AnswerClaims {
  readonly claimed: readonly ClaimedMessage[];
  /** The orders whose card is owed, but cannot be sent now: their chat has no turn, or a card of it is in hand. */
  readonly waiting: ReadonlySet<string>;
}

/**
 * Claims the newest card of each of these orders, at most one a chat, ahead of its turn and without taking from the whole
 * bot's budget: it answers a tap of its owner. The chat's own limits count, and a pause that Telegram asked for. Older cards
 * of the order are dropped.
 *
 * The budget's row is locked first, as by `claim_messages`, so that two claims neither take the same turn of a chat nor
 * wait for each other in a circle. What changed while this waited for the lock is judged again by each part's conditions.
 */
export async function claimAnswers(
  db: Executor,
  claim: {
    readonly cards: readonly CardOfOrder[];
    readonly now: Date;
    readonly leaseMs: number;
    readonly leaseToken: string;
    readonly limits: TelegramLimits;
  },
): Promise<AnswerClaims> {
  const { cards, now, limits } = claim;
  const seconds = (ms: number) => sql`make_interval(secs => ${ms / 1000}::float)`;
  const every = seconds(limits.chatIntervalMs);
  const cardEvery = seconds(limits.cardIntervalMs);
  const until = sql`clock_timestamp() + ${seconds(claim.leaseMs)}`;
  // Written out, because indexes are used only then.
  const isOpen = sql`sent_at IS NULL AND dropped_at IS NULL AND kind = 'order_card'`;
  const isFree = sql`(lease_until IS NULL OR lease_until <= clock_timestamp())`;
  const result = await sql<ClaimedRow & { order_id: string; is_claimed: boolean }>`
    WITH budget AS MATERIALIZED (
      SELECT blocked_until FROM telegram_budget WHERE id = 1 FOR UPDATE
    ), wanted AS (
      SELECT * FROM unnest(${cards.map(({ chatId }) => chatId)}::bigint[], ${cards.map(({ orderId }) => orderId)}::text[])
        AS wanted (chat_id, order_id)
    ), owed AS MATERIALIZED (
      -- The order names all columns of the index, so that no other can serve it.
      SELECT wanted.chat_id, wanted.order_id, card.id, card.next_attempt_at
      FROM budget CROSS JOIN wanted CROSS JOIN LATERAL (
        SELECT id, chat_id, payload->>'orderId' AS order_id, next_attempt_at FROM outbox
        WHERE ${isOpen} AND failures < ${sql.lit(setAsideAfter)}
          AND (chat_id, payload->>'orderId') <= (wanted.chat_id, wanted.order_id)
        ORDER BY chat_id DESC, payload->>'orderId' DESC, id DESC LIMIT 1
      ) AS card
      WHERE card.chat_id = wanted.chat_id AND card.order_id = wanted.order_id
    ), queues AS (
      SELECT queue.chat_id, head.id, head.order_id
      FROM (SELECT DISTINCT ON (chat_id) * FROM owed WHERE next_attempt_at <= ${now} ORDER BY chat_id, id) AS head
      JOIN outbox_queues AS queue ON queue.chat_id = head.chat_id AND queue.priority = 1
      WHERE ${isFree} AND (SELECT blocked_until <= ${now} FROM budget)
      FOR UPDATE OF queue SKIP LOCKED
    ), turns AS (
      INSERT INTO telegram_chats AS chat (chat_id, next_at, cards_next_at, held_until)
      SELECT chat_id, ${now}::timestamptz + ${every}, ${now}::timestamptz + ${cardEvery}, '-infinity' FROM queues
      ON CONFLICT (chat_id) DO UPDATE SET
        next_at = greatest(chat.next_at, ${now}) + ${every},
        cards_next_at = greatest(chat.cards_next_at, ${now}) + ${cardEvery}
      WHERE chat.held_until <= ${now}
        AND chat.next_at - ${limits.chatBurst - 1}::int * ${every} <= ${now}
        AND chat.cards_next_at - ${limits.cardBurst - 1}::int * ${cardEvery} <= ${now}
      RETURNING chat_id
    ), claimed AS (
      UPDATE outbox SET attempts = attempts + 1, lease_token = ${claim.leaseToken}::uuid, lease_until = ${until}
      WHERE id IN (SELECT id FROM outbox WHERE id IN (SELECT id FROM queues JOIN turns USING (chat_id))
                     AND ${isOpen} AND ${isFree} FOR UPDATE SKIP LOCKED)
      RETURNING *
    ), superseded AS (
      UPDATE outbox SET dropped_at = ${now}, drop_reason = 'superseded', lease_token = NULL, lease_until = NULL
      WHERE id IN (SELECT older.id FROM claimed JOIN outbox AS older
                     ON older.chat_id = claimed.chat_id AND older.payload->>'orderId' = claimed.payload->>'orderId'
                   WHERE older.sent_at IS NULL AND older.dropped_at IS NULL AND older.kind = 'order_card'
                     AND older.id < claimed.id
                     AND (older.lease_until IS NULL OR older.lease_until <= clock_timestamp())
                   FOR UPDATE OF older SKIP LOCKED)
    ), in_hand AS (
      UPDATE outbox_queues AS queue
      SET in_hand = claimed.id, lease_token = ${claim.leaseToken}::uuid, lease_until = ${until}
      FROM claimed WHERE queue.chat_id = claimed.chat_id AND queue.priority = 1
    )
    SELECT claimed.*, owed.order_id, claimed.id IS NOT NULL AS is_claimed
    FROM owed LEFT JOIN claimed ON claimed.id = owed.id`.execute(db);
  return {
    claimed: result.rows.filter((row) => row.is_claimed).map((row) => claimedMessage(row, claim.leaseToken)),
    waiting: new Set(result.rows.filter((row) => !row.is_claimed).map((row) => row.order_id)),
  };
}
