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

export async function insertQuote(db: Executor, quote: QuoteRow): Promise<void> {
  await db
    .insertInto("quotes")
    .values({
      id: quote.id,
      buyer_id: quote.buyerId,
      service_id: quote.serviceId,
      country_id: quote.countryId,
      price_micros: quote.priceMicros,
      cost_ceiling_micros: quote.costCeilingMicros,
      created_at: quote.createdAt,
      expires_at: quote.expiresAt,
    })
    .execute();
}

export async function selectQuote(db: Executor, quoteId: string): Promise<QuoteRow | undefined> {
  const row = await db.selectFrom("quotes").selectAll().where("id", "=", quoteId).executeTakeFirst();
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
    }
  );
}
