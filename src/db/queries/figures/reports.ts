import { sql } from "kysely";
import type { Executor, Tx } from "../../client.ts";

/** Notes that the report of this day is sent. False: it was before. */
export async function insertReport(
  tx: Tx,
  report: { readonly day: string; readonly at: Date; readonly recipients: number },
): Promise<boolean> {
  const result = await sql<{ day: string }>`
    INSERT INTO daily_reports (day, sent_at, recipients)
    VALUES (${report.day}::date, ${report.at}::timestamptz, ${report.recipients})
    ON CONFLICT DO NOTHING RETURNING day::text`.execute(tx);
  return result.rows.length > 0;
}

export async function hasReport(db: Executor, day: string): Promise<boolean> {
  const result = await sql`SELECT FROM daily_reports WHERE day = ${day}::date`.execute(db);
  return result.rows.length > 0;
}

/** Who does not want the daily report. */
export async function selectOptOuts(db: Executor): Promise<ReadonlySet<number>> {
  const rows = await db.selectFrom("report_opt_outs").select("telegram_id").execute();
  return new Set(rows.map((row) => Number(row.telegram_id)));
}

/** False: it was so already. */
export async function setOptOut(
  tx: Tx,
  { telegramId, isOut, at }: { readonly telegramId: number; readonly isOut: boolean; readonly at: Date },
): Promise<boolean> {
  const id = BigInt(telegramId);
  const result = isOut
    ? await tx
        .insertInto("report_opt_outs")
        .values({ telegram_id: id, at })
        .onConflict((conflict) => conflict.doNothing())
        .returning("telegram_id")
        .execute()
    : await tx.deleteFrom("report_opt_outs").where("telegram_id", "=", id).returning("telegram_id").execute();
  return result.length > 0;
}

export interface AdjustmentsBy {
  readonly actor: string;
  readonly count: number;
  readonly upMicros: bigint;
  readonly downMicros: bigint;
}

/** Corrections by hand in this time, by whoever made them. */
export async function selectAdjustments(db: Executor, from: Date, to: Date): Promise<AdjustmentsBy[]> {
  const result = await sql<{ actor: string; count: bigint; up: string; down: string }>`
    SELECT t.actor, count(*) AS count,
           coalesce(sum(t.amount_micros) FILTER (WHERE f.code = 'system:adjustments'), 0)::text AS up,
           coalesce(sum(t.amount_micros) FILTER (WHERE f.code <> 'system:adjustments'), 0)::text AS down
    FROM transfers t JOIN accounts f ON f.id = t.from_account_id
    WHERE t.kind = 'adjustment' AND t.created_at >= ${from}::timestamptz AND t.created_at < ${to}::timestamptz
    GROUP BY t.actor ORDER BY t.actor LIMIT 20`.execute(db);
  return result.rows.map(({ actor, count, up, down }) => ({
    actor,
    count: Number(count),
    upMicros: BigInt(up),
    downMicros: BigInt(down),
  }));
}

export interface Waiting {
  readonly receipts: number;
  readonly questions: number;
  readonly doubts: number;
  readonly findings: number;
}

/** What waits for somebody at the desk. */
export async function countWaiting(db: Executor): Promise<Waiting> {
  const result = await sql<Record<keyof Waiting, bigint>>`
    SELECT (SELECT count(*) FROM manual_claims WHERE decided_at IS NULL) AS receipts,
           (SELECT count(*) FROM disputes WHERE closed_at IS NULL) AS questions,
           (SELECT count(*) FROM orders WHERE state = 'in_doubt' AND closed_at IS NULL) AS doubts,
           (SELECT count(*) FROM findings WHERE closed_at IS NULL) AS findings`.execute(db);
  const { receipts = 0n, questions = 0n, doubts = 0n, findings = 0n } = result.rows[0] ?? {};
  return {
    receipts: Number(receipts),
    questions: Number(questions),
    doubts: Number(doubts),
    findings: Number(findings),
  };
}

/** The balance of each provider that told one. */
export async function selectProviderBalances(
  db: Executor,
): Promise<{ provider: string; balanceMicros: bigint }[]> {
  const rows = await db
    .selectFrom("provider_health")
    .select(["provider", "balance_micros"])
    .where("balance_micros", "is not", null)
    .orderBy("provider")
    .execute();
  return rows.map((row) => ({ provider: row.provider, balanceMicros: row.balance_micros ?? 0n }));
}
