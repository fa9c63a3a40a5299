import { sql } from "kysely";
import type { Executor } from "../client.ts";

/** More open messages than this are not looked at: a second of the database's time, once in five at most. */
const MAX_COUNTED = 200_000;

export interface Backlog {
  readonly open: number;
  /** When the oldest was stored. */
  readonly oldestAt: Date;
}

/** Messages that wait to be sent, by kind; of very many only the first 200,000 of the index are looked at. */
export async function outboxBacklogByKind(db: Executor): Promise<ReadonlyMap<string, Backlog>> {
  const result = await sql<{ kind: string; open: bigint; oldest_at: Date }>`
    SELECT kind, count(*) AS open, min(created_at) AS oldest_at
    FROM (SELECT kind, created_at FROM outbox WHERE sent_at IS NULL AND dropped_at IS NULL LIMIT ${MAX_COUNTED}) AS owed
    GROUP BY kind`.execute(db);
  return new Map(result.rows.map((row) => [row.kind, { open: Number(row.open), oldestAt: row.oldest_at }]));
}

export interface OpenOrders {
  /** Null: no provider was chosen yet. */
  readonly provider: string | null;
  readonly state: string;
  readonly count: number;
}

/** Open orders by provider and state. It reads the open orders only, by their index. */
export async function countOpenOrders(db: Executor): Promise<readonly OpenOrders[]> {
  const rows = await db
    .selectFrom("orders")
    .select((eb) => ["provider", "state", eb.fn.countAll<bigint>().as("count")])
    .where("closed_at", "is", null)
    .groupBy(["provider", "state"])
    .execute();
  return rows.map((row) => ({ ...row, count: Number(row.count) }));
}
