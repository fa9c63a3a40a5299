import type { Selectable } from "kysely";
import type { Executor } from "../client.ts";
import type { Topups as TopupsTable } from "../schema.ts";

export interface TopupRow {
  readonly id: string;
  readonly buyerId: string;
  readonly gateway: string;
  readonly state: string;
  readonly amountMicros: bigint;
  readonly stars: number | null;
  readonly externalId: string | null;
  readonly resumeServiceId: string | null;
  readonly resumeCountryId: string | null;
  /** The price that was agreed for the purchase that waits; null: none waits. */
  readonly resumePriceMicros: bigint | null;
  /** The quote that was agreed to. */
  readonly resumeQuoteId: string | null;
  readonly chatId: number;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

function toTopup(row: Selectable<TopupsTable>): TopupRow {
  return {
    id: row.id,
    buyerId: row.buyer_id,
    gateway: row.gateway,
    state: row.state,
    amountMicros: row.amount_micros,
    stars: row.stars,
    externalId: row.external_id,
    resumeServiceId: row.resume_service_id,
    resumeCountryId: row.resume_country_id,
    resumePriceMicros: row.resume_price_micros,
    resumeQuoteId: row.resume_quote_id,
    chatId: Number(row.chat_id),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  };
}

export async function insertTopup(
  db: Executor,
  topup: Omit<TopupRow, "state" | "externalId">,
): Promise<void> {
  await db
    .insertInto("topups")
    .values({
      id: topup.id,
      buyer_id: topup.buyerId,
      gateway: topup.gateway,
      state: "pending",
      amount_micros: topup.amountMicros,
      stars: topup.stars,
      resume_service_id: topup.resumeServiceId,
      resume_country_id: topup.resumeCountryId,
      resume_price_micros: topup.resumePriceMicros,
      resume_quote_id: topup.resumeQuoteId,
      chat_id: BigInt(topup.chatId),
      created_at: topup.createdAt,
      expires_at: topup.expiresAt,
    })
    .execute();
}

export async function selectTopup(db: Executor, topupId: string): Promise<TopupRow | undefined> {
  const row = await db.selectFrom("topups").selectAll().where("id", "=", topupId).executeTakeFirst();
  return row && toTopup(row);
}

export async function selectTopupByExternalId(
  db: Executor,
  gateway: string,
  externalId: string,
): Promise<TopupRow | undefined> {
  const row = await db
    .selectFrom("topups")
    .selectAll()
    .where("gateway", "=", gateway)
    .where("external_id", "=", externalId)
    .executeTakeFirst();
  return row && toTopup(row);
}

/** Conditional. False: the top-up is in none of the states `from`. */
export async function moveTopup(
  db: Executor,
  topupId: string,
  from: readonly string[],
  to: "credited" | "expired" | "rejected" | "refunded",
  at: Date,
): Promise<boolean> {
  const result = await db
    .updateTable("topups")
    .set({ state: to, closed_at: at, next_check_at: null })
    .where("id", "=", topupId)
    .where("state", "in", from)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

/** Stores the id of the gateway's invoice and schedules the first check. */
export async function setInvoice(
  db: Executor,
  topupId: string,
  invoice: { externalId: string; payUrl: string; nextCheckAt: Date },
): Promise<void> {
  await db
    .updateTable("topups")
    .set({ external_id: invoice.externalId, pay_url: invoice.payUrl, next_check_at: invoice.nextCheckAt })
    .where("id", "=", topupId)
    .execute();
}

/** Invoices that are due for a check, paid or not. */
export async function selectDueTopups(
  db: Executor,
  gateway: string,
  now: Date,
  limit: number,
): Promise<TopupRow[]> {
  const rows = await db
    .selectFrom("topups")
    .selectAll()
    .where("gateway", "=", gateway)
    .where("next_check_at", "<=", now)
    .orderBy("next_check_at")
    .limit(limit)
    .execute();
  return rows.map(toTopup);
}

export async function scheduleTopups(
  db: Executor,
  topupIds: readonly string[],
  nextCheckAt: Date | null,
): Promise<void> {
  if (topupIds.length === 0) return;
  await db.updateTable("topups").set({ next_check_at: nextCheckAt }).where("id", "in", topupIds).execute();
}
