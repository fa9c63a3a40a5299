import { type RawBuilder, sql } from "kysely";
import type { Audience, Segment } from "../../core/broadcasts.ts";
import type { Executor, Tx } from "../client.ts";

export interface AudienceAt extends Audience {
  /** Who came later is not meant, and what was bought before counts back from here. */
  readonly at: Date;
  /** The languages of the shop. Whoever has another one reads English. */
  readonly languages: readonly string[];
}

type Condition = RawBuilder<unknown>;

const DAY_SECONDS = 86_400;

/** Who may be written to: not banned, not deleted, has not blocked the bot, wants news. */
export const reachable = sql`b.telegram_id IS NOT NULL AND b.banned_at IS NULL AND b.blocked_bot_at IS NULL AND b.wants_news`;

/** How many people this is for. */
export async function countAudience(db: Executor, audience: AudienceAt): Promise<number> {
  const result = await sql<{ count: bigint }>`
    SELECT count(*) AS count FROM buyers b WHERE ${meant(audience)}`.execute(db);
  return Number(result.rows[0]?.count ?? 0n);
}

/**
 * Writes down the next recipients, in the order of the buyers' ids: of at most `limit` people looked at, those that are
 * meant. Call it in the transaction that holds the broadcast.
 */
export async function planRecipients(
  tx: Tx,
  broadcastId: string,
  batch: { audience: AudienceAt; after: string | null; limit: number },
): Promise<{ added: number; isPlanned: boolean }> {
  const { audience, after, limit } = batch;
  const result = await sql<{ looked_at: bigint; added: bigint; last: string | null }>`
    WITH looked_at AS (
      SELECT id FROM buyers WHERE ${after === null ? sql`TRUE` : sql`id > ${after}::uuid`} ORDER BY id LIMIT ${limit}::integer
    ), added AS (
      INSERT INTO broadcast_recipients (broadcast_id, buyer_id)
      SELECT ${broadcastId}::uuid, b.id FROM buyers b JOIN looked_at USING (id) WHERE ${meant(audience)}
      RETURNING buyer_id
    )
    SELECT (SELECT count(*) FROM looked_at) AS looked_at, (SELECT count(*) FROM added) AS added,
           (SELECT id FROM looked_at ORDER BY id DESC LIMIT 1) AS last`.execute(tx);
  const [row] = result.rows;
  const added = Number(row?.added ?? 0n);
  const isPlanned = Number(row?.looked_at ?? 0n) < limit;
  await sql`
    UPDATE broadcasts SET planned = planned + ${added}::integer, is_planned = ${isPlanned},
      planned_to = coalesce(${row?.last ?? null}::uuid, planned_to)
    WHERE id = ${broadcastId}::uuid`.execute(tx);
  return { added, isPlanned };
}

function meant(audience: AudienceAt): Condition {
  return sql`${reachable} AND b.created_at <= ${audience.at}::timestamptz
    AND ${inSegment(audience.segment, audience.at)} AND ${readsIn(audience)}`;
}

function readsIn({ language, languages }: AudienceAt): Condition {
  if (language === null) return sql`TRUE`;
  if (language !== "en") return sql`b.language = ${language}`;
  return sql`NOT b.language = ANY(${languages.filter((other) => other !== "en")}::text[])`;
}

function inSegment(segment: Segment, at: Date): Condition {
  switch (segment) {
    case "all":
      return sql`TRUE`;
    case "bought_7":
      return boughtWithin(7, at);
    case "bought_30":
      return boughtWithin(30, at);
    case "bought_90":
      return boughtWithin(90, at);
    case "stopped":
      return sql`${boughtWithin(180, at)} AND NOT ${boughtWithin(30, at)}`;
    case "never":
      return sql`NOT EXISTS (SELECT FROM orders o WHERE o.buyer_id = b.id AND o.received_at IS NOT NULL)`;
    case "balance":
      return sql`EXISTS (SELECT FROM accounts a WHERE a.buyer_id = b.id AND a.kind = 'available' AND a.balance_micros > 0)`;
    case "resellers":
      return sql`EXISTS (SELECT FROM api_keys k WHERE k.buyer_id = b.id AND k.revoked_at IS NULL)`;
  }
}

/** A code arrived and was paid. */
function boughtWithin(days: number, at: Date): Condition {
  const since = new Date(at.getTime() - days * DAY_SECONDS * 1000);
  return sql`EXISTS (SELECT FROM orders o WHERE o.buyer_id = b.id AND o.received_at > ${since}::timestamptz)`;
}
