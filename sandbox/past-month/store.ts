import { sql } from "kysely";
import type { Tx } from "../../src/db/client.ts";
import { accountOf } from "../../src/wallet/accounts.ts";
import type { PastCorrection, PastPayment, PastTransfer } from "./money.ts";
import type { PastOrder } from "./orders.ts";
import type { PastBuyer } from "./people.ts";

/** Well below what PostgreSQL takes in one statement: 65,535 values. */
const ROWS_AT_ONCE = 500;

async function inPieces<T>(
  rows: readonly T[],
  store: (piece: readonly T[]) => Promise<unknown>,
): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE)
    await store(rows.slice(start, start + ROWS_AT_ONCE));
}

/** Buyers with two empty accounts each. */
export async function storePeople(
  tx: Tx,
  people: readonly PastBuyer[],
  seenAt: (id: string) => Date,
): Promise<void> {
  const buyers = people.map((buyer) => ({
    id: buyer.id,
    telegram_id: BigInt(buyer.telegramId),
    first_name: buyer.firstName,
    username: buyer.username,
    language: buyer.language,
    created_at: buyer.joinedAt,
    seen_at: seenAt(buyer.id),
  }));
  const accounts = people.flatMap(({ id }) =>
    (["available", "held"] as const).map((kind) => ({
      code: accountOf(id, kind),
      kind,
      buyer_id: id,
      balance_micros: 0n,
    })),
  );
  await inPieces(buyers, (piece) => tx.insertInto("buyers").values(piece).execute());
  await inPieces(accounts, (piece) => tx.insertInto("accounts").values(piece).execute());
}

/** The orders with their histories, tries and SMS. The texts of the SMS are purged, as they are after a day. */
export async function storeOrders(tx: Tx, orders: readonly PastOrder[]): Promise<void> {
  await inPieces(orders.map(orderRow), (piece) => tx.insertInto("orders").values(piece).execute());
  await inPieces(orders.flatMap(stepRows), (piece) => tx.insertInto("order_history").values(piece).execute());
  await inPieces(orders.flatMap(tryRows), (piece) => tx.insertInto("order_attempts").values(piece).execute());
  await inPieces(orders.flatMap(smsRows), (piece) => tx.insertInto("order_sms").values(piece).execute());
}

function orderRow(order: PastOrder, index: number) {
  const isRented = order.rentedAt !== null;
  const last = order.tries.at(-1);
  return {
    id: order.id,
    buyer_id: order.buyer.id,
    quote_id: order.id,
    service_id: order.serviceId,
    country_id: order.countryId,
    state: order.state,
    version: order.steps.length,
    price_micros: order.priceMicros,
    cost_ceiling_micros: order.priceMicros,
    provider: order.provider,
    service_code: last?.serviceCode ?? null,
    country_code: last?.countryCode ?? null,
    upstream_id: isRented ? `past-${index + 1}` : null,
    phone: isRented ? order.phone : null,
    cost_micros: order.costMicros,
    round: Math.max(0, order.smsAt.length - 1),
    failure: isRented ? null : "out_of_stock",
    placed_at: order.placedAt,
    rented_at: order.rentedAt,
    cancel_requested_at: order.cancelAskedAt,
    received_at: order.smsAt[0] ?? null,
    closed_at: order.closedAt,
    chat_id: BigInt(order.buyer.telegramId),
  };
}

function stepRows({ id, steps }: PastOrder) {
  return steps.map(({ to, cause, actor, at }, index) => ({
    order_id: id,
    version: index + 1,
    from_state: steps[index - 1]?.to ?? null,
    to_state: to,
    cause,
    actor,
    at,
  }));
}

function tryRows({ id, tries }: PastOrder) {
  return tries.map((each) => ({
    id: sql<string>`gen_random_uuid()`,
    order_id: id,
    provider: each.provider,
    service_code: each.serviceCode,
    country_code: each.countryCode,
    operator: "",
    cost_micros: each.costMicros,
    started_at: each.at,
    ended_at: each.endedAt,
    outcome: each.outcome,
    error_kind: each.errorKind,
  }));
}

