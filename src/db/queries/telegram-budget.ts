import { sql } from "kysely";
import type { TelegramLimits } from "../../core/telegram-limits.ts";
import type { Executor } from "../client.ts";

export interface NextTurn {
  /** Milliseconds until a message is due; undefined: none waits. */
  readonly dueInMs: number | undefined;
  /** Milliseconds until Telegram's budget has room for a message. */
  readonly budgetInMs: number;
}

/** When the next claim can find something. Messages in hand and messages set aside do not count. */
export async function selectNextTurn(
  db: Executor,
  { now, limits }: { readonly now: Date; readonly limits: TelegramLimits },
): Promise<NextTurn> {
  // As soon as there is room for one: room for the rest of the burst makes up for a claim that comes late.
  const spareMs = (limits.burst - 1) * limits.intervalMs;
  const result = await sql<{ due_ms: string | null; budget_ms: string }>`
    SELECT (SELECT extract(epoch FROM min(first.due_at) - ${now}::timestamptz) * 1000
            FROM generate_series(0, 3) AS class CROSS JOIN LATERAL (
              SELECT due_at FROM outbox_queues
              WHERE priority = class AND (lease_until IS NULL OR lease_until <= now()) ORDER BY due_at LIMIT 1
            ) AS first) AS due_ms,
           extract(epoch FROM greatest(blocked_until, next_at - make_interval(secs => ${spareMs / 1000}), ${now})
             - ${now}::timestamptz) * 1000 AS budget_ms
    FROM telegram_budget`.execute(db);
  const row = result.rows[0];
  const dueMs = row?.due_ms ?? null;
  return {
    dueInMs: dueMs === null ? undefined : Math.max(0, Math.ceil(Number(dueMs))),
    budgetInMs: Math.ceil(Number(row?.budget_ms ?? 0)),
  };
}

export interface Flood {
  readonly chatId: number;
  readonly until: Date;
  readonly now: Date;
}

/** Chats refused one after the other within this time, and none served meanwhile: then it is the bot that floods. */
const FLOOD_WINDOW_MS = 5_000;
const FLOODED_CHATS = 3;

/**
 * Telegram asked for a pause in this chat: nothing is sent to it before `until`. When the third chat in a row is refused,
 * with no success in between on any replica, the whole bot waits (true).
 */
export async function holdChat(db: Executor, { chatId, until, now }: Flood): Promise<boolean> {
  // Only updated, never inserted: of somebody whose data was deleted meanwhile nothing may be written down again.
  const held = await sql<{ was_held: boolean }>`
    UPDATE telegram_chats AS chat SET held_until = greatest(chat.held_until, ${until}::timestamptz)
    FROM (SELECT chat_id, held_until > ${now}::timestamptz AS was_held FROM telegram_chats
          WHERE chat_id = ${chatId}::bigint FOR UPDATE) AS before
    WHERE chat.chat_id = before.chat_id
    RETURNING before.was_held`.execute(db);
  if (held.rows[0]?.was_held !== false) return false;
  const since = new Date(now.getTime() - FLOOD_WINDOW_MS);
  const floods = sql`(CASE WHEN flooded_at > ${since} THEN floods ELSE 0 END) + 1`;
  const result = await sql<{ floods: number }>`
    UPDATE telegram_budget SET floods = ${floods}, flooded_at = ${now},
      blocked_until = CASE WHEN ${floods} >= ${FLOODED_CHATS} THEN greatest(blocked_until, ${until}::timestamptz)
                      ELSE blocked_until END
    RETURNING floods`.execute(db);
  return (result.rows[0]?.floods ?? 0) >= FLOODED_CHATS;
}

/** Forgets chats that nothing was sent to since `before`: their limits are full again. Returns how many. */
export async function purgeChats(db: Executor, before: Date): Promise<number> {
  const result = await sql`
    DELETE FROM telegram_chats WHERE greatest(next_at, cards_next_at, held_until) < ${before}`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}
