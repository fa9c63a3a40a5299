import { sql } from "kysely";
import type { Executor } from "../client.ts";

/** A row of `quotes`: a price that was shown to one buyer. */
export interface QuoteRow {
  readonly id: string;
  readonly buyerId: string;
  readonly serviceId: string;
  readonly countryId: string;
  readonly priceMicros: bigint;
  readonly costCeilingMicros: bigint;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** Stores the quote, and tells in the same round trip whether its buyer has saved this service and country. */
export async function insertQuote(db: Executor, quote: QuoteRow): Promise<{ readonly isFavourite: boolean }> {
  const { buyerId, serviceId, countryId } = quote;
  const result = await sql<{ is_favourite: boolean }>`
    INSERT INTO quotes (id, buyer_id, service_id, country_id, price_micros, cost_ceiling_micros, created_at, expires_at)
    VALUES (${quote.id}::uuid, ${buyerId}::uuid, ${serviceId}, ${countryId}, ${quote.priceMicros}::bigint,
            ${quote.costCeilingMicros}::bigint, ${quote.createdAt}::timestamptz, ${quote.expiresAt}::timestamptz)
    RETURNING EXISTS (SELECT FROM favourites WHERE favourites.buyer_id = quotes.buyer_id
      AND favourites.service_id = quotes.service_id AND favourites.country_id = quotes.country_id) AS is_favourite`.execute(
    db,
  );
  return { isFavourite: result.rows[0]?.is_favourite ?? false };
}

/** The quote, and the order that was made of it, if there is one. */
export async function selectQuote(
  db: Executor,
  quoteId: string,
): Promise<(QuoteRow & { readonly orderId: string | null }) | undefined> {
  const row = await db
    .selectFrom("quotes")
    .leftJoin("orders", "orders.quote_id", "quotes.id")
    .selectAll("quotes")
    .select("orders.id as order_id")
    .where("quotes.id", "=", quoteId)
    .executeTakeFirst();
  return (
    row && {
      id: row.id,
      buyerId: row.buyer_id,
      serviceId: row.service_id,
      countryId: row.country_id,
      priceMicros: row.price_micros,
      costCeilingMicros: row.cost_ceiling_micros,
      createdAt: row.created_at,
      expiresAt: row.expires_at,
      orderId: row.order_id,
    }
  );
}
