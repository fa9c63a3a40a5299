import { sql } from "kysely";
import type { Scope } from "../../core/scope.ts";
import type { Executor } from "../client.ts";

export interface SoldPair {
  readonly serviceId: string;
  readonly countryId: string;
  readonly sold: number;
  /** The mean cost of a number. */
  readonly meanCostMicros: bigint;
}

/** The products of this part of the catalogue whose numbers were rented since `since`, the best-selling first. */
export async function selectSoldPairs(
  db: Executor,
  { since, scope, limit }: { readonly since: Date; readonly scope: Scope; readonly limit: number },
): Promise<SoldPair[]> {
  let query = db
    .selectFrom("orders")
    .select([
      "service_id as serviceId",
      "country_id as countryId",
      sql<bigint>`count(*)`.as("sold"),
      sql<bigint>`coalesce(avg(cost_micros), 0)::bigint`.as("meanCostMicros"),
    ])
    .where("rented_at", ">=", since);
  if (scope.serviceId !== null) query = query.where("service_id", "=", scope.serviceId);
  if (scope.countryId !== null) query = query.where("country_id", "=", scope.countryId);
  if (scope.provider !== null) query = query.where("provider", "=", scope.provider);
  const rows = await query
    .groupBy(["service_id", "country_id"])
    .orderBy(sql`count(*)`, "desc")
    .orderBy("service_id")
    .orderBy("country_id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ ...row, sold: Number(row.sold) }));
}
