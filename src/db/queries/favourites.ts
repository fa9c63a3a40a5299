import { sql } from "kysely";
import type { Executor } from "../client.ts";

export interface ServiceInCountry {
  readonly serviceId: string;
  readonly countryId: string;
}

/** A buyer's favourites, newest first. */
export async function selectFavourites(
  db: Executor,
  buyerId: string,
  limit: number,
): Promise<ServiceInCountry[]> {
  const rows = await db
    .selectFrom("favourites")
    .select(["service_id", "country_id"])
    .where("buyer_id", "=", buyerId)
    .orderBy("created_at", "desc")
    .orderBy("service_id")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ serviceId: row.service_id, countryId: row.country_id }));
}

/** Adds a favourite and keeps only the newest `keep` of the buyer's favourites. */
export async function insertFavourite(
  db: Executor,
  favourite: ServiceInCountry & { buyerId: string; at: Date },
  keep: number,
): Promise<void> {
  const { buyerId } = favourite;
  await db
    .insertInto("favourites")
    .values({
      buyer_id: buyerId,
      service_id: favourite.serviceId,
      country_id: favourite.countryId,
      created_at: favourite.at,
    })
    .onConflict((conflict) => conflict.columns(["buyer_id", "service_id", "country_id"]).doNothing())
    .execute();
  await sql`
    DELETE FROM favourites WHERE buyer_id = ${buyerId} AND (service_id, country_id) IN (
      SELECT service_id, country_id FROM favourites WHERE buyer_id = ${buyerId}
      ORDER BY created_at DESC OFFSET ${keep})`.execute(db);
}

export async function deleteFavourite(
  db: Executor,
  favourite: ServiceInCountry & { buyerId: string },
): Promise<void> {
  await db
    .deleteFrom("favourites")
    .where("buyer_id", "=", favourite.buyerId)
    .where("service_id", "=", favourite.serviceId)
    .where("country_id", "=", favourite.countryId)
    .execute();
}

/** What the buyer bought last: each service and country once, newest first, without orders that got no number. */
export async function selectRecentPurchases(
  db: Executor,
  buyerId: string,
  limit: number,
): Promise<ServiceInCountry[]> {
  const rows = await db
    .selectFrom("orders")
    .select(["service_id", "country_id"])
    .where("buyer_id", "=", buyerId)
    .where("rented_at", "is not", null)
    .groupBy(["service_id", "country_id"])
    .orderBy((eb) => eb.fn.max("placed_at"), "desc")
    .limit(limit)
    .execute();
  return rows.map((row) => ({ serviceId: row.service_id, countryId: row.country_id }));
}
