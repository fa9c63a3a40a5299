import { sql } from "kysely";
import { addMs, type Clock } from "../src/core/clock.ts";
import type { Database } from "../src/db/client.ts";
import { upsertBuyer } from "../src/db/queries/buyers.ts";
import { inTransaction } from "../src/db/transaction.ts";
import { accountOf, system } from "../src/wallet/accounts.ts";
import { post } from "../src/wallet/post.ts";

const HOUR_MS = 3_600_000;
const PRICE_MICROS = 120_000n;
/** Twenty is what the shop needs before it shows a percentage. */
const ORDERS_A_PAIR = 24;
const SERVICES = ["wa", "go", "ig"];
/** How many of the orders got a code, and how long it usually took. */
const COUNTRIES = [
  { country: "GB", delivered: 21, seconds: 14 },
  { country: "US", delivered: 20, seconds: 19 },
  { country: "ID", delivered: 15, seconds: 31 },
  { country: "IN", delivered: 18, seconds: 24 },
  { country: "PL", delivered: 22, seconds: 11 },
];

/**
 * Gives the pretend shop a week in which somebody bought at `provider`: percentages, waiting times, and what is slower than
 * usual come from that. The ledger is right afterwards: each order was held, then charged or released.
 */
export async function fillPastWeek(deps: { db: Database; clock: Clock; provider: string }): Promise<void> {
  const now = deps.clock.now();
  await inTransaction(deps.db, async (tx) => {
    const at = addMs(now, -7 * 24 * HOUR_MS);
    const { id } = await upsertBuyer(tx, { telegramId: 1, languageCode: "en", at });
    const total = PRICE_MICROS * BigInt(ORDERS_A_PAIR * SERVICES.length * COUNTRIES.length);
    const [available, held] = [accountOf(id, "available"), accountOf(id, "held")];
    const funds = { key: "past week", kind: "adjustment", from: system.adjustments, to: available } as const;
    await post(tx, { ...funds, amountMicros: total, actor: "demo", reason: "a pretend past", at });
    await sql`
      INSERT INTO orders (id, buyer_id, quote_id, service_id, country_id, state, price_micros, cost_ceiling_micros,
                          provider, upstream_id, phone, cost_micros, placed_at, rented_at, received_at, closed_at, chat_id)
      SELECT gen_random_uuid(), ${id}, gen_random_uuid(), service, country,
             CASE WHEN serial <= delivered THEN 'finished' ELSE 'expired' END, ${PRICE_MICROS}, ${PRICE_MICROS},
             ${deps.provider}, format('past-%s-%s-%s', service, country, serial), '10000000000', ${PRICE_MICROS} / 2,
             rented_at, rented_at,
             CASE WHEN serial <= delivered THEN rented_at + make_interval(secs => seconds + serial % 7 - 3) END,
             rented_at + interval '20 minutes', 1
      FROM unnest(${sql.val(SERVICES)}::text[]) AS services (service),
           jsonb_to_recordset(${JSON.stringify(COUNTRIES)}::jsonb) AS countries (country text, delivered int, seconds int),
           generate_series(1, ${ORDERS_A_PAIR}::int) AS serials (serial),
           LATERAL (SELECT ${now}::timestamptz - make_interval(hours => 6 * serial) AS rented_at) AS times`.execute(
      tx,
    );
    await sql`
      SELECT post_transfer('hold:' || o.id, 'past', 'hold', a.id, h.id, o.price_micros, o.id, NULL, 'demo', 'past', o.placed_at),
             CASE WHEN o.state = 'finished'
               THEN post_transfer('capture:' || o.id, 'past', 'capture', h.id, r.id, o.price_micros, o.id, NULL, 'demo', 'past', o.closed_at)
               ELSE post_transfer('release:' || o.id, 'past', 'release', h.id, a.id, o.price_micros, o.id, NULL, 'demo', 'past', o.closed_at)
             END
      FROM orders o, accounts a, accounts h, accounts r
      WHERE o.buyer_id = ${id} AND a.code = ${available} AND h.code = ${held} AND r.code = ${system.revenue}`.execute(
      tx,
    );
  });
}
