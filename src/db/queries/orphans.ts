import type { Executor } from "../client.ts";

/** A number upstream without an order: an order in doubt adopts it, or it is given back. */
export interface Orphan {
  readonly provider: string;
  readonly upstreamId: string;
  readonly serviceCode: string | null;
  readonly countryCode: string | null;
  readonly costMicros: bigint | null;
  readonly seenAt: Date;
}

export async function insertOrphan(db: Executor, orphan: Orphan): Promise<void> {
  await db
    .insertInto("orphans")
    .values({
      provider: orphan.provider,
      upstream_id: orphan.upstreamId,
      service_code: orphan.serviceCode,
      country_code: orphan.countryCode,
      cost_micros: orphan.costMicros,
      seen_at: orphan.seenAt,
    })
    .onConflict((conflict) => conflict.columns(["provider", "upstream_id"]).doNothing())
    .execute();
}

/** The numbers that still have to be given back. */
export async function selectOpenOrphans(db: Executor, provider: string, limit: number): Promise<Orphan[]> {
  const rows = await db
    .selectFrom("orphans")
    .selectAll()
    .where("provider", "=", provider)
    .where("settled_at", "is", null)
    .orderBy("seen_at")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    provider: row.provider,
    upstreamId: row.upstream_id,
    serviceCode: row.service_code,
    countryCode: row.country_code,
    costMicros: row.cost_micros,
    seenAt: row.seen_at,
  }));
}

/** False: it was settled before; the first outcome stays. */
export async function settleOrphan(
  db: Executor,
  orphan: Pick<Orphan, "provider" | "upstreamId">,
  end: { outcome: "cancelled" | "lost"; at: Date },
): Promise<boolean> {
  const result = await db
    .updateTable("orphans")
    .set({ outcome: end.outcome, settled_at: end.at })
    .where("provider", "=", orphan.provider)
    .where("upstream_id", "=", orphan.upstreamId)
    .where("settled_at", "is", null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Upstream ids that are settled or waiting to be given back. */
export async function selectOrphanIds(
  db: Executor,
  provider: string,
  upstreamIds: readonly string[],
): Promise<Set<string>> {
  if (upstreamIds.length === 0) return new Set();
  const rows = await db
    .selectFrom("orphans")
    .select("upstream_id")
    .where("provider", "=", provider)
    .where("upstream_id", "in", upstreamIds)
    .execute();
  return new Set(rows.map((row) => row.upstream_id));
}

export interface DoubtRow {
  readonly orderId: string;
  readonly attemptId: string;
  readonly serviceCode: string;
  readonly countryCode: string;
  readonly costMicros: bigint;
  readonly startedAt: Date;
  /** How many times the provider's list had no number for it. */
  readonly misses: number;
}

/** Orders of this provider whose purchase has an unknown outcome, the oldest first. */
export async function selectDoubts(db: Executor, provider: string, limit: number): Promise<DoubtRow[]> {
  const rows = await db
    .selectFrom("orders")
    .innerJoin("order_attempts", "order_attempts.order_id", "orders.id")
    .select([
      "orders.id as order_id",
      "orders.checks",
      "order_attempts.id as attempt_id",
      "order_attempts.service_code",
      "order_attempts.country_code",
      "order_attempts.cost_micros",
      "order_attempts.started_at",
    ])
    .where("orders.state", "=", "in_doubt")
    .where("order_attempts.outcome", "=", "in_doubt")
    .where("order_attempts.provider", "=", provider)
    .orderBy("order_attempts.started_at")
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    orderId: row.order_id,
    attemptId: row.attempt_id,
    serviceCode: row.service_code,
    countryCode: row.country_code,
    costMicros: row.cost_micros,
    startedAt: row.started_at,
    misses: row.checks,
  }));
}
