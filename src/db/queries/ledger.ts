import { sql } from "kysely";
import type { Executor } from "../client.ts";

export type TransferKind =
  | "topup"
  | "topup_refund"
  | "topup_loss"
  | "topup_debt"
  | "debt_settled"
  | "debt_carried"
  | "hold"
  | "capture"
  | "release"
  | "late_charge"
  | "provider_cost"
  | "provider_loss"
  | "stray_loss"
  | "adjustment"
  | "referral"
  | "referral_back"
  | "bonus";

export interface TransferRow {
  readonly key: string;
  readonly requestHash: string;
  readonly kind: TransferKind;
  /** Account codes: `buyer:<id>:available`, `system:revenue`, … */
  readonly from: string;
  readonly to: string;
  readonly amountMicros: bigint;
  readonly orderId: string | null;
  readonly topupId: string | null;
  readonly actor: string;
  readonly reason: string;
  readonly at: Date;
}

/** Creates missing system accounts. A buyer's accounts are created with the buyer. */
export async function ensureSystemAccounts(db: Executor, codes: readonly string[]): Promise<void> {
  if (codes.length === 0) return;
  await db
    .insertInto("accounts")
    .values(codes.map((code) => ({ code, kind: "system" })))
    .onConflict((conflict) => conflict.column("code").doNothing())
    .execute();
}

/**
 * One round trip to post_transfer() (migrations/0001). `created` is false when the key was used before for the
 * same request. Rejects with the database's errors: a CHECK on a negative balance, a unique index on a second resolve.
 */
export async function postTransfer(db: Executor, row: TransferRow): Promise<{ created: boolean }> {
  const result = await sql<{ created: boolean }>`
    SELECT created FROM post_transfer(
      ${row.key}, ${row.requestHash}, ${row.kind},
      (SELECT id FROM accounts WHERE code = ${row.from}), (SELECT id FROM accounts WHERE code = ${row.to}),
      ${row.amountMicros}::bigint, ${row.orderId}::uuid, ${row.topupId}::uuid, ${row.actor}, ${row.reason},
      ${row.at}::timestamptz)`.execute(db);
  return { created: result.rows[0]?.created ?? false };
}

export interface BalanceRow {
  readonly availableMicros: bigint;
  readonly heldMicros: bigint;
}

/** Both balances of a buyer; zeros for a buyer without accounts. `lock`: they cannot change until the transaction ends. */
export async function selectBalance(
  db: Executor,
  buyerId: string,
  options: { lock?: boolean } = {},
): Promise<BalanceRow> {
  let query = db
    .selectFrom("accounts")
    .select(["kind", "balance_micros"])
    .where("buyer_id", "=", buyerId)
    .orderBy("id");
  if (options.lock) query = query.forUpdate();
  const rows = await query.execute();
  const of = (kind: string): bigint => rows.find((row) => row.kind === kind)?.balance_micros ?? 0n;
  return { availableMicros: of("available"), heldMicros: of("held") };
}

/** Both balances of each of these buyers, in one round trip; a buyer without accounts is not among them. */
export async function selectBalances(
  db: Executor,
  buyerIds: readonly string[],
): Promise<ReadonlyMap<string, BalanceRow>> {
  const result = await sql<{ buyer_id: string; available: bigint; held: bigint }>`
    SELECT buyer_id, coalesce(sum(balance_micros) FILTER (WHERE kind = 'available'), 0)::bigint AS available,
           coalesce(sum(balance_micros) FILTER (WHERE kind = 'held'), 0)::bigint AS held
    FROM accounts WHERE buyer_id = ANY(${[...new Set(buyerIds)]}::uuid[]) GROUP BY buyer_id`.execute(db);
  return new Map(
    result.rows.map((row) => [row.buyer_id, { availableMicros: row.available, heldMicros: row.held }]),
  );
}

/** The sum of a system account's entries; zero for one that does not exist. */
export async function selectSystemBalance(db: Executor, code: string): Promise<bigint> {
  const row = await db
    .selectFrom("entries")
    .innerJoin("accounts", "accounts.id", "entries.account_id")
    .select(sql<string>`coalesce(sum(entries.amount_micros), 0)::text`.as("micros"))
    .where("accounts.code", "=", code)
    .executeTakeFirstOrThrow();
  return BigInt(row.micros);
}

export interface PostedTransfer {
  readonly key: string;
  readonly kind: TransferKind;
  readonly from: string;
  readonly to: string;
  readonly amountMicros: bigint;
  readonly topupId: string | null;
}

/** The transfers with these idempotency keys, as they were posted. */
export async function selectTransfersByKey(db: Executor, keys: readonly string[]): Promise<PostedTransfer[]> {
  const rows = await db
    .selectFrom("transfers")
    .innerJoin("accounts as source", "source.id", "transfers.from_account_id")
    .innerJoin("accounts as target", "target.id", "transfers.to_account_id")
    .select([
      "transfers.idempotency_key as key",
      "transfers.kind",
      "source.code as from",
      "target.code as to",
      "transfers.amount_micros as amountMicros",
      "transfers.topup_id as topupId",
    ])
    .where("transfers.idempotency_key", "in", keys)
    .execute();
  return rows.map((row) => ({ ...row, kind: row.kind as TransferKind }));
}

