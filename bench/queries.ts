import { CompiledQuery, Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { z } from "zod";
import { newId } from "../src/core/ids.ts";
import { telegramLimits } from "../src/core/telegram-limits.ts";
import type { Database, Executor } from "../src/db/client.ts";
import { selectShelf } from "../src/db/queries/favourites.ts";
import { claimUpdates, inboxBacklog } from "../src/db/queries/inbox.ts";
import { selectBalance, selectLedgerDifferences } from "../src/db/queries/ledger.ts";
import { selectMarketOffers } from "../src/db/queries/market.ts";
import { selectRoute } from "../src/db/queries/offers.ts";
import { countCancels, selectPurchaseCounts } from "../src/db/queries/order-limits.ts";
import * as lists from "../src/db/queries/order-lists.ts";
import { selectOrder, selectOrderByPhone } from "../src/db/queries/orders.ts";
import { claimMessages } from "../src/db/queries/outbox-claims.ts";
import { countStatement, selectStatement } from "../src/db/queries/statements.ts";
import { selectDelivery, selectSales, selectWaits } from "../src/db/queries/statistics.ts";
import { selectPastWaits, selectWatchedOrders, takeWatchNews } from "../src/db/queries/watched-orders.ts";
import type { DB } from "../src/db/schema.ts";
import type { Bench } from "./support/bench.ts";
import { fill, size } from "./support/big-data.ts";
import { median } from "./support/statistics.ts";

const RUNS = 5;
/** Scans of at least this many rows are reported. */
const MANY_ROWS = 1_000;
const DAY_MS = 86_400_000;

/** Runs one query of the shop, whose statements are then explained. */
type Ask = (db: Executor) => Promise<unknown>;

export const queries: Bench = {
  name: "queries",
  about: "the shop's hot queries on big tables, before and after ANALYZE, with the scans they make",
  async run(context) {
    const { db, connectionString } = await context.database();
    const asks = asksAbout(await fill(db));
    const recorder = createRecorder(connectionString);
    try {
      const unknown = await explainAll(recorder, asks);
      await sql`VACUUM ANALYZE`.execute(db);
      const known = await explainAll(recorder, asks);
      const rows = asks.map(([name], index) => {
        const [before, after] = [unknown[index], known[index]];
        return [name, before?.ms ?? Number.NaN, after?.ms ?? Number.NaN, after?.scans.join(", ") ?? ""];
      });
      context.table(
        `${size.offers} offers, ${size.endedOrders} ended and ${size.openOrders} open orders, ${2 * size.endedOrders} transfers, ${size.openMessages} open updates and messages; median of ${RUNS}`,
        ["query", "no statistics ms", "analysed ms", `scans of ${MANY_ROWS} rows and more`],
        rows,
      );
    } finally {
      await recorder.db.destroy();
    }
  },
};

function asksAbout({
  buyerId,
  orderId,
}: {
  buyerId: string;
  orderId: string;
}): readonly (readonly [string, Ask])[] {
  const now = new Date();
  const ago = (ms: number): Date => new Date(now.getTime() - ms);
  const providers = Array.from({ length: size.providers }, (_, index) => `p${index}`);
  const service = { providers, serviceIds: ["s7"], since: ago(DAY_MS), at: now };
  const pair = { ...service, countryIds: ["c7"] };
  const claim = { now, limit: 30, leaseMs: 60_000, leaseToken: newId() };
  const page = { limit: 8, offset: 0 };
  const lease = { name: "watch:p1", holder: "bench", epoch: 1n };
  return [
    ["claimUpdates", (db) => claimUpdates(db, claim)],
    ["claimMessages", (db) => claimMessages(db, { ...claim, limitOfOthers: 30, limits: telegramLimits })],
    ["inboxBacklog", (db) => inboxBacklog(db)],
    ["selectWatchedOrders", (db) => selectWatchedOrders(db, "p1")],
    ["takeWatchNews", (db) => takeWatchNews(db, { provider: "p1", lease, now, holdUntil: now, limit: 500 })],
    ["selectPastWaits (3 days)", (db) => selectPastWaits(db, "p1", ago(3 * DAY_MS), 2_000)],
    [
      "selectOrdersInStates (placing)",
      (db) => lists.selectOrdersInStates(db, ["placing"], { placedBefore: now, limit: 100 }),
    ],
    ["selectMarketOffers (a service)", (db) => selectMarketOffers(db, service.providers, service.serviceIds)],
    ["selectRoute (a pair)", (db) => selectRoute(db, pair, 1_000_000n)],
    ["selectOrder", (db) => selectOrder(db, orderId)],
    [
      "selectOrderByPhone",
      (db) => selectOrderByPhone(db, "p0", `+44${size.endedOrders + size.openOrders}`, ago(DAY_MS / 24)),
    ],
    ["selectOrdersOfBuyer", (db) => lists.selectOrdersOfBuyer(db, buyerId, { ...page, isOpenOnly: false })],
    ["countOrdersOfBuyer", (db) => lists.countOrdersOfBuyer(db, buyerId)],
    ["selectShelf", (db) => selectShelf(db, buyerId, 20)],
    [
      "selectPurchaseCounts",
      (db) =>
        selectPurchaseCounts(db, buyerId, {
          channel: "chat",
          hourAgo: ago(DAY_MS / 24),
          dayAgo: ago(DAY_MS),
          at: now,
        }),
    ],
    ["countCancels", (db) => countCancels(db, { buyerId, channel: "chat" }, ago(DAY_MS))],
    ["selectBalance", (db) => selectBalance(db, buyerId)],
    ["selectStatement", (db) => selectStatement(db, buyerId, page)],
    ["countStatement", (db) => countStatement(db, buyerId)],
    ["selectDelivery (7 days)", (db) => selectDelivery(db, ago(7 * DAY_MS))],
    ["selectWaits (7 days)", (db) => selectWaits(db, ago(7 * DAY_MS))],
    ["selectSales (30 days)", (db) => selectSales(db, ago(30 * DAY_MS))],
    ["selectLedgerDifferences", (db) => selectLedgerDifferences(db)],
  ];
}

interface Recorder {
  readonly db: Database;
  /** The statements sent since the last call. */
  take(): readonly CompiledQuery[];
}

function createRecorder(connectionString: string): Recorder {
  let sent: CompiledQuery[] = [];
  const db = new Kysely<DB>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString, max: 2 }) }),
    log: (event) => void sent.push(event.query),
  });
  return {
    db,
    take() {
      const taken = sent;
      sent = [];
      return taken.filter(({ sql: text }) => /^\s*(select|with|update|insert|delete)/i.test(text));
    },
  };
}

