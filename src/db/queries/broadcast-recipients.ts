import { sql } from "kysely";
import type { OutboxMessage } from "../../core/messages.ts";
import type { Tx } from "../client.ts";
import { reachable } from "./broadcast-audience.ts";
import { type BroadcastRow, selectBroadcast } from "./broadcasts.ts";

/** Telegram lets a bot delete its messages for 48 hours; the last minutes are left for the queue. */
const REMOVABLE_SECONDS = 48 * 3600 - 600;

/**
 * A broadcast that there is something to do for, locked until the transaction ends: one that is being taken back, the
 * oldest that runs, or any that still has messages in the outbox. One that another replica works at is passed over.
 */
export async function lockNextBroadcast(
  tx: Tx,
  except: readonly string[],
): Promise<BroadcastRow | undefined> {
  const found = await sql<{ id: string }>`
    SELECT id FROM broadcasts
    WHERE NOT id = ANY(${except}::uuid[]) AND (state IN ('running', 'deleting') OR (state IN ('paused', 'stopped') AND EXISTS (
      SELECT FROM broadcast_recipients r
      WHERE r.broadcast_id = broadcasts.id AND r.state IN ('queued', 'removing'))))
    ORDER BY state = 'deleting' DESC, state = 'running' DESC, started_at
    LIMIT 1 FOR UPDATE SKIP LOCKED`.execute(tx);
  const [row] = found.rows;
  return row && (await selectBroadcast(tx, row.id));
}

/** Writes down what became of the messages that have left the outbox. */
export async function collectOutcomes(tx: Tx, broadcastId: string): Promise<void> {
  await sql`
    WITH settled AS (
      SELECT r.buyer_id, o.sent_at, o.message_id,
        CASE WHEN r.state = 'queued' THEN
          CASE WHEN o.sent_at IS NOT NULL THEN 'sent'
               WHEN o.drop_reason = 'blocked' THEN 'blocked'
               WHEN o.id IS NULL OR o.drop_reason = 'gone' THEN 'skipped'
               ELSE 'failed' END
        ELSE CASE WHEN o.sent_at IS NOT NULL THEN 'removed' ELSE 'kept' END END AS outcome
      FROM broadcast_recipients r LEFT JOIN outbox o ON o.id = r.outbox_id
      WHERE r.broadcast_id = ${broadcastId}::uuid AND r.state IN ('queued', 'removing')
        AND (o.id IS NULL OR o.sent_at IS NOT NULL OR o.dropped_at IS NOT NULL)
    ), changed AS (
      UPDATE broadcast_recipients r
      SET state = settled.outcome, outbox_id = NULL,
        sent_at = CASE WHEN settled.outcome = 'sent' THEN settled.sent_at ELSE r.sent_at END,
        message_id = CASE WHEN settled.outcome = 'sent' THEN settled.message_id ELSE r.message_id END
      FROM settled WHERE r.broadcast_id = ${broadcastId}::uuid AND r.buyer_id = settled.buyer_id
      RETURNING settled.outcome
    ), counts AS (
      SELECT count(*) FILTER (WHERE outcome = 'sent') AS sent, count(*) FILTER (WHERE outcome = 'blocked') AS blocked,
             count(*) FILTER (WHERE outcome = 'failed') AS failed, count(*) FILTER (WHERE outcome = 'skipped') AS skipped,
             count(*) FILTER (WHERE outcome = 'removed') AS removed, count(*) FILTER (WHERE outcome = 'kept') AS kept
      FROM changed
    )
    UPDATE broadcasts b
    SET sent = b.sent + counts.sent, blocked = b.blocked + counts.blocked, failed = b.failed + counts.failed,
        skipped = b.skipped + counts.skipped, removed = b.removed + counts.removed, kept = b.kept + counts.kept
    FROM counts WHERE b.id = ${broadcastId}::uuid AND EXISTS (SELECT FROM changed)`.execute(tx);
}

/** How many have a message in the outbox, and whether anybody waits for theirs. */
export async function countOpen(
  tx: Tx,
  broadcastId: string,
): Promise<{ open: number; isAnybodyWaiting: boolean; isAnySent: boolean }> {
  const result = await sql<{ open: bigint; is_waiting: boolean; is_sent: boolean }>`
    SELECT (SELECT count(*) FROM broadcast_recipients
            WHERE broadcast_id = ${broadcastId}::uuid AND state IN ('queued', 'removing')) AS open,
           EXISTS (SELECT FROM broadcast_recipients
                   WHERE broadcast_id = ${broadcastId}::uuid AND state = 'waiting') AS is_waiting,
           EXISTS (SELECT FROM broadcast_recipients
                   WHERE broadcast_id = ${broadcastId}::uuid AND state = 'sent') AS is_sent`.execute(tx);
  const row = result.rows[0];
  return {
    open: Number(row?.open ?? 0n),
    isAnybodyWaiting: row?.is_waiting ?? false,
    isAnySent: row?.is_sent ?? false,
  };
}

