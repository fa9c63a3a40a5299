import { sql } from "kysely";
import type { Database } from "../../src/db/client.ts";

/** A shop after a year: five transfers an order, with what providers took and what came in. */
export const size = {
  orders: 1_000_000,
  buyers: 100_000,
  days: 365,
  providers: 5,
  services: 200,
  countries: 100,
} as const;

const orderId = "lpad(to_hex(n), 32, '0')::uuid";
const buyerId = (n: string): string => `md5('buyer' || (${n}))::uuid`;
/** A number from 0 to `count` - 1 that is small more often than large, as what people buy is. */
const popular = (count: number, salt: number): string =>
  `floor(${count} * power((hashint8(n * ${salt}) & 65535) / 65536.0, 3))::int`;

/** Inserted into in pieces, each well within the time that a statement may take. */
const PIECES = 20;

const people = [
  `INSERT INTO buyers (id, telegram_id, username, first_name, created_at)
   SELECT ${buyerId("n")}, n, 'name' || n, 'Buyer', now() - (${size.buyers} - n) * interval '${size.days} days' / ${size.buyers}
   FROM generate_series(1, ${size.buyers}) AS n`,
  `INSERT INTO accounts (code, kind, buyer_id, balance_micros)
   SELECT 'buyer:' || id || ':' || kind, kind, id, 1000000
   FROM buyers CROSS JOIN (VALUES ('available'), ('held')) AS kinds (kind)`,
  `INSERT INTO accounts (code, kind)
   SELECT code, 'system' FROM unnest(ARRAY['system:revenue', 'system:adjustments', 'system:gateway:stars']) AS code
   UNION ALL
   SELECT 'system:provider:p' || n || ':' || side, 'system'
   FROM generate_series(0, ${size.providers - 1}) AS n CROSS JOIN unnest(ARRAY['prepaid', 'cost', 'loss']) AS side`,
  `ANALYZE`,
];

/** Orders of a stretch, their tries and histories, and five transfers of each: a top-up, its hold, what became of it, a correction. */
const pieces = (from: number, to: number): readonly string[] => [
  `INSERT INTO orders (id, buyer_id, quote_id, service_id, country_id, state, price_micros, cost_ceiling_micros, provider,
                       upstream_id, phone, cost_micros, placed_at, rented_at, received_at, closed_at, expires_at, chat_id)
   SELECT ${orderId}, ${buyerId(`1 + (hashint8(n * 7) & 2147483647) % greatest(1, least(${size.buyers}, n / 10))`)}, ${orderId},
          's' || ${popular(size.services, 3)}, 'c' || ${popular(size.countries, 5)},
          CASE WHEN open THEN 'waiting' WHEN n % 1000 = 7 THEN 'failed' WHEN n % 5 = 0 THEN 'expired' ELSE 'finished' END,
          480000 + n % 1000, 460000, 'p' || ${popular(size.providers, 11)}, 'u' || n, '+44' || n, 300000 + n % 700,
          at, at, CASE WHEN NOT open AND n % 5 <> 0 AND n % 1000 <> 7 THEN at + (5 + n % 90) * interval '1 s' END,
          CASE WHEN NOT open THEN at + interval '10 min' END, at + interval '20 min', 1
   FROM generate_series(${from}, ${to}) AS n
   CROSS JOIN LATERAL (SELECT n > ${size.orders - 300} AS open,
     now() - (${size.orders} - n) * interval '${size.days} days' / ${size.orders} AS at) AS times`,
  `INSERT INTO order_attempts (id, order_id, provider, service_code, country_code, operator, cost_micros, started_at, ended_at,
                               outcome, error_kind)
   SELECT gen_random_uuid(), o.id, CASE tries.n WHEN 1 THEN o.provider ELSE 'p4' END, 's', 'c', tries.n::text, o.cost_micros,
          o.placed_at, o.placed_at, CASE tries.n WHEN 1 THEN 'rented' ELSE 'refused' END,
          CASE tries.n WHEN 1 THEN NULL ELSE 'no_stock' END
   FROM generate_series(${from}, ${to}) AS n JOIN orders o ON o.id = ${orderId}
   CROSS JOIN LATERAL generate_series(1, CASE WHEN n % 3 = 0 THEN 2 ELSE 1 END) AS tries (n)`,
  `INSERT INTO order_history (order_id, version, to_state, cause, actor, at)
   SELECT o.id, 1, CASE WHEN n % 500 = 0 THEN 'in_doubt' ELSE 'waiting' END, 'bench', 'bench', o.placed_at
   FROM generate_series(${from}, ${to}) AS n JOIN orders o ON o.id = ${orderId}`,
  `INSERT INTO transfers (idempotency_key, request_hash, kind, from_account_id, to_account_id, amount_micros, order_id, actor,
                          reason, created_at)
   SELECT move.kind || ':' || CASE move.kind WHEN 'topup' THEN 'stars:' || o.upstream_id ELSE o.id::text END, 'h', move.kind,
          move.source, move.target, move.amount, CASE WHEN move.kind NOT IN ('topup', 'adjustment') THEN o.id END, 'bench', 'bench', move.at
   FROM generate_series(${from}, ${to}) AS n JOIN orders o ON o.id = ${orderId}
   JOIN accounts a ON a.buyer_id = o.buyer_id AND a.kind = 'available'
   JOIN accounts h ON h.buyer_id = o.buyer_id AND h.kind = 'held'
   JOIN accounts prepaid ON prepaid.code = 'system:provider:' || o.provider || ':prepaid'
   JOIN accounts cost ON cost.code = 'system:provider:' || o.provider || ':cost'
   CROSS JOIN (SELECT min(id) FILTER (WHERE code = 'system:revenue') AS revenue,
                      min(id) FILTER (WHERE code = 'system:adjustments') AS adjustments,
                      min(id) FILTER (WHERE code = 'system:gateway:stars') AS stars FROM accounts WHERE kind = 'system') AS ours
   CROSS JOIN LATERAL (
     SELECT 'topup' AS kind, ours.stars AS source, a.id AS target, 600000 AS amount, o.placed_at AS at
     UNION ALL SELECT 'hold', a.id, h.id, o.price_micros, o.placed_at
     UNION ALL SELECT 'capture', h.id, ours.revenue, o.price_micros, o.received_at WHERE o.received_at IS NOT NULL
     UNION ALL SELECT 'provider_cost', prepaid.id, cost.id, o.cost_micros, o.received_at WHERE o.received_at IS NOT NULL
     UNION ALL SELECT 'release', h.id, a.id, o.price_micros, o.closed_at WHERE o.received_at IS NULL AND o.closed_at IS NOT NULL
     UNION ALL SELECT 'adjustment', ours.adjustments, a.id, 100, o.placed_at) AS move`,
  `INSERT INTO topup_payments (gateway, charge_id, buyer_id, amount_micros, stars, paid_at, state, state_at)
   SELECT 'stars', o.upstream_id, o.buyer_id, 600000, 50, o.placed_at, CASE WHEN n % 100 = 0 THEN 'refunded' ELSE 'credited' END, o.placed_at
   FROM generate_series(${from}, ${to}) AS n JOIN orders o ON o.id = ${orderId}`,
];

