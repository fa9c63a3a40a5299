import { sql } from "kysely";
import type { Executor } from "../client.ts";
import { discountedOrders } from "./promotion-redemptions.ts";

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
  /** Of the promo code whose discount is in the price; null: none. */
  readonly redemptionId: string | null;
}

/** What was stored: the price may be lower than the one that was given. */
export interface StoredQuote {
  readonly isFavourite: boolean;
  readonly priceMicros: bigint;
  readonly costCeilingMicros: bigint;
  /** The price without the buyer's discount; null: they have none for this. */
  readonly fullPriceMicros: bigint | null;
}

/**
 * Stores the quote, less the discount of a promo code that the buyer has redeemed, and tells in the same round trip whether
 * they have saved this service and country. Of several discounts the largest counts. The price is rounded up to a tenth
 * of a cent, and never goes below `costMicros`, the least that the number costs, nor the ceiling above the price, but by
 * what the discount's maker has allowed to be lost.
 */
export async function insertQuote(
  db: Executor,
  quote: Omit<QuoteRow, "redemptionId"> & { readonly costMicros: bigint },
): Promise<StoredQuote> {
  const { buyerId, serviceId, countryId, priceMicros, costMicros, costCeilingMicros, createdAt } = quote;
  const result = await sql<{
    is_favourite: boolean;
    price_micros: bigint;
    cost_ceiling_micros: bigint;
    full_price_micros: bigint | null;
  }>`
    WITH discount AS (
      SELECT r.id, p.max_loss_micros, least(${priceMicros}::bigint, greatest(
        (${priceMicros}::bigint * (100 - p.percent) + 99999) / 100000 * 1000, ${costMicros}::bigint - p.max_loss_micros, 1)) AS price
      FROM promotion_redemptions r JOIN promotions p ON p.id = r.promotion_id
      WHERE r.buyer_id = ${buyerId}::uuid AND p.kind = 'discount' AND p.stopped_at IS NULL
        AND (p.expires_at IS NULL OR p.expires_at > ${createdAt}::timestamptz)
        AND (p.service_id IS NULL OR p.service_id = ${serviceId})
        AND (p.country_id IS NULL OR p.country_id = ${countryId})
        AND p.purchases > (${discountedOrders(sql`r.id`)})
      ORDER BY price, r.redeemed_at, r.id LIMIT 1),
    applied AS (SELECT * FROM discount WHERE price < ${priceMicros}::bigint)
    INSERT INTO quotes (id, buyer_id, service_id, country_id, price_micros, cost_ceiling_micros, created_at, expires_at,
                        redemption_id, full_price_micros)
    SELECT ${quote.id}::uuid, ${buyerId}::uuid, ${serviceId}, ${countryId},
           coalesce((SELECT price FROM applied), ${priceMicros}::bigint),
           least(${costCeilingMicros}::bigint, (SELECT price + max_loss_micros FROM applied)),
           ${createdAt}::timestamptz, ${quote.expiresAt}::timestamptz,
           (SELECT id FROM applied), (SELECT ${priceMicros}::bigint FROM applied)
    RETURNING price_micros, cost_ceiling_micros, full_price_micros,
      EXISTS (SELECT FROM favourites WHERE favourites.buyer_id = quotes.buyer_id
        AND favourites.service_id = quotes.service_id AND favourites.country_id = quotes.country_id) AS is_favourite`.execute(
    db,
  );
  const [row] = result.rows;
  if (!row) throw new Error("a quote was not stored");
  return {
    isFavourite: row.is_favourite,
    priceMicros: row.price_micros,
    costCeilingMicros: row.cost_ceiling_micros,
    fullPriceMicros: row.full_price_micros,
  };
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
      redemptionId: row.redemption_id,
      orderId: row.order_id,
    }
  );
}
