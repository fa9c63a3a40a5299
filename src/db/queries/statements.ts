import { type RawBuilder, sql } from "kysely";
import type { Executor } from "../client.ts";
import type { TransferKind } from "./ledger.ts";

/** One line of a buyer's statement. */
export interface StatementRow {
  readonly id: bigint;
  readonly kind: TransferKind;
  /** Above zero: came in. Below: was charged or taken. */
  readonly amountMicros: bigint;
  /** What the buyer had after it, available and held together. */
  readonly balanceMicros: bigint;
  /** Null where it is about no order. */
  readonly orderId: string | null;
  readonly serviceId: string | null;
  readonly countryId: string | null;
  readonly at: Date;
}

interface Raw {
  id: bigint;
  kind: string;
  amount_micros: bigint;
  balance_micros: bigint;
  order_id: string | null;
  service_id: string | null;
  country_id: string | null;
  created_at: Date;
}

// As the indexes of migrations/0026 have it, or they are not used.
const charged = sql`t.kind NOT IN ('hold', 'release', 'provider_cost', 'provider_loss', 'stray_loss')`;
const received = sql`t.kind NOT IN
  ('hold', 'release', 'provider_cost', 'provider_loss', 'stray_loss', 'capture', 'late_charge')`;

const accountOf = (buyerId: string, kind: "available" | "held"): RawBuilder<bigint> =>
  sql`(SELECT id FROM accounts WHERE buyer_id = ${buyerId}::uuid AND kind = ${sql.lit(kind)})`;

/**
 * A page of what came into a buyer's balance and what was charged, newest first. Holds and releases are no lines: what an
 * order that ended without a code had set aside was never spent. `before` is the id of the last line that was read.
 */
export async function selectStatement(
  db: Executor,
  buyerId: string,
  page: { limit: number; offset?: number; before?: bigint | undefined },
): Promise<StatementRow[]> {
  const { limit, offset = 0, before } = page;
  const older = before === undefined ? sql`` : sql`AND t.id < ${before}::bigint`;
  const first = sql`ORDER BY t.id DESC LIMIT ${limit + offset}::bigint`;
  const columns = sql`t.id, t.kind, t.order_id, t.created_at`;
  const [available, held] = [accountOf(buyerId, "available"), accountOf(buyerId, "held")];
  const after = (account: RawBuilder<bigint>): RawBuilder<bigint> => sql`coalesce((
    SELECT e.balance_after_micros FROM entries e WHERE e.account_id = ${account} AND e.transfer_id <= line.id
    ORDER BY e.transfer_id DESC LIMIT 1), 0)`;
  const result = await sql<Raw>`
    SELECT line.id, line.kind, line.amount_micros, ${after(available)} + ${after(held)} AS balance_micros,
           line.order_id, o.service_id, o.country_id, line.created_at
    FROM (
      SELECT * FROM (
        (SELECT ${columns}, -t.amount_micros AS amount_micros FROM transfers t
           WHERE t.from_account_id = ${available} AND ${charged} ${older} ${first})
        UNION ALL
        (SELECT ${columns}, -t.amount_micros FROM transfers t
           WHERE t.from_account_id = ${held} AND ${charged} ${older} ${first})
        UNION ALL
        (SELECT ${columns}, t.amount_micros FROM transfers t
           WHERE t.to_account_id = ${available} AND ${received} ${older} ${first})) AS every_line
      ORDER BY id DESC LIMIT ${limit}::bigint OFFSET ${offset}::bigint) AS line
    LEFT JOIN orders o ON o.id = line.order_id
    ORDER BY line.id DESC`.execute(db);
  return result.rows.map((row) => ({
    id: row.id,
    kind: row.kind as TransferKind,
    amountMicros: row.amount_micros,
    balanceMicros: row.balance_micros,
    orderId: row.order_id,
    serviceId: row.service_id,
    countryId: row.country_id,
    at: row.created_at,
  }));
}

/** How many lines the whole statement has. */
export async function countStatement(db: Executor, buyerId: string): Promise<number> {
  const [available, held] = [accountOf(buyerId, "available"), accountOf(buyerId, "held")];
  const result = await sql<{ count: bigint }>`
    SELECT (SELECT count(*) FROM transfers t WHERE t.from_account_id = ${available} AND ${charged})
         + (SELECT count(*) FROM transfers t WHERE t.from_account_id = ${held} AND ${charged})
         + (SELECT count(*) FROM transfers t WHERE t.to_account_id = ${available} AND ${received}) AS count`.execute(
    db,
  );
  return Number(result.rows[0]?.count ?? 0n);
}

/** What an order moved of its buyer's money. */
export interface OrderMovementRow {
  readonly kind: "hold" | "capture" | "release" | "late_charge";
  readonly amountMicros: bigint;
  readonly at: Date;
}

const kindsOfOrder = ["hold", "capture", "release", "late_charge"] as const;

/** Oldest first. Their keys are known (src/wallet/wallet.ts), so the unique index finds them. */
export async function selectOrderMovements(db: Executor, orderId: string): Promise<OrderMovementRow[]> {
  const rows = await db
    .selectFrom("transfers")
    .select(["kind", "amount_micros", "created_at"])
    .where(
      "idempotency_key",
      "in",
      kindsOfOrder.map((kind) => `${kind}:${orderId}`),
    )
    .orderBy("id")
    .execute();
  return rows.flatMap((row) => {
    const kind = kindsOfOrder.find((name) => name === row.kind);
    return kind === undefined ? [] : [{ kind, amountMicros: row.amount_micros, at: row.created_at }];
  });
}

/** False, and nothing is stored: the buyer had a file made after `since`. */
export async function claimExport(db: Executor, buyerId: string, at: Date, since: Date): Promise<boolean> {
  const result = await db
    .updateTable("buyers")
    .set({ exported_at: at })
    .where("id", "=", buyerId)
    .where((eb) => eb.or([eb("exported_at", "is", null), eb("exported_at", "<=", since)]))
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
