import { type Selectable, sql } from "kysely";
import type { Executor, Tx } from "../client.ts";
import type { Promotions as PromotionsTable } from "../schema.ts";
import { wasInserted } from "../was-inserted.ts";

export const promotionKinds = ["voucher", "bonus", "discount"] as const;
export type PromotionKind = (typeof promotionKinds)[number];

/** What a promo code, or each voucher of a batch, promises. Null: it has nothing of the kind. */
export interface PromotionTerms {
  readonly kind: PromotionKind;
  /** The promo code; null: a batch of vouchers. */
  readonly name: string | null;
  readonly amountMicros: bigint | null;
  readonly percent: number | null;
  readonly purchases: number | null;
  readonly maxLossMicros: bigint;
  readonly serviceId: string | null;
  readonly countryId: string | null;
  readonly minTopupMicros: bigint;
  readonly isNewOnly: boolean;
  readonly batchSize: number | null;
  /** How often each code may be used. */
  readonly uses: number;
  readonly expiresAt: Date | null;
}

export interface Promotion extends PromotionTerms {
  readonly id: string;
  readonly fileMadeAt: Date | null;
  readonly stoppedAt: Date | null;
  readonly createdBy: number;
  readonly createdAt: Date;
}

export function toPromotion(row: Selectable<PromotionsTable>): Promotion {
  const kind = promotionKinds.find((known) => known === row.kind);
  if (kind === undefined) throw new Error(`a promotion of the unknown kind ${row.kind}`);
  return {
    id: row.id,
    kind,
    name: row.name,
    amountMicros: row.amount_micros,
    percent: row.percent,
    purchases: row.purchases,
    maxLossMicros: row.max_loss_micros,
    serviceId: row.service_id,
    countryId: row.country_id,
    minTopupMicros: row.min_topup_micros,
    isNewOnly: row.is_new_only,
    batchSize: row.batch_size,
    uses: row.uses,
    expiresAt: row.expires_at,
    fileMadeAt: row.file_made_at,
    stoppedAt: row.stopped_at,
    createdBy: Number(row.created_by),
    createdAt: row.created_at,
  };
}

/** False, and nothing is stored: there is a promo code of this name. */
export async function insertPromotion(
  tx: Tx,
  promotion: PromotionTerms & { id: string; createdBy: number; at: Date },
): Promise<boolean> {
  const result = await tx
    .insertInto("promotions")
    .values({
      id: promotion.id,
      kind: promotion.kind,
      name: promotion.name,
      amount_micros: promotion.amountMicros,
      percent: promotion.percent,
      purchases: promotion.purchases,
      max_loss_micros: promotion.maxLossMicros,
      service_id: promotion.serviceId,
      country_id: promotion.countryId,
      min_topup_micros: promotion.minTopupMicros,
      is_new_only: promotion.isNewOnly,
      batch_size: promotion.batchSize,
      uses: promotion.uses,
      expires_at: promotion.expiresAt,
      created_by: promotion.createdBy,
      created_at: promotion.at,
    })
    .onConflict((conflict) => conflict.column("name").doNothing())
    .executeTakeFirst();
  return wasInserted(result);
}

export async function insertCodes(
  tx: Tx,
  codes: { promotionId: string; hashes: readonly string[]; maxUses: number },
): Promise<void> {
  const rows = codes.hashes.map((hash) => ({
    code_hash: hash,
    promotion_id: codes.promotionId,
    max_uses: codes.maxUses,
  }));
  await tx.insertInto("promotion_codes").values(rows).execute();
}