export interface LedgerDifference {
  readonly check: "entries_sum" | "balance" | "held" | "resolve" | "debt" | "referral";
  readonly subject: string;
  readonly detail: string;
  /** How much money it is about; an order that is resolved wrongly counts with its price. */
  readonly amountMicros: bigint;
}

/**
 * The promises of the ledger, checked in one statement: entries sum to zero, a balance is the sum of its entries,
 * held money is the price of the orders that hold it, an ended order is resolved exactly once, nobody has money
 * available while they owe some, the debts of people whose data is deleted are the ones that are kept for them, and
 * what referral paid out is what its rewards say.
 */
export async function selectLedgerDifferences(db: Executor): Promise<LedgerDifference[]> {
  const result = await sql<{
    check: LedgerDifference["check"];
    subject: string;
    detail: string;
    amount_micros: string;
  }>`
    WITH total AS (SELECT coalesce(sum(amount_micros), 0) AS micros FROM entries),
    balances AS (
      SELECT a.code, a.balance_micros, coalesce(sum(e.amount_micros), 0) AS entries_micros
      FROM accounts a LEFT JOIN entries e ON e.account_id = a.id
      WHERE a.balance_micros IS NOT NULL GROUP BY a.id),
    open_orders AS (
      SELECT buyer_id, sum(price_micros) AS micros FROM orders
      WHERE state IN ('placing', 'in_doubt', 'waiting', 'cancelling') GROUP BY buyer_id),
    resolves AS (
      SELECT o.id, o.state, o.price_micros, count(t.id) FILTER (WHERE t.kind = 'capture') AS captures,
             count(t.id) FILTER (WHERE t.kind = 'release') AS releases
      FROM orders o LEFT JOIN transfers t ON t.order_id = o.id AND t.kind IN ('capture', 'release')
      GROUP BY o.id),
    debts AS (
      SELECT a.code, -coalesce(sum(e.amount_micros), 0) AS micros
      FROM accounts a LEFT JOIN entries e ON e.account_id = a.id
      WHERE a.code LIKE 'system:debt:%' GROUP BY a.id),
    carried AS (
      SELECT (SELECT coalesce(sum(debt_micros), 0) FROM forgotten_people) AS kept_micros,
             (SELECT -coalesce(sum(e.amount_micros), 0) FROM accounts a JOIN entries e ON e.account_id = a.id
               WHERE a.code = 'system:debts_carried') AS micros),
    rewards AS (
      SELECT (SELECT coalesce(sum(amount_micros - coalesce(taken_micros, 0)), 0) FROM referral_rewards) AS rewards_micros,
             (SELECT -coalesce(sum(e.amount_micros), 0) FROM accounts a JOIN entries e ON e.account_id = a.id
               WHERE a.code = 'system:referral') AS ledger_micros)
    SELECT 'entries_sum' AS check, 'ledger' AS subject, micros::text AS detail, abs(micros) AS amount_micros FROM total WHERE micros <> 0
    UNION ALL
    SELECT 'balance', code, format('balance %s, entries %s', balance_micros, entries_micros),
           abs(balance_micros - entries_micros)
      FROM balances WHERE balance_micros <> entries_micros
    UNION ALL
    SELECT 'held', a.code, format('held %s, open orders %s', a.balance_micros, coalesce(o.micros, 0)),
           abs(a.balance_micros - coalesce(o.micros, 0))
      FROM accounts a LEFT JOIN open_orders o ON o.buyer_id = a.buyer_id
      WHERE a.kind = 'held' AND a.balance_micros <> coalesce(o.micros, 0)
    UNION ALL
    SELECT 'resolve', id::text, format('%s with %s captures and %s releases', state, captures, releases), price_micros
      FROM resolves
      WHERE captures <> (state IN ('received', 'waiting_again', 'finished'))::int
        OR releases <> (state IN ('cancelled', 'expired', 'failed'))::int
    UNION ALL
    SELECT 'debt', d.code, format('debt %s, available %s', d.micros, a.balance_micros),
           CASE WHEN d.micros < 0 THEN -d.micros ELSE least(d.micros, a.balance_micros) END
      FROM debts d JOIN accounts a ON a.code = 'buyer:' || substr(d.code, 13) || ':available'
      WHERE d.micros < 0 OR (d.micros > 0 AND a.balance_micros > 0)
    UNION ALL
    SELECT 'debt', 'people whose data is deleted', format('ledger %s, kept %s', micros, kept_micros),
           abs(micros - kept_micros)
      FROM carried WHERE micros <> kept_micros
    UNION ALL
    SELECT 'referral', 'rewards', format('ledger %s, rewards %s', ledger_micros, rewards_micros),
           abs(ledger_micros - rewards_micros)
      FROM rewards WHERE ledger_micros <> rewards_micros
    LIMIT 100`.execute(db);
  return result.rows.map(({ amount_micros, ...row }) => ({ ...row, amountMicros: BigInt(amount_micros) }));
}
