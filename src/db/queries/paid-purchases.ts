import { sql } from "kysely";
import type { Executor, Tx } from "../client.ts";

/** A purchase whose money has come in; see migration 0024. */
export interface PaidPurchase {
  readonly topupId: string;
  readonly buyerId: string;
  readonly serviceId: string;
  readonly countryId: string;
  /** The agreed price: it is bought up to this. */
  readonly priceMicros: bigint;
  readonly chatId: number;
  readonly boughtUntil: Date;
  /** When the money came in; null: before this was kept. */
  readonly creditedAt: Date | null;
  /** The quote that the buyer agreed to; null: agreed before this was kept. */
  readonly agreedQuoteId: string | null;
  /** The quote it is bought by, once one was made. */
  readonly quoteId: string | null;
}

/** Stored in the transaction of the credit. A top-up that is paid twice has one row all the same. */
export async function insertPaidPurchase(
  tx: Tx,
  purchase: Omit<PaidPurchase, "quoteId" | "creditedAt"> & { readonly at: Date },
): Promise<void> {
  await tx
    .insertInto("paid_purchases")
    .values({
      topup_id: purchase.topupId,
      buyer_id: purchase.buyerId,
      service_id: purchase.serviceId,
      country_id: purchase.countryId,
      price_micros: purchase.priceMicros,
      chat_id: BigInt(purchase.chatId),
      agreed_quote_id: purchase.agreedQuoteId,
      bought_until: purchase.boughtUntil,
      credited_at: purchase.at,
      state: "waiting",
      next_try_at: purchase.at,
    })
    .onConflict((conflict) => conflict.column("topup_id").doNothing())
    .execute();
}

/** Takes the purchases that are due, each for this replica alone until `takenUntil`. */
export async function takePaidPurchases(
  db: Executor,
  take: { readonly now: Date; readonly takenUntil: Date; readonly limit: number },
): Promise<PaidPurchase[]> {
  const result = await sql<{
    topup_id: string;
    buyer_id: string;
    service_id: string;
    country_id: string;
    price_micros: bigint;
    chat_id: bigint;
    bought_until: Date;
    credited_at: Date | null;
    agreed_quote_id: string | null;
    quote_id: string | null;
  }>`
    UPDATE paid_purchases SET next_try_at = ${take.takenUntil}::timestamptz
    WHERE topup_id = ANY(ARRAY(
      SELECT topup_id FROM paid_purchases WHERE state = 'waiting' AND next_try_at <= ${take.now}::timestamptz
      ORDER BY next_try_at LIMIT ${take.limit} FOR UPDATE SKIP LOCKED))
    RETURNING topup_id, buyer_id, service_id, country_id, price_micros, chat_id, bought_until,
              credited_at, agreed_quote_id, quote_id`.execute(db);
  return result.rows.map((row) => ({
    topupId: row.topup_id,
    buyerId: row.buyer_id,
    serviceId: row.service_id,
    countryId: row.country_id,
    priceMicros: BigInt(row.price_micros),
    chatId: Number(row.chat_id),
    boughtUntil: row.bought_until,
    creditedAt: row.credited_at,
    agreedQuoteId: row.agreed_quote_id,
    quoteId: row.quote_id,
  }));
}

/** Decides by which quote it is bought. The first one stands: returns that. */
export async function settleQuote(db: Executor, topupId: string, quoteId: string): Promise<string> {
  const row = await db
    .updateTable("paid_purchases")
    .set({ quote_id: sql`coalesce(quote_id, ${quoteId}::uuid)` })
    .where("topup_id", "=", topupId)
    .returning("quote_id")
    .executeTakeFirst();
  return row?.quote_id ?? quoteId;
}

/** It is taken up again then, unless it was closed meanwhile. */
export async function putOffPaidPurchase(db: Executor, topupId: string, nextTryAt: Date): Promise<void> {
  await db
    .updateTable("paid_purchases")
    .set({ next_try_at: nextTryAt })
    .where("topup_id", "=", topupId)
    .where("state", "=", "waiting")
    .execute();
}

/** False: another replica has closed it. */
export async function closePaidPurchase(
  db: Executor,
  topupId: string,
  state: "bought" | "asked",
  at: Date,
): Promise<boolean> {
  const result = await db
    .updateTable("paid_purchases")
    .set({ state, closed_at: at })
    .where("topup_id", "=", topupId)
    .where("state", "=", "waiting")
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/**
 * The order that an agreement has made: by the agreed quote itself, or, when it was paid for, by the quote of the paid
 * purchase. Undefined: none yet. Only under the lock of the buyer's row is that the last word.
 */
export async function selectOrderOfAgreement(
  db: Executor,
  agreedQuoteId: string,
): Promise<string | undefined> {
  const result = await sql<{ id: string }>`
    SELECT id FROM orders WHERE quote_id = ${agreedQuoteId}::uuid
    UNION ALL
    SELECT orders.id FROM paid_purchases JOIN orders USING (quote_id)
    WHERE agreed_quote_id = ${agreedQuoteId}::uuid
    LIMIT 1`.execute(db);
  return result.rows[0]?.id;
}
