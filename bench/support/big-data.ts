import { sql } from "kysely";
import type { Database } from "../../src/db/client.ts";

/** The number of rows of a shop after some months. */
export const size = {
  providers: 5,
  offers: 100_000,
  buyers: 2_000,
  /** A hold and a capture each. */
  endedOrders: 100_000,
  openOrders: 500,
  doneMessages: 100_000,
  openMessages: 5_000,
  lanes: 500,
} as const;

const orders = size.endedOrders + size.openOrders;
const messages = size.doneMessages + size.openMessages;
const filled = [
  "offers",
  "buyers",
  "accounts",
  "orders",
  "order_history",
  "transfers",
  "entries",
  "inbox",
  "outbox",
];

/** Buyer `n`, 1 to size.buyers: ids are made from numbers, so that statements agree on them. */
const buyerId = (n: string): string => `md5('buyer' || (${n}))::uuid`;
const orderId = (n: string): string => `md5('order' || (${n}))::uuid`;

const statements = [
  // The bench measures with and without statistics, so autovacuum must not collect them in between.
  ...filled.map((table) => `ALTER TABLE ${table} SET (autovacuum_enabled = false)`),
  `INSERT INTO offers (provider, service_id, country_id, service_code, country_code, operator, cost_micros, stock, observed_at)
   SELECT 'p' || n % ${size.providers}, 's' || service, 'c' || country, 's' || service, 'c' || country, '',
          100000 + n % 1000, n % 50, now()
   FROM generate_series(0, ${size.offers - 1}) AS n
   CROSS JOIN LATERAL (SELECT n / ${size.providers} % 200 AS service, n / ${size.providers * 200} % 100 AS country) AS codes`,
  `INSERT INTO buyers (id, telegram_id, created_at)
   SELECT ${buyerId("n")}, n, now() FROM generate_series(1, ${size.buyers}) AS n`,
  `INSERT INTO accounts (code, kind, buyer_id, balance_micros)
   SELECT 'buyer:' || id || ':' || kind, kind, id, 0 FROM buyers CROSS JOIN (VALUES ('available'), ('held')) AS kinds (kind)`,
  `INSERT INTO accounts (code, kind) VALUES ('system:revenue', 'system'), ('system:gateway:stars', 'system')`,
  `INSERT INTO orders (id, buyer_id, quote_id, service_id, country_id, state, price_micros, cost_ceiling_micros, provider,
                       upstream_id, phone, cost_micros, placed_at, rented_at, received_at, closed_at, expires_at, next_check_at, chat_id)
   SELECT ${orderId("n")}, ${buyerId(`n % ${size.buyers} + 1`)}, ${orderId("n")}, 's' || n % 200, 'c' || n % 100,
          CASE WHEN open THEN 'waiting' ELSE 'finished' END, 480000, 460000, 'p' || n % ${size.providers}, 'u' || n, '+44' || n,
          100000, at, at, CASE WHEN NOT open THEN at + interval '20 s' END, CASE WHEN NOT open THEN at + interval '5 min' END,
          at + interval '20 min', CASE WHEN open THEN now() - n * interval '1 ms' END, n % ${size.buyers} + 1
   FROM generate_series(1, ${orders}) AS n
   CROSS JOIN LATERAL (SELECT n > ${size.endedOrders} AS open, now() - (${orders} - n) * interval '50 s' AS at) AS facts`,
  `INSERT INTO order_history (order_id, version, to_state, cause, actor, at)
   SELECT id, number, state, 'bench', 'bench', placed_at FROM orders CROSS JOIN generate_series(1, 3) AS number`,
  `INSERT INTO transfers (idempotency_key, request_hash, kind, from_account_id, to_account_id, amount_micros, order_id, actor,
                          reason, created_at)
   SELECT 'topup:' || a.buyer_id, 'h', 'topup', stars.id, a.id, 1000000000, NULL::uuid, 'bench', 'bench', now()
   FROM accounts a CROSS JOIN accounts stars WHERE a.kind = 'available' AND stars.code = 'system:gateway:stars'
   UNION ALL
   SELECT 'hold:' || o.id, 'h', 'hold', a.id, h.id, o.price_micros, o.id, 'bench', 'bench', now()
   FROM orders o JOIN accounts a ON a.buyer_id = o.buyer_id AND a.kind = 'available'
   JOIN accounts h ON h.buyer_id = o.buyer_id AND h.kind = 'held'
   UNION ALL
   SELECT 'capture:' || o.id, 'h', 'capture', h.id, revenue.id, o.price_micros, o.id, 'bench', 'bench', now()
   FROM orders o JOIN accounts h ON h.buyer_id = o.buyer_id AND h.kind = 'held'
   CROSS JOIN accounts revenue WHERE revenue.code = 'system:revenue' AND o.closed_at IS NOT NULL`,
  `INSERT INTO entries (transfer_id, account_id, amount_micros)
   SELECT id, from_account_id, -amount_micros FROM transfers UNION ALL SELECT id, to_account_id, amount_micros FROM transfers`,
  `UPDATE accounts SET balance_micros = sums.micros
   FROM (SELECT account_id, sum(amount_micros) AS micros FROM entries GROUP BY account_id) AS sums
   WHERE sums.account_id = accounts.id AND balance_micros IS NOT NULL`,
  `INSERT INTO inbox (update_id, lane, payload, received_at, done_at)
   SELECT n, 'u:' || n % ${size.lanes}, '{"update_id": 1}', now(), CASE WHEN n <= ${size.doneMessages} THEN now() END
   FROM generate_series(1, ${messages}) AS n`,
  `INSERT INTO outbox (dedupe_key, chat_id, kind, payload, created_at, next_attempt_at, sent_at)
   SELECT 'k' || n, n % ${size.lanes} + 1, 'order_card', jsonb_build_object('kind', 'order_card', 'orderId', ${orderId("n")}),
          now(), now(), CASE WHEN n <= ${size.doneMessages} THEN now() END
   FROM generate_series(1, ${messages}) AS n`,
];

/** Fills an empty, migrated database with a consistent ledger. Returns a buyer and an order for queries. */
export async function fill(db: Database): Promise<{ buyerId: string; orderId: string }> {
  for (const statement of statements) await sql.raw(statement).execute(db);
  const found = await sql<{ buyer: string; order: string }>`
    SELECT ${sql.raw(buyerId("7"))} AS buyer, ${sql.raw(orderId(`${orders}`))} AS order`.execute(db);
  const row = found.rows[0];
  return { buyerId: row?.buyer ?? "", orderId: row?.order ?? "" };
}
