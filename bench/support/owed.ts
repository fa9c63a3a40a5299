import { sql } from "kysely";
import type { Database } from "../../src/db/client.ts";

/** Chats that the pretend Telegram of the bench knows, from 1. */
export const owedChats = 21_000;

/** Owes `rows` messages to chats 1 to `chats` in turn, in one transaction. */
export async function oweMany(
  db: Database,
  owed: { readonly kind: "order_code" | "operator_notice"; readonly chats: number; readonly rows: number },
): Promise<void> {
  const payload =
    owed.kind === "operator_notice"
      ? sql`jsonb_build_object('kind', 'operator_notice', 'notice', 'news', 'params', '{}'::jsonb)`
      : sql`jsonb_build_object('kind', 'order_code', 'orderId', gen_random_uuid(), 'smsId', gen_random_uuid(),
                               'chargedMicros', null, 'availableMicros', '0')`;
  await sql`
    INSERT INTO outbox (chat_id, kind, payload, created_at, next_attempt_at)
    SELECT 1 + n % ${owed.chats}::integer, ${owed.kind}, ${payload}, now(), now()
    FROM generate_series(0, ${owed.rows - 1}::integer) AS n`.execute(db);
}

/** How the shop chose messages before it kept queues: it read the first message of every queue. Claims nothing. */
export async function walkAllQueues(db: Database, now: Date, limit: number): Promise<void> {
  const isQueued = sql`sent_at IS NULL AND dropped_at IS NULL AND failures < 3`;
  await sql`
    WITH RECURSIVE heads AS (
      (SELECT chat_id, priority, id, next_attempt_at FROM outbox WHERE ${isQueued}
       ORDER BY chat_id, priority, id LIMIT 1)
      UNION ALL
      SELECT next.* FROM heads CROSS JOIN LATERAL (
        SELECT chat_id, priority, id, next_attempt_at FROM outbox
        WHERE ${isQueued} AND (chat_id, priority) > (heads.chat_id, heads.priority)
        ORDER BY chat_id, priority, id LIMIT 1) AS next
    )
    SELECT id FROM heads WHERE next_attempt_at <= ${now} AND (chat_id, priority) NOT IN (
      SELECT chat_id, priority FROM outbox WHERE ${isQueued} AND lease_until > now())
    ORDER BY priority, id LIMIT ${limit}`.execute(db);
}