/** Owes the broadcast to the next so many who wait for it. Whoever may not be written to any more is skipped. */
export async function oweBroadcast(
  tx: Tx,
  broadcastId: string,
  batch: { limit: number; at: Date },
): Promise<number> {
  const message: OutboxMessage = { kind: "broadcast", broadcastId, removes: null };
  const { limit, at } = batch;
  const result = await sql<{ owed: bigint }>`
    WITH taken AS (
      SELECT r.buyer_id, b.telegram_id, (${reachable}) AS is_reachable
      FROM broadcast_recipients r JOIN buyers b ON b.id = r.buyer_id
      WHERE r.broadcast_id = ${broadcastId}::uuid AND r.state = 'waiting'
      ORDER BY r.buyer_id LIMIT ${limit}::integer FOR UPDATE OF r
    ), owed AS (
      INSERT INTO outbox (dedupe_key, chat_id, buyer_id, kind, payload, created_at, next_attempt_at)
      SELECT 'broadcast:' || ${broadcastId}::text || ':' || buyer_id, telegram_id, buyer_id, ${message.kind},
             ${JSON.stringify(message)}::jsonb, ${at}::timestamptz, ${at}::timestamptz
      FROM taken WHERE is_reachable
      RETURNING id, buyer_id
    ), changed AS (
      UPDATE broadcast_recipients r
      SET state = CASE WHEN owed.id IS NULL THEN 'skipped' ELSE 'queued' END, outbox_id = owed.id
      FROM taken LEFT JOIN owed USING (buyer_id)
      WHERE r.broadcast_id = ${broadcastId}::uuid AND r.buyer_id = taken.buyer_id
      RETURNING owed.id
    ), skipped AS (
      UPDATE broadcasts SET skipped = skipped + (SELECT count(*) FROM changed WHERE id IS NULL)
      WHERE id = ${broadcastId}::uuid AND EXISTS (SELECT FROM changed WHERE id IS NULL)
    )
    SELECT count(id) AS owed FROM changed`.execute(tx);
  return Number(result.rows[0]?.owed ?? 0n);
}

/** Takes messages that no sender has in hand out of the outbox again: they wait, or are not sent at all. */
export async function withdrawQueued(
  tx: Tx,
  broadcastId: string,
  to: "waiting" | "skipped",
): Promise<number> {
  const result = await sql<{ count: bigint }>`
    WITH withdrawn AS (
      DELETE FROM outbox o USING broadcast_recipients r
      WHERE r.broadcast_id = ${broadcastId}::uuid AND r.state = 'queued' AND o.id = r.outbox_id
        AND o.sent_at IS NULL AND o.dropped_at IS NULL AND o.lease_token IS NULL
      RETURNING r.buyer_id
    ), changed AS (
      UPDATE broadcast_recipients r SET state = ${to}, outbox_id = NULL FROM withdrawn
      WHERE r.broadcast_id = ${broadcastId}::uuid AND r.buyer_id = withdrawn.buyer_id
      RETURNING r.buyer_id
    )
    SELECT count(*) AS count FROM changed`.execute(tx);
  const count = Number(result.rows[0]?.count ?? 0n);
  if (to === "skipped") {
    await sql`UPDATE broadcasts SET skipped = skipped + ${count}::integer WHERE id = ${broadcastId}::uuid`.execute(
      tx,
    );
  }
  return count;
}

/** Owes the deletion of the next so many messages. What Telegram would refuse as too old stays where it is. */
export async function oweRemovals(
  tx: Tx,
  broadcastId: string,
  batch: { limit: number; at: Date },
): Promise<number> {
  const message: OutboxMessage = { kind: "broadcast", broadcastId, removes: null };
  const { limit, at } = batch;
  const oldest = new Date(at.getTime() - REMOVABLE_SECONDS * 1000);
  const result = await sql<{ owed: bigint }>`
    WITH taken AS (
      SELECT r.buyer_id, r.message_id, b.telegram_id,
        (b.telegram_id IS NOT NULL AND r.message_id IS NOT NULL AND r.sent_at > ${oldest}::timestamptz) AS is_removable
      FROM broadcast_recipients r JOIN buyers b ON b.id = r.buyer_id
      WHERE r.broadcast_id = ${broadcastId}::uuid AND r.state = 'sent'
      ORDER BY r.buyer_id LIMIT ${limit}::integer FOR UPDATE OF r
    ), owed AS (
      INSERT INTO outbox (dedupe_key, chat_id, buyer_id, kind, payload, created_at, next_attempt_at)
      SELECT 'broadcast:' || ${broadcastId}::text || ':' || buyer_id || ':remove', telegram_id, buyer_id, ${message.kind},
             ${JSON.stringify(message)}::jsonb || jsonb_build_object('removes', message_id),
             ${at}::timestamptz, ${at}::timestamptz
      FROM taken WHERE is_removable
      RETURNING id, buyer_id
    ), changed AS (
      UPDATE broadcast_recipients r
      SET state = CASE WHEN owed.id IS NULL THEN 'kept' ELSE 'removing' END, outbox_id = owed.id
      FROM taken LEFT JOIN owed USING (buyer_id)
      WHERE r.broadcast_id = ${broadcastId}::uuid AND r.buyer_id = taken.buyer_id
      RETURNING owed.id
    ), kept AS (
      UPDATE broadcasts SET kept = kept + (SELECT count(*) FROM changed WHERE id IS NULL)
      WHERE id = ${broadcastId}::uuid AND EXISTS (SELECT FROM changed WHERE id IS NULL)
    )
    SELECT count(id) AS owed FROM changed`.execute(tx);
  return Number(result.rows[0]?.owed ?? 0n);
}
