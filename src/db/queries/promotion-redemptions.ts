import { sql } from "kysely";
import type { Executor, Tx } from "../client.ts";
import { type Promotion, toPromotion } from "./promotions.ts";

/**
 * The code with this hash and what it promises, which cannot be stopped until the transaction ends. Undefined: no such code.
 */
export async function lockPromotionOf(tx: Tx, codeHash: string): Promise<Promotion | undefined> {
  const row = await tx
    .selectFrom("promotions")
    .innerJoin("promotion_codes", "promotion_codes.promotion_id", "promotions.id")
    .selectAll("promotions")
    .where("promotion_codes.code_hash", "=", codeHash)
    .forShare("promotions")
    .executeTakeFirst();
  return row && toPromotion(row);
}

export async function hasRedeemed(db: Executor, codeHash: string, personHash: string): Promise<boolean> {
  const row = await db
    .selectFrom("promotion_redemptions")
    .select("id")
    .where("code_hash", "=", codeHash)
    .where("person_hash", "=", personHash)
    .executeTakeFirst();
  return row !== undefined;
}

/** Uses the code up once. False: it is used up; many at the same moment wait for each other here. */
export async function takeUse(tx: Tx, codeHash: string): Promise<boolean> {
  const result = await tx
    .updateTable("promotion_codes")
    .set({ used: sql`used + 1` })
    .where("code_hash", "=", codeHash)
    .whereRef("used", "<", "max_uses")
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export interface NewRedemption {
  readonly id: string;
  readonly promotionId: string;
  readonly codeHash: string;
  readonly personHash: string;
  readonly buyerId: string;
  /** What it gave at once; null: nothing yet. */
  readonly grantedMicros: bigint | null;
  readonly at: Date;
}

export async function insertRedemption(tx: Tx, redemption: NewRedemption): Promise<void> {
  const { grantedMicros, at } = redemption;
  await tx
    .insertInto("promotion_redemptions")
    .values({
      id: redemption.id,
      promotion_id: redemption.promotionId,
      code_hash: redemption.codeHash,
      person_hash: redemption.personHash,
      buyer_id: redemption.buyerId,
      redeemed_at: at,
      granted_micros: grantedMicros,
      granted_at: grantedMicros === null ? null : at,
    })
    .execute();
}

/** Nobody who bought or paid anything, or had their data deleted while it was kept who did, is new. */
export async function isNewBuyer(tx: Tx, buyerId: string, personHash: string): Promise<boolean> {
  const result = await sql<{ is_new: boolean }>`
    SELECT NOT EXISTS (SELECT FROM orders WHERE buyer_id = ${buyerId}::uuid AND received_at IS NOT NULL)
      AND NOT EXISTS (SELECT FROM topup_payments WHERE buyer_id = ${buyerId}::uuid)
      AND NOT EXISTS (SELECT FROM carried_actions WHERE buyer_id = ${buyerId}::uuid AND kind <> 'wrong_code')
      AND NOT EXISTS (SELECT FROM earlier_people WHERE person_hash = ${personHash}) AS is_new`.execute(tx);
  return result.rows[0]?.is_new ?? false;
}

/** The oldest bonus that waits for a payment of this size, locked. */
export async function lockWaitingBonus(
  tx: Tx,
  { buyerId, amountMicros, at }: { buyerId: string; amountMicros: bigint; at: Date },
): Promise<{ readonly redemptionId: string; readonly bonusMicros: bigint } | undefined> {
  const row = await tx
    .selectFrom("promotion_redemptions as r")
    .innerJoin("promotions as p", "p.id", "r.promotion_id")
    .select(["r.id", "p.amount_micros"])
    .where("r.buyer_id", "=", buyerId)
    .where("r.granted_at", "is", null)
    .where("p.kind", "=", "bonus")
    .where("p.stopped_at", "is", null)
    .where((eb) => eb.or([eb("p.expires_at", "is", null), eb("p.expires_at", ">", at)]))
    .where("p.min_topup_micros", "<=", amountMicros)
    .orderBy("r.redeemed_at")
    .orderBy("r.id")
    .limit(1)
    .forUpdate("r")
    .executeTakeFirst();
  return row?.amount_micros == null ? undefined : { redemptionId: row.id, bonusMicros: row.amount_micros };
}

export interface PaymentRef {
  readonly gateway: string;
  readonly chargeId: string;
}

export async function grantBonus(
  tx: Tx,
  grant: PaymentRef & { redemptionId: string; grantedMicros: bigint; at: Date },
): Promise<void> {
  await tx
    .updateTable("promotion_redemptions")
    .set({
      gateway: grant.gateway,
      charge_id: grant.chargeId,
      granted_micros: grant.grantedMicros,
      granted_at: grant.at,
    })
    .where("id", "=", grant.redemptionId)
    .execute();
}

export interface BonusOfPayment {
  readonly redemptionId: string;
  readonly grantedMicros: bigint;
  /** Null: nothing was taken back. */
  readonly takenMicros: bigint | null;
}

/** The bonus that this payment brought. */
export async function selectBonusOf(db: Executor, payment: PaymentRef): Promise<BonusOfPayment | undefined> {
  const row = await db
    .selectFrom("promotion_redemptions")
    .select(["id", "granted_micros", "taken_micros"])
    .where("gateway", "=", payment.gateway)
    .where("charge_id", "=", payment.chargeId)
    .executeTakeFirst();
  if (row?.granted_micros == null) return undefined;
  return { redemptionId: row.id, grantedMicros: row.granted_micros, takenMicros: row.taken_micros };
}

export async function setBonusTaken(tx: Tx, redemptionId: string, takenMicros: bigint | null): Promise<void> {
  await tx
    .updateTable("promotion_redemptions")
    .set({ taken_micros: takenMicros })
    .where("id", "=", redemptionId)
    .execute();
}

/**
 * How much of the bonus money that a buyer ever got is not spent, where every charge spends bonus money first. It may be
 * held just now. Seen as a walk that goes up with each bonus and down with each charge, but never below zero: its end is
 * the sum of all steps, less the lowest point that the sum had below zero.
 */
export async function selectUnspentBonus(db: Executor, buyerId: string): Promise<bigint> {
  const result = await sql<{ unspent: string }>`
    WITH mine AS (
      SELECT max(id) FILTER (WHERE kind = 'available') AS available, max(id) FILTER (WHERE kind = 'held') AS held
      FROM accounts WHERE buyer_id = ${buyerId}::uuid),
    steps AS (
      SELECT t.id, t.amount_micros AS step FROM transfers t, mine
        WHERE t.to_account_id = mine.available AND t.kind = 'bonus'
      UNION ALL
      SELECT t.id, -t.amount_micros FROM transfers t, mine
        WHERE t.from_account_id = mine.available AND t.kind IN ('bonus', 'late_charge', 'debt_settled')
      UNION ALL
      SELECT t.id, -t.amount_micros FROM transfers t, mine
        WHERE t.from_account_id = mine.held AND t.kind = 'capture'),
    walk AS (SELECT id, sum(step) OVER (ORDER BY id) AS height FROM steps)
    SELECT coalesce((SELECT height FROM walk ORDER BY id DESC LIMIT 1) - least(0, (SELECT min(height) FROM walk)), 0)::text
      AS unspent
    WHERE EXISTS (SELECT FROM transfers t, mine WHERE t.to_account_id = mine.available AND t.kind = 'bonus')`.execute(
    db,
  );
  return BigInt(result.rows[0]?.unspent ?? "0");
}

/** Whether the discount behind a quote has a purchase left. Call it under the buyer's lock. A quote keeps its price when the code is stopped. */
export async function hasDiscountLeft(tx: Tx, redemptionId: string): Promise<boolean> {
  const result = await sql<{ has_left: boolean }>`
    SELECT p.purchases > (${discountedOrders(sql`r.id`)}) AS has_left
    FROM promotion_redemptions r JOIN promotions p ON p.id = r.promotion_id
    WHERE r.id = ${redemptionId}::uuid`.execute(tx);
  return result.rows[0]?.has_left ?? false;
}

/**
 * How many purchases were made with a discount. One that ended without a code is none, unless another number took its
 * place at the same price, or the buyer paid for an SMS that came late.
 */
export function discountedOrders(redemptionId: ReturnType<typeof sql>) {
  return sql<bigint>`SELECT count(*) FROM quotes q JOIN orders o ON o.quote_id = q.id
    WHERE q.redemption_id = ${redemptionId} AND (
      o.state NOT IN ('failed', 'cancelled', 'expired')
      OR EXISTS (SELECT FROM orders later WHERE later.replaces = o.id)
      OR EXISTS (SELECT FROM transfers t WHERE t.idempotency_key = 'late_charge:' || o.id))`;
}
