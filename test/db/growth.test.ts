import { sql } from "kysely";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "../../src/core/ids.ts";
import { telegramLimits } from "../../src/core/telegram-limits.ts";
import { claimUpdates, inboxBacklog } from "../../src/db/queries/inbox.ts";
import { outboxBacklog } from "../../src/db/queries/outbox.ts";
import { claimMessages } from "../../src/db/queries/outbox-claims.ts";
import { selectProviderBooks } from "../../src/db/queries/provider-books.ts";
import { selectRefunding } from "../../src/db/queries/topup-payments.ts";
import { selectDueTopups } from "../../src/db/queries/topups.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createScriptedProvider } from "../support/scripted-provider.ts";
import { createTestShop, type TestShop } from "../support/shop.ts";

const ROWS = 20_000;
const TABLES = ["orders", "order_attempts", "order_history", "inbox", "outbox", "topups", "topup_payments"];
let database: TestDatabase;
let shop: TestShop;

beforeAll(async () => {
  // One connection, so that its statistics can be asked for.
  database = await createTestDatabase({ maxConnections: 1 });
  shop = await createTestShop(database.db, { providers: [createScriptedProvider("old")] });
  await growOld(await shop.buyer(1_000_000n));
});
afterAll(() => database.close());

/** A shop that has been open for a while: everything in it is done with. */
async function growOld(buyerId: string): Promise<void> {
  const { db } = database;
  await sql`
    INSERT INTO orders (id, buyer_id, quote_id, service_id, country_id, state, price_micros, cost_ceiling_micros, provider,
      upstream_id, phone, cost_micros, placed_at, rented_at, expires_at, closed_at, chat_id)
    SELECT gen_random_uuid(), ${buyerId}, gen_random_uuid(), 'wa', 'GB', 'expired', 1, 1, 'old', 'u' || n, '+44' || n, 1,
      at, at, at, at, 5 FROM generate_series(1, ${ROWS}) AS n, LATERAL (SELECT now() - n * interval '1 minute' AS at) AS t`.execute(
    db,
  );
  await sql`
    INSERT INTO order_attempts (id, order_id, provider, service_code, country_code, operator, cost_micros, started_at,
      ended_at, outcome)
    SELECT gen_random_uuid(), id, 'old', 'wa', '16', '', 1, placed_at, placed_at, 'rented' FROM orders`.execute(
    db,
  );
  await sql`
    INSERT INTO order_history (order_id, version, to_state, cause, actor, at)
    SELECT id, 1, 'placing', 'tap', 'buyer', placed_at FROM orders`.execute(db);
  await sql`
    INSERT INTO inbox (update_id, lane, payload, received_at, done_at)
    SELECT n, 'u:' || n % 100, '{}', now(), now() FROM generate_series(1, ${ROWS}) AS n`.execute(db);
  await sql`
    INSERT INTO outbox (chat_id, kind, payload, created_at, next_attempt_at, sent_at)
    SELECT n % 100, 'order_card', '{}', now(), now(), now() FROM generate_series(1, ${ROWS}) AS n`.execute(
    db,
  );
  await sql`
    INSERT INTO topups (id, buyer_id, gateway, state, amount_micros, chat_id, created_at, expires_at, closed_at)
    SELECT gen_random_uuid(), ${buyerId}, 'crypto-pay', 'credited', 1, 5, now(), now(), now()
    FROM generate_series(1, ${ROWS})`.execute(db);
  await sql`
    INSERT INTO topup_payments (gateway, charge_id, buyer_id, amount_micros, paid_at, state, state_at)
    SELECT 'stars', 'c' || n, ${buyerId}, 1, now(), 'credited', now() FROM generate_series(1, ${ROWS}) AS n`.execute(
    db,
  );
  await sql`ANALYZE`.execute(db);
}

/** Rows that were read by going through a whole table, by table. */
async function readSequentially(): Promise<Map<string, number>> {
  await sql`SELECT pg_stat_force_next_flush()`.execute(database.db);
  const { rows } = await sql<{ name: string; read: string }>`
    SELECT relname AS name, seq_tup_read::text AS read FROM pg_stat_user_tables`.execute(database.db);
  return new Map(rows.map(({ name, read }) => [name, Number(read)]));
}

it("what runs every few seconds goes through no table that only grows", async () => {
  const { db, clock, orders } = shop;
  const now = clock.now();
  const before = await readSequentially();
  await orders.watch("old", new AbortController().signal);
  await orders.reconcile("old");
  await orders.sweep();
  await selectProviderBooks(db, "old");
  await claimUpdates(db, { limit: 10, leaseMs: 1000, leaseToken: newId() });
  const claim = { now, limit: 10, limitOfOthers: 10, leaseMs: 1000, leaseToken: newId() };
  await claimMessages(db, { ...claim, limits: telegramLimits });
  await inboxBacklog(db);
  await outboxBacklog(db);
  await selectDueTopups(db, "crypto-pay", now, 10);
  await selectRefunding(db, now, 10);
  const after = await readSequentially();
  const grown = TABLES.map((name) => [name, (after.get(name) ?? 0) - (before.get(name) ?? 0)]);
  expect(grown.filter(([, read]) => read !== 0)).toEqual([]);
});
