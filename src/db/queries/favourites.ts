import { sql } from "kysely";
import type { Executor } from "../client.ts";

export interface ServiceInCountry {
  readonly serviceId: string;
  readonly countryId: string;
}

/** What a buyer has saved, and what they bought last: each newest first, in one round trip. */
export interface ShelfRow {
  readonly favourites: readonly ServiceInCountry[];
  /** Each service and country once, without orders that got no number. */
  readonly recent: readonly BoughtRow[];
}

export interface BoughtRow extends ServiceInCountry {
  /** The newest order of it. */
  readonly orderId: string;
  /** Its price, as a decimal string. */
  readonly paidMicros: string;
}

export async function selectShelf(db: Executor, buyerId: string, limit: number): Promise<ShelfRow> {
  const result = await sql<{ favourites: ServiceInCountry[]; recent: BoughtRow[] }>`
    SELECT
      (SELECT coalesce(json_agg(json_build_object('serviceId', service_id, 'countryId', country_id)), '[]') FROM (
         SELECT service_id, country_id FROM favourites WHERE buyer_id = ${buyerId}::uuid
         ORDER BY created_at DESC, service_id LIMIT ${limit}) AS saved) AS favourites,
      (SELECT coalesce(json_agg(json_build_object('serviceId', service_id, 'countryId', country_id, 'orderId', id,
           'paidMicros', price_micros::text)), '[]') FROM (
         SELECT * FROM (
           SELECT DISTINCT ON (service_id, country_id) service_id, country_id, id, price_micros, placed_at FROM orders
           WHERE buyer_id = ${buyerId}::uuid AND rented_at IS NOT NULL
           ORDER BY service_id, country_id, placed_at DESC) AS each_newest
         ORDER BY placed_at DESC LIMIT ${limit}) AS bought) AS recent`.execute(db);
  return result.rows[0] ?? { favourites: [], recent: [] };
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
