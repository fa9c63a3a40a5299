import { sql } from "kysely";
import { gatherPeople } from "../sandbox/replicas/shoppers.ts";
import { type ReplicaStage, setReplicaStage, wantedFrom, whyNoStage } from "../sandbox/replicas/stage.ts";
import type { PretendUser } from "../sandbox/telegram/index.ts";
import { systemClock } from "../src/core/clock.ts";
import type { Database } from "../src/db/client.ts";
import type { Bench } from "./support/bench.ts";
import { createBuyer } from "./support/buyers.ts";
import { buyTyping } from "./support/chat.ts";

const BUYERS = 10;
const ORDERS_EACH = 10;
const IDLE_MS = 30_000;
const PATIENCE_MS = 60_000;

/** What the database and the process have done so far. */
interface Tally {
  readonly atMs: number;
  readonly cpuMs: number;
  readonly updates: number;
  readonly transactions: number;
  readonly queries: number;
  readonly walBytes: number;
  readonly bytes: number;
  readonly rows: ReadonlyMap<string, number>;
}

export const orders: Bench = {
  name: "orders",
  about:
    "what an order costs from the typed search to “Done”: queries, rows, bytes, WAL, CPU; and an idle process",
  async run(context) {
    const missing = whyNoStage();
    if (missing !== undefined) return context.note(`Not measured: ${missing}.`);
    const { db, connectionString } = await context.database();
    const stage = await setReplicaStage({ replicas: 1, connectionString, seed: 1 });
    try {
      let updates = 0;
      stage.outside.telegram.events.subscribe((event) => {
        if (event.type === "update_delivered") updates += 1;
      });
      const people = await gatherPeople(stage.outside.telegram, BUYERS, (id) => createBuyer(db, id));
      // The first order of each also fills caches.
      await Promise.all(people.map((person) => live(stage, person, 1)));
      const begun = await tally(stage, db, updates);
      await Promise.all(people.map((person) => live(stage, person, ORDERS_EACH)));
      const done = await tally(stage, db, updates);
      await systemClock.sleep(IDLE_MS);
      const rested = await tally(stage, db, updates);
      const idleSeconds = (rested.atMs - done.atMs) / 1000;
      const seconds = (done.atMs - begun.atMs) / 1000;
      const idle = (key: "transactions" | "queries" | "cpuMs" | "walBytes"): number =>
        (rested[key] - done[key]) / idleSeconds;
      const perOrder = (key: "transactions" | "queries" | "cpuMs" | "walBytes"): number =>
        (done[key] - begun[key] - idle(key) * seconds) / (BUYERS * ORDERS_EACH);
      context.table(
        `${BUYERS * ORDERS_EACH} orders in ${seconds.toFixed(0)} s; what an idle process does is taken off`,
        ["", "an order", "an idle process, a second"],
        [
          ["transactions", perOrder("transactions"), idle("transactions")],
          ["queries", perOrder("queries"), idle("queries")],
          ["WAL, bytes", perOrder("walBytes"), idle("walBytes")],
          ["CPU of the process, ms", perOrder("cpuMs"), idle("cpuMs")],
        ],
      );
      const each = (before: number, after: number): number => (after - before) / (BUYERS * ORDERS_EACH);
      const grown = [...done.rows].flatMap(([table, count]) => {
        const rows = each(begun.rows.get(table) ?? 0, count);
        return rows >= 0.05 ? [[table, rows] as const] : [];
      });
      context.table("Rows that an order leaves", ["table", "rows"], grown);
      const rows = grown.reduce((sum, [, count]) => sum + count, 0);
      const bytes = each(begun.bytes, done.bytes);
      const updatesEach = each(begun.updates, done.updates);
      context.note(
        `${rows.toFixed(1)} rows and ${bytes.toFixed(0)} bytes of tables and indexes an order; ${updatesEach.toFixed(1)} updates an order.`,
      );
    } finally {
      await stage.close();
    }
  },
};

/** Buys by typed search, waits for the code, presses Done. */
async function live(
  { outside: { telegram } }: ReplicaStage,
  person: PretendUser,
  count: number,
): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    const { message } = await buyTyping(telegram, person, wantedFrom.herosms);
    const wait = { timeoutMs: PATIENCE_MS, afterMessageId: message.messageId };
    await person.waitForMessage((said) => said.from.isBot && /\b7\d{6}\b/.test(said.text), wait);
    await person.waitForMessage(
      (card) =>
        card.messageId === message.messageId &&
        card.buttons.flat().some(({ text }) => text.includes("Close number")),
      { timeoutMs: PATIENCE_MS },
    );
    await person.press(message, (button) => button.text.includes("Close number"), { timeoutMs: PATIENCE_MS });
  }
}

async function tally(stage: ReplicaStage, db: Database, updates: number): Promise<Tally> {
  const cpuMs = await stage.fleet.cpuMs(0);
  const { transactions, queries } = await stage.pgBouncer.counts();
  const { rows: facts } = await sql<{ wal: string; bytes: string; name: string }>`
    SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::text AS wal, relname AS name,
      pg_total_relation_size(oid)::text AS bytes
    FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`.execute(db);
  const rows = new Map<string, number>();
  for (const { name } of facts) {
    const result = await sql<{ count: bigint }>`SELECT count(*) FROM ${sql.table(name)}`.execute(db);
    rows.set(name, Number(result.rows[0]?.count ?? 0n));
  }
  return {
    atMs: performance.now(),
    cpuMs,
    updates,
    transactions,
    queries,
    walBytes: Number(facts[0]?.wal),
    bytes: facts.reduce((sum, { bytes }) => sum + Number(bytes), 0),
    rows,
  };
}
