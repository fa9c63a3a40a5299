import { sql } from "kysely";
import type { Executor } from "../client.ts";

/** How many numbers of one provider received an SMS. */
export interface DeliveryRow {
  readonly provider: string;
  readonly serviceId: string;
  readonly countryId: string;
  /** Rented numbers whose outcome is known. */
  readonly rented: number;
  /** Those of them that received an SMS. */
  readonly received: number;
}

export interface WaitRow {
  readonly serviceId: string;
  readonly countryId: string;
  /** From rental to first SMS. */
  readonly medianSeconds: number;
}

/** Counts numbers rented since `since` that received an SMS or ended without one. Open ones are not counted. */
export async function selectDelivery(db: Executor, since: Date): Promise<DeliveryRow[]> {
  const rows = await db
    .selectFrom("orders")
    .select([
      sql<string>`provider`.as("provider"),
      "service_id",
      "country_id",
      sql<bigint>`count(*)`.as("rented"),
      sql<bigint>`count(received_at)`.as("received"),
    ])
    .where("rented_at", ">=", since)
    .where("provider", "is not", null)
    .where((eb) => eb.or([eb("received_at", "is not", null), eb("closed_at", "is not", null)]))
    .groupBy(["provider", "service_id", "country_id"])
    .execute();
  return rows.map((row) => ({
    provider: row.provider,
    serviceId: row.service_id,
    countryId: row.country_id,
    rented: Number(row.rented),
    received: Number(row.received),
  }));
}

/** Median wait for the first SMS of the numbers rented since `since`. */
export async function selectWaits(db: Executor, since: Date): Promise<WaitRow[]> {
  const rows = await db
    .selectFrom("orders")
    .select([
      "service_id",
      "country_id",
      sql<number>`percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM received_at - rented_at)::float8)`.as(
        "median",
      ),
    ])
    .where("rented_at", ">=", since)
    .where("received_at", "is not", null)
    .groupBy(["service_id", "country_id"])
    .execute();
  return rows.map((row) => ({
    serviceId: row.service_id,
    countryId: row.country_id,
    medianSeconds: Math.max(0, Math.round(Number(row.median))),
  }));
}

export interface ProviderWaitRow {
  readonly provider: string;
  readonly serviceId: string;
  /** From rental to first SMS. */
  readonly medianSeconds: number;
}

/** Median wait for the first SMS by provider and service, where `least` numbers or more rented since `since` got one. */
export async function selectProviderWaits(
  db: Executor,
  since: Date,
  least: number,
): Promise<ProviderWaitRow[]> {
  const rows = await db
    .selectFrom("orders")
    .select([
      sql<string>`provider`.as("provider"),
      "service_id",
      sql<number>`percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM received_at - rented_at)::float8)`.as(
        "median",
      ),
    ])
    .where("rented_at", ">=", since)
    .where("received_at", "is not", null)
    .where("provider", "is not", null)
    .groupBy(["provider", "service_id"])
    .having((eb) => eb.fn.countAll(), ">=", least)
    .execute();
  return rows.map((row) => ({
    provider: row.provider,
    serviceId: row.service_id,
    medianSeconds: Math.max(0, Number(row.median)),
  }));
}

/** Numbers rented since `since`, by service. */
export async function selectSales(db: Executor, since: Date): Promise<Map<string, number>> {
  const rows = await db
    .selectFrom("orders")
    .select(["service_id", sql<bigint>`count(*)`.as("sold")])
    .where("rented_at", ">=", since)
    .groupBy("service_id")
    .execute();
  return new Map(rows.map((row) => [row.service_id, Number(row.sold)]));
}
