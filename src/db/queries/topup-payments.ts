import type { Executor } from "../client.ts";
import { wasInserted } from "../was-inserted.ts";

export interface PaymentRow {
  readonly gateway: string;
  readonly chargeId: string;
  readonly topupId: string | null;
  readonly buyerId: string;
  readonly amountMicros: bigint;
  readonly stars: number | null;
  readonly feeMicros: bigint;
  readonly paidAt: Date;
  readonly at: Date;
}

/** False: this charge was recorded, and therefore credited, before. */
export async function insertPayment(db: Executor, payment: PaymentRow): Promise<boolean> {
  const result = await db
    .insertInto("topup_payments")
    .values({
      gateway: payment.gateway,
      charge_id: payment.chargeId,
      topup_id: payment.topupId,
      buyer_id: payment.buyerId,
      amount_micros: payment.amountMicros,
      stars: payment.stars,
      fee_micros: payment.feeMicros,
      paid_at: payment.paidAt,
      state: "credited",
      state_at: payment.at,
    })
    .onConflict((conflict) => conflict.columns(["gateway", "charge_id"]).doNothing())
    .executeTakeFirst();
  return wasInserted(result);
}

/** Money that came in for nobody we know: kept until an operator decides. False: it was recorded before. */
export async function insertUnassignedPayment(
  db: Executor,
  payment: Omit<PaymentRow, "topupId" | "buyerId" | "stars">,
): Promise<boolean> {
  const result = await db
    .insertInto("topup_payments")
    .values({
      gateway: payment.gateway,
      charge_id: payment.chargeId,
      amount_micros: payment.amountMicros,
      fee_micros: payment.feeMicros,
      paid_at: payment.paidAt,
      state: "unassigned",
      state_at: payment.at,
    })
    .onConflict((conflict) => conflict.columns(["gateway", "charge_id"]).doNothing())
    .executeTakeFirst();
  return wasInserted(result);
}

/** The payment becomes this buyer's. Undefined: it is somebody's already, or there is none. */
export async function takeUnassignedPayment(
  db: Executor,
  id: string,
  owner: { readonly buyerId: string; readonly actor: string; readonly reason: string; readonly at: Date },
): Promise<Pick<PaymentRow, "gateway" | "chargeId" | "amountMicros"> | undefined> {
  const { buyerId, actor, reason, at } = owner;
  return await db
    .updateTable("topup_payments")
    .set({ state: "credited", buyer_id: buyerId, actor, reason, state_at: at })
    .where("id", "=", id)
    .where("state", "=", "unassigned")
    .returning(["gateway", "charge_id as chargeId", "amount_micros as amountMicros"])
    .executeTakeFirst();
}

/** The states of those of these charges that are recorded. */
export async function selectPaymentStates(
  db: Executor,
  gateway: string,
  chargeIds: readonly string[],
): Promise<Map<string, string>> {
  if (chargeIds.length === 0) return new Map();
  const rows = await db
    .selectFrom("topup_payments")
    .select(["charge_id", "state"])
    .where("gateway", "=", gateway)
    .where("charge_id", "in", chargeIds)
    .execute();
  return new Map(rows.map((row) => [row.charge_id, row.state]));
}

export interface StoredPayment {
  readonly chargeId: string;
  readonly topupId: string | null;
  readonly buyerId: string | null;
  readonly amountMicros: bigint;
  readonly stars: number | null;
  readonly state: string;
  readonly refundRound: number;
}

/** Locked until the transaction ends. */
export async function lockPayment(
  db: Executor,
  gateway: string,
  chargeId: string,
): Promise<StoredPayment | undefined> {
  const row = await db
    .selectFrom("topup_payments")
    .selectAll()
    .where("gateway", "=", gateway)
    .where("charge_id", "=", chargeId)
    .forUpdate()
    .executeTakeFirst();
  return (
    row && {
      chargeId: row.charge_id,
      topupId: row.topup_id,
      buyerId: row.buyer_id,
      amountMicros: row.amount_micros,
      stars: row.stars,
      state: row.state,
      refundRound: row.refund_round,
    }
  );
}

/** `by` left out: who decided, and why, stays as it was. */
export async function setPaymentState(
  db: Executor,
  gateway: string,
  chargeId: string,
  change: {
    state: "credited" | "refunding" | "refunded";
    refundRound?: number;
    by?: { readonly actor: string; readonly reason: string };
    at: Date;
  },
): Promise<void> {
  const { state, by, at, refundRound } = change;
  await db
    .updateTable("topup_payments")
    .set({
      state,
      state_at: at,
      ...by,
      ...(refundRound !== undefined && { refund_round: refundRound }),
    })
    .where("gateway", "=", gateway)
    .where("charge_id", "=", chargeId)
    .execute();
}

/** Refunds that were begun and whose end is not known: to be asked for again (Telegram refunds a charge once). */
export async function selectRefunding(
  db: Executor,
  before: Date,
  limit: number,
): Promise<{ chargeId: string; telegramId: number | null }[]> {
  const rows = await db
    .selectFrom("topup_payments")
    .leftJoin("buyers", "buyers.id", "topup_payments.buyer_id")
    .select(["topup_payments.charge_id", "buyers.telegram_id"])
    .where("topup_payments.gateway", "=", "stars")
    .where("topup_payments.state", "=", "refunding")
    .where("topup_payments.state_at", "<=", before)
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    chargeId: row.charge_id,
    telegramId: row.telegram_id === null ? null : Number(row.telegram_id),
  }));
}
