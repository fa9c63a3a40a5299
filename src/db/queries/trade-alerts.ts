import { z } from "zod";
import { newId } from "../../core/ids.ts";
import type { Executor } from "../client.ts";
import { wasInserted } from "../was-inserted.ts";

export interface TradeAlert {
  readonly id: string;
  readonly kind: string;
  readonly subject: string;
  /** What was last told; null: nothing that can halve. */
  readonly toldLevel: bigint | null;
  readonly params: Readonly<Record<string, string>>;
  readonly openedAt: Date;
  readonly toldAt: Date | null;
}

const paramsSchema = z.record(z.string(), z.string()).catch({});

/** The troubles that the last look saw, newest first. */
export async function selectOpenAlerts(db: Executor): Promise<TradeAlert[]> {
  const rows = await db
    .selectFrom("trade_alerts")
    .selectAll()
    .where("closed_at", "is", null)
    .orderBy("opened_at", "desc")
    .limit(200)
    .execute();
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    toldLevel: row.told_level,
    params: paramsSchema.parse(row.params),
    openedAt: row.opened_at,
    toldAt: row.told_at,
  }));
}

/** When a trouble of this kind and subject was last told, also one that is over; undefined: never. */
export async function selectLastTold(db: Executor, kind: string, subject: string): Promise<Date | undefined> {
  const row = await db
    .selectFrom("trade_alerts")
    .select("told_at")
    .where("kind", "=", kind)
    .where("subject", "=", subject)
    .where("told_at", "is not", null)
    .orderBy("told_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.told_at ?? undefined;
}

/** Opens an alert. Undefined: another process did. */
export async function insertAlert(
  tx: Executor,
  alert: Pick<TradeAlert, "kind" | "subject" | "params">,
  at: Date,
): Promise<string | undefined> {
  const id = newId();
  const result = await tx
    .insertInto("trade_alerts")
    .values({
      id,
      kind: alert.kind,
      subject: alert.subject,
      params: JSON.stringify(alert.params),
      opened_at: at,
      seen_at: at,
    })
    .onConflict((conflict) =>
      conflict.columns(["kind", "subject"]).where("closed_at", "is", null).doNothing(),
    )
    .executeTakeFirst();
  return wasInserted(result) ? id : undefined;
}

export async function markAlertSeen(
  tx: Executor,
  id: string,
  params: Readonly<Record<string, string>>,
  at: Date,
): Promise<void> {
  await tx
    .updateTable("trade_alerts")
    .set({ seen_at: at, params: JSON.stringify(params) })
    .where("id", "=", id)
    .execute();
}

export async function markAlertTold(tx: Executor, id: string, level: bigint | null, at: Date): Promise<void> {
  await tx.updateTable("trade_alerts").set({ told_at: at, told_level: level }).where("id", "=", id).execute();
}

/** Closes the alerts that this look did not see. */
export async function closeAlerts(tx: Executor, notSeenSince: Date): Promise<void> {
  await tx
    .updateTable("trade_alerts")
    .set({ closed_at: notSeenSince })
    .where("closed_at", "is", null)
    .where("seen_at", "<", notSeenSince)
    .execute();
}