/** Nobody can redeem these any more. Codes that somebody used stay as they are. Returns how many were not used. */
export async function deleteUnusedCodes(tx: Tx, promotionId: string): Promise<number> {
  const result = await tx
    .deleteFrom("promotion_codes")
    .where("promotion_id", "=", promotionId)
    .where("used", "=", 0)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

export async function findPromotion(db: Executor, id: string): Promise<Promotion | undefined> {
  const row = await db.selectFrom("promotions").selectAll().where("id", "=", id).executeTakeFirst();
  return row && toPromotion(row);
}

/** Locked until the transaction ends: nobody redeems it meanwhile. */
export async function lockPromotion(tx: Tx, id: string): Promise<Promotion | undefined> {
  const row = await tx
    .selectFrom("promotions")
    .selectAll()
    .where("id", "=", id)
    .forUpdate()
    .executeTakeFirst();
  return row && toPromotion(row);
}

export async function hasPromotionNamed(db: Executor, name: string): Promise<boolean> {
  const row = await db.selectFrom("promotions").select("id").where("name", "=", name).executeTakeFirst();
  return row !== undefined;
}

export async function updatePromotion(
  tx: Tx,
  id: string,
  change: { stoppedAt?: Date; expiresAt?: Date | null; fileMadeAt?: Date | null },
): Promise<void> {
  await tx
    .updateTable("promotions")
    .set({
      ...(change.stoppedAt !== undefined && { stopped_at: change.stoppedAt }),
      ...(change.expiresAt !== undefined && { expires_at: change.expiresAt }),
      ...(change.fileMadeAt !== undefined && { file_made_at: change.fileMadeAt }),
    })
    .where("id", "=", id)
    .execute();
}

/** Newest first. */
export async function selectPromotions(
  db: Executor,
  page: { limit: number; offset: number },
): Promise<Promotion[]> {
  const rows = await db
    .selectFrom("promotions")
    .selectAll()
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  return rows.map(toPromotion);
}

export interface PromotionUse {
  readonly redeemed: number;
  /** Bonus money that was paid, less what was taken back. */
  readonly givenMicros: bigint;
  /** What purchases cost less by the discount; for those whose price was taken. */
  readonly discountedMicros: bigint;
  readonly discountedOrders: number;
}

export async function selectPromotionUse(db: Executor, id: string): Promise<PromotionUse> {
  const result = await sql<{ redeemed: bigint; given: string; discounted: string; orders: bigint }>`
    SELECT count(*) AS redeemed,
           coalesce(sum(r.granted_micros - coalesce(r.taken_micros, 0)), 0)::text AS given,
           coalesce(sum(sold.discounted), 0)::text AS discounted,
           coalesce(sum(sold.orders), 0)::bigint AS orders
    FROM promotion_redemptions r
    LEFT JOIN LATERAL (
      SELECT sum(q.full_price_micros - q.price_micros) AS discounted, count(*) AS orders
      FROM quotes q JOIN orders o ON o.quote_id = q.id
      WHERE q.redemption_id = r.id AND o.received_at IS NOT NULL) AS sold ON true
    WHERE r.promotion_id = ${id}::uuid`.execute(db);
  const [row] = result.rows;
  return {
    redeemed: Number(row?.redeemed ?? 0n),
    givenMicros: BigInt(row?.given ?? "0"),
    discountedMicros: BigInt(row?.discounted ?? "0"),
    discountedOrders: Number(row?.orders ?? 0n),
  };
}

export async function countCodes(tx: Tx, promotionId: string): Promise<number> {
  const row = await tx
    .selectFrom("promotion_codes")
    .select((eb) => eb.fn.countAll<bigint>().as("count"))
    .where("promotion_id", "=", promotionId)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** The money that codes which this person made since `since` may give, as if each were used as often as it may be. */
export async function sumCodesMadeBy(db: Executor, telegramId: number, since: Date): Promise<bigint> {
  const row = await db
    .selectFrom("promotions")
    .select(sql<string>`coalesce(sum(amount_micros * coalesce(batch_size, 1) * uses), 0)::text`.as("micros"))
    .where("created_by", "=", BigInt(telegramId))
    .where("created_at", ">", since)
    .where("amount_micros", "is not", null)
    .executeTakeFirstOrThrow();
  return BigInt(row.micros);
}

/** A code for new buyers only is out: then it must stay known who was a buyer before. */
export async function hasNewBuyerPromotion(db: Executor, at: Date): Promise<boolean> {
  const row = await db
    .selectFrom("promotions")
    .select("id")
    .where("is_new_only", "=", true)
    .where("stopped_at", "is", null)
    .where((eb) => eb.or([eb("expires_at", "is", null), eb("expires_at", ">", at)]))
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}
