import { sql } from "kysely";
import type { Executor } from "../client.ts";

/** How one provider's numbers did since a moment. */
export interface ProviderTrade {
  readonly provider: string;
  /** Numbers whose outcome is known. */
  readonly rented: number;
  /** Those of them that received an SMS. */
  readonly received: number;
  /** What the numbers that received one cost. */
  readonly costMicros: bigint;
  readonly firstAt: Date;
}

export async function selectProviderTrade(db: Executor, since: Date): Promise<ProviderTrade[]> {
  const result = await sql<{
    provider: string;
    rented: bigint;
    received: bigint;
    cost: bigint;
    first_at: Date;
  }>`
    SELECT provider, count(*) FILTER (WHERE received_at IS NOT NULL OR closed_at IS NOT NULL) AS rented,
      count(received_at) AS received,
      coalesce(sum(cost_micros) FILTER (WHERE received_at IS NOT NULL), 0)::bigint AS cost, min(rented_at) AS first_at
    FROM orders WHERE rented_at >= ${since} AND provider IS NOT NULL GROUP BY provider`.execute(db);
  return result.rows.map((row) => ({
    provider: row.provider,
    rented: Number(row.rented),
    received: Number(row.received),
    costMicros: row.cost,
    firstAt: row.first_at,
  }));
}

/** How a provider answered purchase calls. */
export interface PurchaseAnswers {
  readonly provider: string;
  readonly calls: number;
  readonly noStock: number;
  /** Null: nothing was answered. */
  readonly p95Ms: number | null;
}

export async function selectPurchaseAnswers(db: Executor, since: Date): Promise<PurchaseAnswers[]> {
  const result = await sql<{ provider: string; calls: bigint; no_stock: bigint; p95: number | null }>`
    SELECT provider, count(*) AS calls, count(*) FILTER (WHERE error_kind = 'no_stock') AS no_stock,
      percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM ended_at - started_at)::float8 * 1000) AS p95
    FROM order_attempts WHERE started_at >= ${since} AND ended_at IS NOT NULL GROUP BY provider`.execute(db);
  return result.rows.map((row) => ({
    provider: row.provider,
    calls: Number(row.calls),
    noStock: Number(row.no_stock),
    p95Ms: row.p95 === null ? null : Math.round(Number(row.p95)),
  }));
}

/** How often each kind of error ended a purchase call of this provider, the most frequent first. */
export async function selectErrorKinds(
  db: Executor,
  provider: string,
  since: Date,
): Promise<readonly { readonly kind: string; readonly count: number }[]> {
  const rows = await db
    .selectFrom("order_attempts")
    .select((eb) => [sql<string>`error_kind`.as("kind"), eb.fn.countAll<bigint>().as("count")])
    .where("provider", "=", provider)
    .where("started_at", ">=", since)
    .where("error_kind", "is not", null)
    .groupBy("error_kind")
    .orderBy("count", "desc")
    .limit(10)
    .execute();
  return rows.map(({ kind, count }) => ({ kind, count: Number(count) }));
}

/** When each provider's prices were last read. */
export async function selectPriceAges(db: Executor): Promise<ReadonlyMap<string, Date>> {
  const rows = await db
    .selectFrom("offer_scopes")
    .select((eb) => ["provider", eb.fn.max("observed_at").as("at")])
    .where("observed_at", "is not", null)
    .groupBy("provider")
    .execute();
  return new Map(rows.flatMap(({ provider, at }) => (at === null ? [] : [[provider, at]])));
}

/** Products whose prices were read since `since`, with the least cost at which a number can be had; null: none is left. */
export async function selectLeastCosts(
  db: Executor,
  pairs: readonly { readonly serviceId: string; readonly countryId: string }[],
  since: Date,
): Promise<readonly { serviceId: string; countryId: string; costMicros: bigint | null }[]> {
  if (pairs.length === 0) return [];
  const result = await sql<{ service_id: string; country_id: string; cost: bigint | null }>`
    SELECT pair.service_id, pair.country_id,
      (SELECT min(cost_micros) FROM offers
        WHERE offers.service_id = pair.service_id AND offers.country_id = pair.country_id
          AND observed_at > ${since} AND stock IS DISTINCT FROM 0 AND NOT mapping_refused) AS cost
    FROM unnest(${pairs.map(({ serviceId }) => serviceId)}::text[], ${pairs.map(({ countryId }) => countryId)}::text[])
      AS pair (service_id, country_id)
    WHERE EXISTS (SELECT FROM offer_scopes WHERE observed_at > ${since} AND failed_at IS NULL
      AND scope IN ('*', pair.service_id, pair.service_id || '/' || pair.country_id))`.execute(db);
  return result.rows.map((row) => ({
    serviceId: row.service_id,
    countryId: row.country_id,
    costMicros: row.cost,
  }));
}
