import { sql } from "kysely";
import type { Executor } from "../client.ts";
import type { ServiceInCountry } from "./favourites.ts";

export interface StockAlert extends ServiceInCountry {
  readonly buyerId: string;
  readonly chatId: number;
}

/** Stores the alert, or lets the stored one last longer. False: the buyer has `most` others that have not expired. */
export async function insertAlert(
  db: Executor,
  alert: StockAlert & { readonly at: Date; readonly expiresAt: Date },
  most: number,
): Promise<boolean> {
  const { buyerId, serviceId, countryId } = alert;
  const result = await sql`
    INSERT INTO stock_alerts (buyer_id, service_id, country_id, chat_id, created_at, expires_at)
    SELECT ${buyerId}::uuid, ${serviceId}, ${countryId}, ${alert.chatId}::bigint, ${alert.at}::timestamptz,
           ${alert.expiresAt}::timestamptz
    WHERE (SELECT count(*) FROM stock_alerts WHERE buyer_id = ${buyerId}::uuid AND expires_at > ${alert.at}
             AND (service_id, country_id) <> (${serviceId}, ${countryId})) < ${most}
    ON CONFLICT (buyer_id, service_id, country_id) DO UPDATE SET expires_at = excluded.expires_at`.execute(
    db,
  );
  return (result.numAffectedRows ?? 0n) > 0n;
}

/** The products that somebody waits for, by name, beginning after one of them or at the first. */
export async function selectAlertedProducts(
  db: Executor,
  {
    now,
    after,
    limit,
  }: { readonly now: Date; readonly after: ServiceInCountry | undefined; readonly limit: number },
): Promise<ServiceInCountry[]> {
  return await db
    .selectFrom("stock_alerts")
    .select(["service_id as serviceId", "country_id as countryId"])
    .where("expires_at", ">", now)
    .$if(after !== undefined, (query) =>
      query.where(({ eb, refTuple, tuple }) =>
        eb(refTuple("service_id", "country_id"), ">", tuple(after?.serviceId ?? "", after?.countryId ?? "")),
      ),
    )
    .groupBy(["service_id", "country_id"])
    .orderBy("service_id")
    .orderBy("country_id")
    .limit(limit)
    .execute();
}

/** Deletes the oldest alerts for a product, and returns those of them that have not expired. */
export async function takeAlerts(
  tx: Executor,
  { serviceId, countryId }: ServiceInCountry,
  now: Date,
  limit: number,
): Promise<{ buyerId: string; chatId: number }[]> {
  const result = await sql<{ buyer_id: string; chat_id: bigint }>`
    DELETE FROM stock_alerts WHERE (buyer_id, service_id, country_id) IN (
      SELECT buyer_id, service_id, country_id FROM stock_alerts
      WHERE service_id = ${serviceId} AND country_id = ${countryId} AND expires_at > ${now}
      ORDER BY created_at LIMIT ${limit} FOR UPDATE SKIP LOCKED)
    RETURNING buyer_id, chat_id`.execute(tx);
  return result.rows.map((row) => ({ buyerId: row.buyer_id, chatId: Number(row.chat_id) }));
}

/** Deletes alerts that expired before `before`; returns how many. */
export async function purgeAlerts(db: Executor, before: Date): Promise<number> {
  const result = await db.deleteFrom("stock_alerts").where("expires_at", "<", before).executeTakeFirst();
  return Number(result.numDeletedRows);
}
