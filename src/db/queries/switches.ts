import { sql } from "kysely";
import { z } from "zod";
import type { Scope } from "../../core/scope.ts";
import type { Executor } from "../client.ts";
import { wasInserted } from "../was-inserted.ts";

/** What an operator has taken off sale. */
export interface SwitchRow extends Scope {
  readonly id: string;
  readonly reason: string;
  readonly offAt: Date;
  readonly offBy: string;
  /** On sale again from then on; null: until somebody switches it on. */
  readonly until: Date | null;
}

/** A row that still takes something off sale at this time. */
export function isSwitchInForce(at: Date) {
  return sql<boolean>`switches.on_at IS NULL AND (switches.until IS NULL OR switches.until > ${at})`;
}

const switchColumns = [
  "id",
  "service_id as serviceId",
  "country_id as countryId",
  "provider",
  "reason",
  "off_at as offAt",
  "off_by as offBy",
  "until",
] as const;

/** What is off sale now, newest first. */
export async function selectSwitches(db: Executor, at: Date): Promise<SwitchRow[]> {
  return await db
    .selectFrom("switches")
    .select(switchColumns)
    .where(isSwitchInForce(at))
    .orderBy("off_at", "desc")
    .limit(MAX_SWITCHES)
    .execute();
}

/** A bound; nobody keeps this many switches by hand. */
export const MAX_SWITCHES = 2_000;

/** Ends what has run out for this scope, so that it can be switched off again. */
export async function closeRunOutSwitch(tx: Executor, scope: Scope, at: Date): Promise<void> {
  await tx
    .updateTable("switches")
    .set({ on_at: at, on_by: "time" })
    .where("on_at", "is", null)
    .where("until", "<=", at)
    .where(isScope(scope))
    .execute();
}

function isScope(scope: Scope) {
  return sql<boolean>`(service_id, country_id, provider)
    IS NOT DISTINCT FROM (${scope.serviceId}::text, ${scope.countryId}::text, ${scope.provider}::text)`;
}

/** False, and nothing is stored: it is off already, or this switch was made before. */
export async function insertSwitch(tx: Executor, row: SwitchRow): Promise<boolean> {
  const result = await tx
    .insertInto("switches")
    .values({
      id: row.id,
      service_id: row.serviceId,
      country_id: row.countryId,
      provider: row.provider,
      reason: row.reason,
      off_at: row.offAt,
      off_by: row.offBy,
      until: row.until,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return wasInserted(result);
}

/** Puts it on sale again. Undefined: it was on already. */
export async function endSwitch(
  tx: Executor,
  id: string,
  by: { readonly actor: string; readonly at: Date },
): Promise<SwitchRow | undefined> {
  return await tx
    .updateTable("switches")
    .set({ on_at: by.at, on_by: by.actor })
    .where("id", "=", id)
    .where(isSwitchInForce(by.at))
    .returning(switchColumns)
    .executeTakeFirst();
}

export const pauseKinds = ["sales", "topups", "api"] as const;
export type PauseKind = (typeof pauseKinds)[number];

/** The operator's own words for buyers, by language. */
const wordsSchema = z.record(z.string(), z.string()).catch({});

export interface PauseRow {
  readonly id: string;
  readonly kind: PauseKind;
  readonly reason: string;
  readonly words: Readonly<Record<string, string>>;
  readonly offAt: Date;
  readonly offBy: string;
  readonly until: Date | null;
}

/** A row that still pauses something at this time. */
export function isPauseInForce(at: Date) {
  return sql<boolean>`pauses.on_at IS NULL AND (pauses.until IS NULL OR pauses.until > ${at})`;
}

const pauseColumns = ["id", "kind", "reason", "words", "off_at", "off_by", "until"] as const;

interface RawPause {
  readonly id: string;
  readonly kind: string;
  readonly reason: string;
  readonly words: unknown;
  readonly off_at: Date;
  readonly off_by: string;
  readonly until: Date | null;
}

function toPause(row: RawPause): PauseRow {
  return {
    id: row.id,
    kind: pauseKinds.find((kind) => kind === row.kind) ?? "sales",
    reason: row.reason,
    words: wordsSchema.parse(row.words),
    offAt: row.off_at,
    offBy: row.off_by,
    until: row.until,
  };
}

/** The pauses in force. */
export async function selectPauses(db: Executor, at: Date): Promise<PauseRow[]> {
  const rows = await db.selectFrom("pauses").select(pauseColumns).where(isPauseInForce(at)).execute();
  return rows.map(toPause);
}

/** True: a pause of this kind is in force. */
export async function isPaused(db: Executor, kind: PauseKind, at: Date): Promise<boolean> {
  const row = await db
    .selectFrom("pauses")
    .select("id")
    .where("kind", "=", kind)
    .where(isPauseInForce(at))
    .executeTakeFirst();
  return row !== undefined;
}

/** Ends the pause of this kind that has run out, so that a new one can begin. */
export async function closeRunOutPause(tx: Executor, kind: PauseKind, at: Date): Promise<void> {
  await tx
    .updateTable("pauses")
    .set({ on_at: at, on_by: "time" })
    .where("kind", "=", kind)
    .where("on_at", "is", null)
    .where("until", "<=", at)
    .execute();
}

/** False, and nothing is stored: it is paused already, or this pause was made before. */
export async function insertPause(tx: Executor, row: PauseRow): Promise<boolean> {
  const result = await tx
    .insertInto("pauses")
    .values({
      id: row.id,
      kind: row.kind,
      reason: row.reason,
      words: JSON.stringify(row.words),
      off_at: row.offAt,
      off_by: row.offBy,
      until: row.until,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return wasInserted(result);
}

/** Ends the pause of this kind that is in force. Undefined: there is none. */
export async function endPause(
  tx: Executor,
  kind: PauseKind,
  by: {
    readonly actor: string;
    readonly at: Date;
    /** Left out: whoever began it. */
    readonly onlyBy?: string;
  },
): Promise<PauseRow | undefined> {
  let update = tx
    .updateTable("pauses")
    .set({ on_at: by.at, on_by: by.actor })
    .where("kind", "=", kind)
    .where(isPauseInForce(by.at));
  if (by.onlyBy !== undefined) update = update.where("off_by", "=", by.onlyBy);
  const row = await update.returning(pauseColumns).executeTakeFirst();
  return row && toPause(row);
}

/** The newest pause by this actor: when it began, and who ended it. Undefined: there never was one. */
export async function selectLastPauseBy(
  db: Executor,
  kind: PauseKind,
  actor: string,
): Promise<{ readonly offAt: Date; readonly onBy: string | null } | undefined> {
  return await db
    .selectFrom("pauses")
    .select(["off_at as offAt", "on_by as onBy"])
    .where("kind", "=", kind)
    .where("off_by", "=", actor)
    .orderBy("off_at", "desc")
    .orderBy("id", "desc")
    .limit(1)
    .executeTakeFirst();
}
