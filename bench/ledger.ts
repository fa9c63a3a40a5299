import pg from "pg";
import { newId } from "../src/core/ids.ts";
import type { Database } from "../src/db/client.ts";
import { ensureSystemAccounts, selectLedgerDifferences } from "../src/db/queries/ledger.ts";
import { inTransaction } from "../src/db/transaction.ts";
import { accountOf, system } from "../src/wallet/accounts.ts";
import { capture, hold } from "../src/wallet/wallet.ts";
import type { Bench, BenchContext } from "./support/bench.ts";
import { createBuyers } from "./support/buyers.ts";
import { applyLoad, type Load } from "./support/load.ts";
import { median, percentile } from "./support/statistics.ts";

const BUYERS = 200;
const ROUNDS = 3;
const ROUND_MS = 3_000;
const CLIENTS = [1, 16];
const PRICE_MICROS = 480_000n;

/** One hold and one capture in two transactions, as for an order. */
type Cycle = (buyerId: string) => Promise<void>;

interface Variant {
  readonly name: string;
  readonly clients: number;
  readonly cycle: Cycle;
  readonly loads: Load[];
}

export const ledger: Bench = {
  name: "ledger",
  about: "hold + capture cycles (two commits each) in SQL alone and through the application",
  async run(context) {
    const database = await context.database();
    await ensureSystemAccounts(database.db, [system.revenue]);
    const buyers = await createBuyers(database.db, BUYERS);
    const pool = new pg.Pool({ connectionString: database.connectionString, max: Math.max(...CLIENTS) });
    try {
      const variants = variantsOf(pool, database.db);
      for (const variant of variants) await run(variant, buyers, ROUND_MS / 3);
      for (const variant of variants) variant.loads.length = 0;
      // Interleaved, so that other load of the machine affects all variants alike.
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const variant of variants) await run(variant, buyers, ROUND_MS);
      }
      report(context, variants);
      const differences = await selectLedgerDifferences(database.db);
      context.note(
        `Differences in the ledger afterwards: ${differences.length} (0: the entries sum to zero).`,
      );
    } finally {
      await pool.end();
    }
  },
};

function variantsOf(pool: pg.Pool, db: Database): readonly Variant[] {
  const cycles: readonly (readonly [string, Cycle])[] = [
    ["SQL alone", sqlCycle(pool)],
    ["application", applicationCycle(db)],
  ];
  return CLIENTS.flatMap((clients) => cycles.map(([name, cycle]) => ({ name, clients, cycle, loads: [] })));
}

async function run(variant: Variant, buyers: readonly string[], durationMs: number): Promise<void> {
  let turn = 0;
  const load = await applyLoad(variant.clients, durationMs, async () => {
    turn += 1;
    await variant.cycle(buyers[turn % buyers.length] ?? "");
  });
  variant.loads.push(load);
}

const POST = `SELECT created FROM post_transfer($1, $2, $3, (SELECT id FROM accounts WHERE code = $4),
  (SELECT id FROM accounts WHERE code = $5), $6, $7, NULL, 'buyer', 'bench', now())`;

function sqlCycle(pool: pg.Pool): Cycle {
  const post = (kind: string, from: string, to: string, orderId: string) => {
    const key = `${kind}:${orderId}`;
    const values = [key, key, kind, from, to, PRICE_MICROS.toString(), orderId];
    return pool.query({ name: "post", text: POST, values });
  };
  return async (buyerId) => {
    const orderId = newId();
    await post("hold", accountOf(buyerId, "available"), accountOf(buyerId, "held"), orderId);
    await post("capture", accountOf(buyerId, "held"), system.revenue, orderId);
  };
}

function applicationCycle(db: Database): Cycle {
  return async (buyerId) => {
    const money = { orderId: newId(), buyerId, amountMicros: PRICE_MICROS, actor: "buyer", reason: "bench" };
    await inTransaction(db, (tx) => hold(tx, { ...money, at: new Date() }));
    await inTransaction(db, (tx) => capture(tx, { ...money, at: new Date() }));
  };
}

function report(context: BenchContext, variants: readonly Variant[]): void {
  const rateOf = ({ loads }: Variant): number => median(loads.map(({ perSecond }) => perSecond));
  const rows = variants.map((variant) => {
    const latenciesMs = variant.loads.flatMap((load) => load.latenciesMs);
    return [
      `${variant.name}, ${variant.clients} client${variant.clients === 1 ? "" : "s"}`,
      rateOf(variant),
      percentile(latenciesMs, 50),
      percentile(latenciesMs, 99),
    ];
  });
  context.table(
    `Median of ${ROUNDS} interleaved rounds of ${ROUND_MS / 1000} s, ${BUYERS} buyers (goal: 1,000/s in SQL, p99 < 50 ms)`,
    ["hold + capture", "cycles/s", "p50 ms", "p99 ms"],
    rows,
  );
  for (const clients of CLIENTS) {
    const [inSql, inApplication] = variants.filter((variant) => variant.clients === clients);
    if (!inSql || !inApplication) continue;
    const share = Math.round((100 * rateOf(inApplication)) / rateOf(inSql));
    context.note(`The application reaches ${share}% of SQL alone at ${clients} client(s).`);
  }
}