interface Explained {
  readonly ms: number;
  readonly scans: readonly string[];
}

async function explainAll(
  recorder: Recorder,
  asks: readonly (readonly [string, Ask])[],
): Promise<readonly Explained[]> {
  const all: Explained[] = [];
  for (const [, ask] of asks) all.push(await explain(recorder, ask));
  return all;
}

/** Measures planning and execution in the database, without the network. Changes of the query are rolled back. */
async function explain(recorder: Recorder, ask: Ask): Promise<Explained> {
  recorder.take();
  await undone(recorder.db, ask);
  const [query] = recorder.take();
  if (!query) throw new Error("no statement was sent");
  const plans: Plan[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    await undone(recorder.db, async (tx) => {
      const text = `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${query.sql}`;
      const { rows } = await tx.executeQuery(CompiledQuery.raw(text, [...query.parameters]));
      plans.push(planSchema.parse(rows)[0]["QUERY PLAN"][0]);
    });
  }
  const ms = median(plans.map((plan) => plan["Planning Time"] + plan["Execution Time"]));
  return { ms, scans: plans.slice(0, 1).flatMap(({ Plan: root }) => bigScans(root)) };
}

const nodeSchema = z.looseObject({
  "Node Type": z.string(),
  "Relation Name": z.string().optional(),
  "Index Name": z.string().optional(),
  "Actual Rows": z.number(),
  "Actual Loops": z.number(),
  "Rows Removed by Filter": z.number().optional(),
  get Plans() {
    return z.array(nodeSchema).optional();
  },
});
type Node = z.infer<typeof nodeSchema>;
const topSchema = z.object({ Plan: nodeSchema, "Planning Time": z.number(), "Execution Time": z.number() });
type Plan = z.infer<typeof topSchema>;
const planSchema = z.tuple([z.object({ "QUERY PLAN": z.tuple([topSchema]) })]);

function bigScans(node: Node): readonly string[] {
  const seen = (node["Actual Rows"] + (node["Rows Removed by Filter"] ?? 0)) * node["Actual Loops"];
  // A bitmap index scan is left out: its rows are counted by the heap scan that reads them.
  const isScan = node["Node Type"].endsWith("Scan") && node["Node Type"] !== "Bitmap Index Scan";
  const isBig = isScan && seen >= MANY_ROWS;
  const where = node["Index Name"] ?? node["Relation Name"];
  const own = isBig && where !== undefined ? [`${node["Node Type"]} ${where} ${Math.round(seen)}`] : [];
  return [...own, ...(node.Plans ?? []).flatMap(bigScans)];
}

class Undo extends Error {}

async function undone(db: Database, work: (tx: Executor) => Promise<unknown>): Promise<void> {
  try {
    await db.transaction().execute(async (tx) => {
      await work(tx);
      throw new Undo();
    });
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
  }
}