function smsRows({ id, smsAt }: PastOrder) {
  return smsAt.map((at, index) => ({
    id: sql<string>`gen_random_uuid()`,
    order_id: id,
    sequence: index + 1,
    round: index,
    content_digest: `past-${index}`,
    received_at: at,
    purged_at: at,
  }));
}

/** What was paid by each gateway. Receipts were approved by `operatorId`. */
export async function storePayments(
  tx: Tx,
  payments: readonly PastPayment[],
  operatorId: number,
): Promise<void> {
  const actor = `operator:${operatorId}`;
  const topups = payments.map((payment) => ({
    id: payment.topupId,
    buyer_id: payment.buyer.id,
    gateway: payment.gateway,
    state: payment.refundedAt ? "refunded" : "credited",
    amount_micros: payment.amountMicros,
    stars: payment.stars,
    chat_id: BigInt(payment.buyer.telegramId),
    created_at: payment.begunAt,
    expires_at: payment.paidAt,
    closed_at: payment.paidAt,
  }));
  const paid = payments.map((payment) => ({
    gateway: payment.gateway,
    charge_id: payment.chargeId,
    topup_id: payment.topupId,
    buyer_id: payment.buyer.id,
    amount_micros: payment.amountMicros,
    stars: payment.stars,
    fee_micros: payment.feeMicros,
    paid_at: payment.paidAt,
    state: payment.refundedAt ? "refunded" : "credited",
    state_at: payment.refundedAt ?? payment.paidAt,
    actor: payment.refundedAt ? actor : null,
    reason: payment.refundedAt ? "asked for it back" : null,
  }));
  const claims = payments
    .filter(({ gateway }) => gateway === "manual")
    .map(({ topupId, begunAt, paidAt }) => ({
      id: sql<string>`gen_random_uuid()`,
      topup_id: topupId,
      note: `Transfer ${topupId.slice(-6)}`,
      submitted_at: begunAt,
      decided_at: paidAt,
      decided_by: BigInt(operatorId),
      decision: "approved",
    }));
  await inPieces(topups, (piece) => tx.insertInto("topups").values(piece).execute());
  await inPieces(paid, (piece) => tx.insertInto("topup_payments").values(piece).execute());
  await inPieces(claims, (piece) => tx.insertInto("manual_claims").values(piece).execute());
}

/** The corrections as the desk would have noted them. The money is in the transfers. */
export async function storeAudit(
  tx: Tx,
  corrections: readonly PastCorrection[],
  actor: string,
): Promise<void> {
  const rows = corrections.map(({ buyer, amountMicros, reason, at }) => ({
    id: sql<string>`gen_random_uuid()`,
    actor,
    action: "balance adjusted",
    subject_kind: "buyer",
    subject: buyer.id,
    buyer_id: buyer.id,
    after: JSON.stringify({ amountMicros: amountMicros.toString() }),
    reason,
    at,
  }));
  await inPieces(rows, (piece) => tx.insertInto("audit_log").values(piece).execute());
}

/** Through the ledger's own function, one after the other: each balance is checked at each step. */
export async function postAll(tx: Tx, transfers: readonly PastTransfer[]): Promise<void> {
  await inPieces(transfers, async (piece) => {
    const rows = piece.map((row, n) => ({ ...row, n, amountMicros: row.amountMicros.toString() }));
    await sql`
      SELECT post_transfer(t.key, 'past', t.kind, (SELECT id FROM accounts WHERE code = t."from"),
                           (SELECT id FROM accounts WHERE code = t."to"), t."amountMicros", t."orderId", t."topupId",
                           t.actor, t.reason, t.at)
      FROM (SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS posted (
              n int, key text, kind text, "from" text, "to" text, "amountMicros" bigint, "orderId" uuid, "topupId" uuid,
              actor text, reason text, at timestamptz) ORDER BY n OFFSET 0) AS t`.execute(tx);
  });
}
