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

/** A stray that was settled so long ago is over: its id in a list means another rental. */
const OVER_MS = 24 * 60 * 60 * 1000;

/** Stores a number that has to be given back. One that is stored already stays as it is, unless it is long over. */
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
    .onConflict((conflict) =>
      conflict
        .columns(["provider", "upstream_id"])
        .doUpdateSet((eb) => ({
          service_code: eb.ref("excluded.service_code"),
          country_code: eb.ref("excluded.country_code"),
          cost_micros: eb.ref("excluded.cost_micros"),
          seen_at: eb.ref("excluded.seen_at"),
          settled_at: null,
          outcome: null,
        }))
        .where("orphans.settled_at", "<", new Date(orphan.seenAt.getTime() - OVER_MS)),
    )
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

/** Which of these upstream ids are strays that have to be given back, or were settled less than a day before `at`. */
export async function selectOrphanIds(
  db: Executor,
  provider: string,
  upstreamIds: readonly string[],
  at: Date,
): Promise<Set<string>> {
  if (upstreamIds.length === 0) return new Set();
  const rows = await db
    .selectFrom("orphans")
    .select("upstream_id")
    .where("provider", "=", provider)
    .where("upstream_id", "in", upstreamIds)
    .where((eb) =>
      eb.or([eb("settled_at", "is", null), eb("settled_at", ">=", new Date(at.getTime() - OVER_MS))]),
    )
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
  return await doubts(db).where("order_attempts.provider", "=", provider).limit(limit).execute();
}

/** As {@link selectDoubts}, about providers that are not among `providers`, for calls that began before `begunBefore`. */
export async function selectDoubtsElsewhere(
  db: Executor,
  providers: readonly string[],
  begunBefore: Date,
  limit: number,
): Promise<(DoubtRow & { readonly provider: string })[]> {
  const query = doubts(db)
    .select("order_attempts.provider")
    .where("order_attempts.started_at", "<=", begunBefore)
    .limit(limit);
  return await (providers.length === 0
    ? query
    : query.where("order_attempts.provider", "not in", providers)
  ).execute();
}

function doubts(db: Executor) {
  return db
    .selectFrom("orders")
    .innerJoin("order_attempts", "order_attempts.order_id", "orders.id")
    .select([
      "orders.id as orderId",
      "orders.checks as misses",
      "order_attempts.id as attemptId",
      "order_attempts.service_code as serviceCode",
      "order_attempts.country_code as countryCode",
      "order_attempts.cost_micros as costMicros",
      "order_attempts.started_at as startedAt",
    ])
    .where("orders.state", "=", "in_doubt")
    .where("order_attempts.outcome", "=", "in_doubt")
    .orderBy("order_attempts.started_at");
}
