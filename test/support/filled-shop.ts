import pg from "pg";
import { createSandboxClock } from "../../sandbox/clock.ts";
import type { Market } from "../../sandbox/providers/market.ts";
import { environmentOf, type Outside, startOutside } from "../../sandbox/world.ts";
import type { Clock } from "../../src/core/clock.ts";
import { loadConfig } from "../../src/shop/config/config.ts";
import { type Shop, startShop } from "../../src/shop/shop.ts";
import { type Buyer, createBuyer } from "./buyer.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";
import { query } from "./embedded.ts";
import { createTestLogger } from "./logger.ts";

/** A database that a real shop has filled by selling, and what lies outside of that shop. */
export interface FilledShop {
  readonly clock: Clock;
  readonly database: TestDatabase;
  readonly market: Market;
  /** Whose number still waits for its code. */
  readonly bob: Buyer;
  customer(firstName: string): Promise<Buyer>;
  /** A shop on another database, with the same outside or a new one. */
  open(database: TestDatabase, outside?: Outside): Promise<Shop>;
  close(): Promise<void>;
}

/** While a code is on its way. A tap is answered at the usual speed: else its deadlines pass on a busy machine. */
const WAITING_SPEED = 20;

/** Sells one code, leaves one number waiting and one claim of a manual payment that points to another. */
export async function fillShop(): Promise<FilledShop> {
  const clock = createSandboxClock();
  const outside = await startOutside({ clock, pulseMs: 50 });
  const [provider] = outside.providers.values();
  if (!provider) throw new Error("no provider");
  const { market } = provider;
  const database = await createTestDatabase();

  async function open(target: TestDatabase, world = outside): Promise<Shop> {
    const result = loadConfig({ ...environmentOf(world), PORT: "0", ADMIN_PORT: "0" });
    if (!result.ok) throw new Error(JSON.stringify(result.problems));
    const { connectionString } = target;
    const logger = createTestLogger();
    const { signal } = new AbortController();
    return await startShop({ config: result.config, clock, logger, connectionString, signal });
  }

  async function customer(firstName: string): Promise<Buyer> {
    const buyer = createBuyer(outside.telegram.user({ firstName, languageCode: "en" }));
    await buyer.start();
    await buyer.topUp();
    return buyer;
  }

  const shop = await open(database);
  const ada = await customer("Ada");
  await ada.buyWhatsApp();
  market.deliver(market.active()[0]?.id ?? "", { code: "482913" });
  clock.setSpeed(WAITING_SPEED);
  await ada.hears("482913");
  clock.setSpeed(1);
  const bob = await customer("Bob");
  await bob.buyWhatsApp();
  await shop.stop();
  await addPaperwork(database);

  return {
    clock,
    database,
    market,
    bob,
    customer,
    open,
    async close() {
      await outside.close();
      await database.close();
    },
  };
}

async function addPaperwork({ connectionString }: TestDatabase): Promise<void> {
  const add = (text: string): Promise<unknown> => query(connectionString, text);
  await add(`
    INSERT INTO topups (id, buyer_id, gateway, state, amount_micros, chat_id, created_at, expires_at)
    SELECT id, buyer_id, 'manual', 'pending', 5000000, 1, now(), 'infinity'
    FROM (SELECT id AS buyer_id FROM buyers LIMIT 1) AS b,
      (VALUES ('00000000-0000-7000-8000-000000000001'::uuid), ('00000000-0000-7000-8000-000000000002')) AS t (id)`);
  // The earlier row by key points to the later one: no order by key could restore both.
  await add(`
    INSERT INTO manual_claims (id, topup_id, note, submitted_at, duplicate_of) VALUES
      ('00000000-0000-7000-8000-00000000000b', '00000000-0000-7000-8000-000000000002', E'tab\\t"quoted" \\\\ ünïcode 🙂', now(), NULL),
      ('00000000-0000-7000-8000-00000000000a', '00000000-0000-7000-8000-000000000001', '', now(), '00000000-0000-7000-8000-00000000000b')`);
  await add("INSERT INTO conversation_states (key, state, updated_at) VALUES ('null', 'null', now())");
}

/** Every row of every table, as text, but for when migrations ran and until when leases were held. */
export async function contentsOf({
  connectionString,
}: TestDatabase): Promise<Record<string, readonly unknown[]>> {
  // What triggers fill. The queues follow from the messages; an empty one may be left for the next claim to delete.
  // The changes of the catalogue are numbered by this database's transactions.
  const tables = await query(
    connectionString,
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name NOT IN ('outbox_queues', 'catalog_changes')`,
  );
  const contents: Record<string, readonly unknown[]> = {};
  for (const { name } of tables) {
    const table = pg.escapeIdentifier(String(name));
    const ignored = `- 'applied_at' - CASE '${name}' WHEN 'leases' THEN 'expires_at' ELSE '' END`;
    const rows = await query(
      connectionString,
      `SELECT (to_jsonb(t) ${ignored})::text AS row FROM ${table} t ORDER BY 1`,
    );
    contents[String(name)] = rows.map(({ row }) => row);
  }
  return contents;
}
