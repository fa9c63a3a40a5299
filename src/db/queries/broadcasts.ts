import { sql } from "kysely";
import {
  type Audience,
  audienceSchema,
  type BroadcastContent,
  type BroadcastState,
  broadcastContentSchema,
  broadcastStates,
} from "../../core/broadcasts.ts";
import type { Executor, Tx } from "../client.ts";

/** How many people a broadcast is for, and what became of each message so far. */
export interface BroadcastCounts {
  readonly planned: number;
  readonly sent: number;
  /** The person has blocked the bot, or the account is gone. */
  readonly blocked: number;
  /** Telegram refused the message. */
  readonly failed: number;
  /** Not sent: banned, deleted, blocked before, wants no news, or it was stopped first. */
  readonly skipped: number;
  /** Taken back. */
  readonly removed: number;
  /** Could not be taken back any more. */
  readonly kept: number;
}

export interface BroadcastRow extends BroadcastCounts {
  readonly id: string;
  readonly state: BroadcastState;
  /** Counts the changes of a draft. */
  readonly version: number;
  readonly content: BroadcastContent;
  readonly audience: Audience;
  readonly madeBy: number;
  readonly madeAt: Date;
  readonly startedBy: number | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
  /** False: not all recipients are written down yet. */
  readonly isPlanned: boolean;
  readonly plannedTo: string | null;
  /** When people were last given their turn. */
  readonly fedAt: Date | null;
}

const select = (db: Executor) => db.selectFrom("broadcasts").selectAll();

export async function insertBroadcast(
  db: Executor,
  entry: { id: string; content: BroadcastContent; audience: Audience; madeBy: number; at: Date },
): Promise<void> {
  const { id, content, audience, madeBy, at } = entry;
  await db
    .insertInto("broadcasts")
    .values({
      id,
      state: "draft",
      content: JSON.stringify(content),
      audience: JSON.stringify(audience),
      made_by: BigInt(madeBy),
      made_at: at,
    })
    .execute();
}

export async function selectBroadcast(db: Executor, id: string): Promise<BroadcastRow | undefined> {
  const row = await select(db).where("id", "=", id).executeTakeFirst();
  return row && toBroadcast(row);
}

/** Newest first. */
export async function selectBroadcasts(
  db: Executor,
  range: { limit: number; offset: number },
): Promise<BroadcastRow[]> {
  const rows = await select(db)
    .orderBy("made_at", "desc")
    .orderBy("id", "desc")
    .limit(range.limit)
    .offset(range.offset)
    .execute();
  return rows.map(toBroadcast);
}

/** Those that are being sent or taken back, or wait for that. */
export async function selectBroadcastsUnderWay(db: Executor): Promise<BroadcastRow[]> {
  const rows = await select(db)
    .where("state", "in", ["running", "paused", "deleting"])
    .orderBy("started_at")
    .execute();
  return rows.map(toBroadcast);
}

/** When the newest was started, other than this one. */
export async function selectLastStart(db: Executor, otherThan: string): Promise<Date | null> {
  const row = await db
    .selectFrom("broadcasts")
    .select((eb) => eb.fn.max("started_at").as("at"))
    .where("id", "!=", otherThan)
    .executeTakeFirst();
  return row?.at ?? null;
}

/** Changes a draft, if nobody else did meanwhile; false: somebody did, or it is no draft any more. */
export async function updateDraft(
  db: Executor,
  draft: { id: string; version: number; content: BroadcastContent; audience: Audience },
): Promise<boolean> {
  const result = await db
    .updateTable("broadcasts")
    .set({
      content: JSON.stringify(draft.content),
      audience: JSON.stringify(draft.audience),
      version: draft.version + 1,
    })
    .where("id", "=", draft.id)
    .where("state", "=", "draft")
    .where("version", "=", draft.version)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** False: it is no draft any more. */
export async function deleteDraft(db: Executor, id: string): Promise<boolean> {
  const result = await db
    .deleteFrom("broadcasts")
    .where("id", "=", id)
    .where("state", "=", "draft")
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}

/** False: the draft was changed, or started, meanwhile. */
export async function startBroadcast(
  tx: Tx,
  start: { id: string; version: number; by: number; at: Date },
): Promise<boolean> {
  const result = await tx
    .updateTable("broadcasts")
    .set({ state: "running", started_by: BigInt(start.by), started_at: start.at })
    .where("id", "=", start.id)
    .where("state", "=", "draft")
    .where("version", "=", start.version)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Goes on to this state from one of those; the row as it was before, undefined: it was in none of them. */
export async function moveBroadcast(
  tx: Tx,
  id: string,
  move: { from: readonly BroadcastState[]; to: BroadcastState; endedAt: Date | null },
): Promise<BroadcastRow | undefined> {
  const row = await select(tx).where("id", "=", id).forUpdate().executeTakeFirst();
  const before = row && toBroadcast(row);
  if (!before || !move.from.includes(before.state)) return undefined;
  await tx
    .updateTable("broadcasts")
    .set({ state: move.to, ended_at: move.endedAt })
    .where("id", "=", id)
    .execute();
  return before;
}

export async function setFedAt(tx: Tx, id: string, at: Date): Promise<void> {
  await tx.updateTable("broadcasts").set({ fed_at: at }).where("id", "=", id).execute();
}

/**
 * Deletes who was told what, of broadcasts that ended before `before`. The counts stay; nothing can be taken back by then.
 * Returns how many rows.
 */
export async function purgeRecipients(db: Executor, before: Date): Promise<number> {
  const result = await sql`
    DELETE FROM broadcast_recipients WHERE (broadcast_id, buyer_id) IN (
      SELECT r.broadcast_id, r.buyer_id FROM broadcast_recipients r JOIN broadcasts b ON b.id = r.broadcast_id
      WHERE b.ended_at < ${before} LIMIT 20000)`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}

type Raw = Awaited<ReturnType<ReturnType<typeof select>["executeTakeFirstOrThrow"]>>;

function toBroadcast(row: Raw): BroadcastRow {
  const { id, version, planned, sent, blocked, failed, skipped, removed, kept } = row;
  const state = broadcastStates.find((known) => known === row.state);
  if (!state) throw new Error("a broadcast is in no known state");
  return {
    id,
    state,
    version,
    content: broadcastContentSchema.parse(row.content),
    audience: audienceSchema.parse(row.audience),
    madeBy: Number(row.made_by),
    madeAt: row.made_at,
    startedBy: row.started_by === null ? null : Number(row.started_by),
    startedAt: row.started_at,
    endedAt: row.ended_at,
    isPlanned: row.is_planned,
    plannedTo: row.planned_to,
    fedAt: row.fed_at,
    planned,
    sent,
    blocked,
    failed,
    skipped,
    removed,
    kept,
  };
}
