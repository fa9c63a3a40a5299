import { sql } from "kysely";
import type { Database } from "../../src/db/client.ts";

/** Money in and out again, as the shop's tables and its ledger tell it. */

export interface PaymentFact {
  readonly gateway: string;
  readonly chargeId: string;
  readonly state: string;
  /** Transfers that credit it. */
  readonly credits: number;
  readonly creditedMicros: bigint;
  /** What the ledger says that the gateway has taken in for it and not given back. */
  readonly keptMicros: bigint;
}

interface PaymentRecord {
  gateway: string;
  charge_id: string;
  state: string;
  credits: bigint;
  credited: string;
  kept: string;
}

/** Every payment that the shop knows, and every credit, also one without a payment. */
export async function selectPaymentFacts(db: Database): Promise<PaymentFact[]> {
  const { rows } = await sql<PaymentRecord>`
    WITH moved AS (
      SELECT split_part(t.idempotency_key, ':', 2) AS gateway, split_part(t.idempotency_key, ':', 3) AS charge_id,
        count(*) FILTER (WHERE t.kind = 'topup') AS credits,
        coalesce(sum(t.amount_micros) FILTER (WHERE t.kind = 'topup'), 0) AS credited,
        -coalesce(sum(e.amount_micros), 0) AS kept
      FROM transfers t
      LEFT JOIN entries e ON e.transfer_id = t.id
        AND e.account_id IN (SELECT id FROM accounts WHERE code LIKE 'system:gateway:%')
      WHERE t.kind LIKE 'topup%' GROUP BY 1, 2)
    SELECT coalesce(p.gateway, m.gateway) AS gateway, coalesce(p.charge_id, m.charge_id) AS charge_id,
      coalesce(p.state, 'none') AS state, coalesce(m.credits, 0) AS credits, coalesce(m.credited, 0)::text AS credited,
      coalesce(m.kept, 0)::text AS kept
    FROM topup_payments p FULL JOIN moved m ON m.gateway = p.gateway AND m.charge_id = p.charge_id`.execute(
    db,
  );
  return rows.map((row) => ({
    gateway: row.gateway,
    chargeId: row.charge_id,
    state: row.state,
    credits: Number(row.credits),
    creditedMicros: BigInt(row.credited),
    keptMicros: BigInt(row.kept),
  }));
}

/** A buyer's request to have a transfer credited, with what its note said when it was sent. */
export interface ClaimFact {
  readonly claimId: string;
  readonly topupId: string;
  readonly note: string | null;
  readonly decision: string | null;
  readonly amountMicros: bigint;
}

export async function selectClaimFacts(db: Database): Promise<ClaimFact[]> {
  const { rows } = await sql<{
    id: string;
    topup_id: string;
    note: string | null;
    decision: string | null;
    amount: string;
  }>`
    SELECT c.id, c.topup_id, s.note, c.decision, t.amount_micros::text AS amount
    FROM manual_claims c JOIN soak.claims s ON s.claim_id = c.id JOIN topups t ON t.id = c.topup_id`.execute(
    db,
  );
  return rows.map((row) => ({
    claimId: row.id,
    topupId: row.topup_id,
    note: row.note,
    decision: row.decision,
    amountMicros: BigInt(row.amount),
  }));
}

/** One person's money over all their lives as a buyer. */
export interface PersonMoney {
  readonly telegramId: number;
  /** Spendable or held, in accounts of today and of before a deletion. */
  readonly hasMicros: bigint;
  readonly spentMicros: bigint;
  readonly manualMicros: bigint;
  /** Of refunds, what the operator bears. */
  readonly forgivenMicros: bigint;
  /** Debts that were paid. */
  readonly settledMicros: bigint;
  /** What the account of today owes. */
  readonly owesMicros: bigint;
  /** Of what can be spent today; null: nobody of that name is known today. */
  readonly availableMicros: bigint | null;
}

interface MoneyRecord {
  telegram_id: bigint;
  has: string;
  spent: string;
  manual: string;
  forgiven: string;
  settled: string;
  owes: string;
  available: string | null;
}

export async function selectPersonMoney(db: Database): Promise<PersonMoney[]> {
  const { rows } = await sql<MoneyRecord>`
    WITH lives AS (SELECT p.telegram_id, b.id, b.telegram_id IS NOT NULL AS is_now
        FROM soak.people p JOIN buyers b ON b.id = p.buyer_id),
      money AS (
        SELECT l.*, t.kind, t.idempotency_key, t.amount_micros, a.kind AS side, e.amount_micros AS change
        FROM lives l JOIN accounts a ON a.buyer_id = l.id JOIN entries e ON e.account_id = a.id
          JOIN transfers t ON t.id = e.transfer_id),
      sums AS (
        SELECT telegram_id, sum(change) AS has,
          sum(-change) FILTER (WHERE kind IN ('capture', 'late_charge')) AS spent,
          sum(change) FILTER (WHERE kind = 'topup' AND idempotency_key LIKE 'topup:manual:%') AS manual,
          sum(-change) FILTER (WHERE kind = 'debt_settled') AS settled,
          sum(change) FILTER (WHERE is_now AND side = 'available') AS available
        FROM money GROUP BY 1),
      forgiven AS (
        SELECT l.telegram_id, sum(CASE WHEN t.idempotency_key LIKE '%:restored' THEN -t.amount_micros ELSE t.amount_micros END) AS micros
        FROM transfers t
        JOIN topup_payments p ON p.gateway = 'stars' AND p.charge_id = split_part(t.idempotency_key, ':', 3)
        JOIN lives l ON l.id = p.buyer_id WHERE t.kind = 'topup_loss' GROUP BY 1),
      owed AS (
        SELECT l.telegram_id, -sum(e.amount_micros) AS micros FROM lives l JOIN accounts a ON a.code = 'system:debt:' || l.id
        JOIN entries e ON e.account_id = a.id GROUP BY 1)
    SELECT l.telegram_id, coalesce(s.has, 0)::text AS has, coalesce(s.spent, 0)::text AS spent,
      coalesce(s.manual, 0)::text AS manual, coalesce(f.micros, 0)::text AS forgiven,
      coalesce(s.settled, 0)::text AS settled, coalesce(o.micros, 0)::text AS owes,
      CASE WHEN bool_or(l.is_now) THEN coalesce(s.available, 0)::text END AS available
    FROM lives l LEFT JOIN sums s USING (telegram_id) LEFT JOIN forgiven f USING (telegram_id)
      LEFT JOIN owed o USING (telegram_id)
    GROUP BY l.telegram_id, s.has, s.spent, s.manual, f.micros, s.settled, o.micros, s.available`.execute(db);
  return rows.map((row) => ({
    telegramId: Number(row.telegram_id),
    hasMicros: BigInt(row.has),
    spentMicros: BigInt(row.spent),
    manualMicros: BigInt(row.manual),
    forgivenMicros: BigInt(row.forgiven),
    settledMicros: BigInt(row.settled),
    owesMicros: BigInt(row.owes),
    availableMicros: row.available === null ? null : BigInt(row.available),
  }));
}

/** Debts that refunds have made, by charge. */
export async function selectDebtsByCharge(db: Database): Promise<Map<string, bigint>> {
  const { rows } = await sql<{ charge_id: string; micros: string }>`
    SELECT split_part(idempotency_key, ':', 3) AS charge_id, amount_micros::text AS micros
    FROM transfers WHERE kind = 'topup_debt'`.execute(db);
  return new Map(rows.map((row) => [row.charge_id, BigInt(row.micros)]));
}
