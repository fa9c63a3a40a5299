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

const statements = [
  `INSERT INTO buyers (id, telegram_id, created_at)
   SELECT ${buyerId("n")}, n, now() - (${size.buyers} - n) * interval '${size.days} days' / ${size.buyers}
   FROM generate_series(1, ${size.buyers}) AS n`,
  `INSERT INTO accounts (code, kind, buyer_id, balance_micros)
   SELECT 'buyer:' || id || ':' || kind, kind, id, 0 FROM buyers CROSS JOIN (VALUES ('available'), ('held')) AS kinds (kind)`,
  `INSERT INTO accounts (code, kind)
   SELECT code, 'system' FROM unnest(ARRAY['system:revenue', 'system:gateway:stars', 'system:gateway:crypto-pay']) AS code
   UNION ALL
   SELECT 'system:provider:p' || n || ':' || side, 'system'
   FROM generate_series(0, ${size.providers - 1}) AS n CROSS JOIN unnest(ARRAY['prepaid', 'cost', 'loss']) AS side`,
  `INSERT INTO orders (id, buyer_id, quote_id, service_id, country_id, state, price_micros, cost_ceiling_micros, provider,
                       upstream_id, phone, cost_micros, placed_at, rented_at, received_at, closed_at, expires_at, chat_id)
   SELECT ${orderId}, ${buyerId(`1 + (hashint8(n * 7) & 2147483647) % greatest(1, least(${size.buyers}, n / 10))`)}, ${orderId},
          's' || ${popular(size.services, 3)}, 'c' || ${popular(size.countries, 5)},
          CASE WHEN n > ${size.orders - 300} THEN 'waiting' WHEN n % 1000 = 7 THEN 'failed' WHEN n % 5 = 0 THEN 'expired' ELSE 'finished' END,
          480000 + n % 1000, 460000, 'p' || ${popular(size.providers, 11)}, 'u' || n, '+44' || n, 300000 + n % 700,
          at, at, CASE WHEN n <= ${size.orders - 300} AND n % 5 <> 0 AND n % 1000 <> 7 THEN at + (5 + n % 90) * interval '1 s' END,
          CASE WHEN n <= ${size.orders - 300} THEN at + interval '10 min' END, at + interval '20 min', 1
   FROM generate_series(1, ${size.orders}) AS n
   CROSS JOIN LATERAL (SELECT now() - (${size.orders} - n) * interval '${size.days} days' / ${size.orders} AS at) AS times`,
  `INSERT INTO order_attempts (id, order_id, provider, service_code, country_code, operator, cost_micros, started_at, ended_at,
                               outcome, error_kind)
   SELECT gen_random_uuid(), id, CASE tries.n WHEN 1 THEN provider ELSE 'p4' END, 's', 'c', tries.n::text, cost_micros, placed_at,
          placed_at, CASE tries.n WHEN 1 THEN 'rented' ELSE 'refused' END, CASE tries.n WHEN 1 THEN NULL ELSE 'no_stock' END
   FROM orders CROSS JOIN LATERAL generate_series(1, CASE WHEN hashtext(id::text) % 3 = 0 THEN 2 ELSE 1 END) AS tries (n)`,
  `INSERT INTO order_history (order_id, version, to_state, cause, actor, at)
   SELECT id, 1, CASE WHEN hashtext(id::text) % 500 = 0 THEN 'in_doubt' ELSE 'waiting' END, 'bench', 'bench', placed_at FROM orders`,
  // A top-up for each order, its hold, and its capture with the cost or its release: in the order in which they happened.
  `INSERT INTO transfers (idempotency_key, request_hash, kind, from_account_id, to_account_id, amount_micros, order_id, actor,
                          reason, created_at)
   SELECT move.kind || ':' || CASE move.kind WHEN 'topup' THEN 'stars:' || o.upstream_id ELSE o.id::text END, 'h', move.kind,
          move.source, move.target, move.amount, CASE WHEN move.kind <> 'topup' THEN o.id END, 'bench', 'bench', move.at
   FROM orders o
   JOIN accounts a ON a.buyer_id = o.buyer_id AND a.kind = 'available'
   JOIN accounts h ON h.buyer_id = o.buyer_id AND h.kind = 'held'
   JOIN accounts prepaid ON prepaid.code = 'system:provider:' || o.provider || ':prepaid'
   JOIN accounts cost ON cost.code = 'system:provider:' || o.provider || ':cost'
   CROSS JOIN (SELECT min(id) FILTER (WHERE code = 'system:revenue') AS revenue,
                      min(id) FILTER (WHERE code = 'system:gateway:stars') AS stars FROM accounts WHERE kind = 'system') AS ours
   CROSS JOIN LATERAL (
     SELECT 'topup' AS kind, ours.stars AS source, a.id AS target, 600000 AS amount, o.placed_at AS at
     UNION ALL SELECT 'hold', a.id, h.id, o.price_micros, o.placed_at
     UNION ALL SELECT 'capture', h.id, ours.revenue, o.price_micros, o.received_at WHERE o.received_at IS NOT NULL
     UNION ALL SELECT 'provider_cost', prepaid.id, cost.id, o.cost_micros, o.received_at WHERE o.received_at IS NOT NULL
     UNION ALL SELECT 'release', h.id, a.id, o.price_micros, o.closed_at WHERE o.received_at IS NULL AND o.closed_at IS NOT NULL
     UNION ALL SELECT 'adjustment', a.id, prepaid.id, 100, o.placed_at) AS move
   ORDER BY move.at`,
  `INSERT INTO topup_payments (gateway, charge_id, buyer_id, amount_micros, stars, paid_at, state, state_at)
   SELECT CASE WHEN length(upstream_id) % 3 = 0 THEN 'manual' ELSE 'stars' END, upstream_id, buyer_id, 600000, 50, placed_at,
          CASE WHEN hashtext(upstream_id) % 100 = 0 THEN 'refunded' ELSE 'credited' END, placed_at FROM orders`,
  `UPDATE accounts SET balance_micros = 1000000 WHERE balance_micros IS NOT NULL`,
  `VACUUM ANALYZE`,
];

/** Fills an empty, migrated database with a year of sales. Balances are not the sums of entries: only figures are read here. */
export async function fillYear(db: Database): Promise<{ orders: number; transfers: number }> {
  for (const statement of statements) await sql.raw(statement).execute(db);
  const counted = await sql<{ orders: bigint; transfers: bigint }>`
    SELECT (SELECT count(*) FROM orders) AS orders, (SELECT count(*) FROM transfers) AS transfers`.execute(db);
  const { orders = 0n, transfers = 0n } = counted.rows[0] ?? {};
  return { orders: Number(orders), transfers: Number(transfers) };
}