const filled = ["orders", "order_attempts", "order_history", "transfers", "topup_payments"];

/** Indexes are made again at the end, and what points to other tables is not checked a million times: it is right as it is written. */
async function unburden(db: Database): Promise<readonly string[]> {
  const result = await sql<{ drop: string; make: string | null }>`
    SELECT 'DROP INDEX ' || indexrelid::regclass AS drop, pg_get_indexdef(indexrelid) AS make FROM pg_index
    WHERE indrelid = ANY (${filled}::regclass[]) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    UNION ALL
    SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || conname, CASE contype WHEN 'u' THEN
      'ALTER TABLE ' || conrelid::regclass || ' ADD CONSTRAINT ' || conname || ' ' || pg_get_constraintdef(oid) END
    FROM pg_constraint WHERE conrelid = ANY (${filled}::regclass[]) AND contype IN ('f', 'u')`.execute(db);
  for (const { drop } of result.rows) await sql.raw(drop).execute(db);
  return result.rows.flatMap(({ make }) => (make === null ? [] : [make]));
}

/** Fills an empty, migrated database with a year of sales. Balances are not the sums of entries: only figures are read here. */
export async function fillYear(db: Database): Promise<{ orders: number; transfers: number }> {
  for (const statement of people) await sql.raw(statement).execute(db);
  const indexes = await unburden(db);
  const length = size.orders / PIECES;
  for (let piece = 0; piece < PIECES; piece += 1) {
    for (const statement of pieces(piece * length + 1, (piece + 1) * length)) {
      await sql.raw(statement).execute(db);
    }
  }
  for (const statement of [...indexes, "VACUUM ANALYZE"]) await sql.raw(statement).execute(db);
  const counted = await sql<{ orders: bigint; transfers: bigint }>`
    SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM transfers) AS transfers`.execute(
    db,
  );
  const { orders = 0n, transfers = 0n } = counted.rows[0] ?? {};
  return { orders: Number(orders), transfers: Number(transfers) };
}
