/**
 * `npm run bench` runs every bench, `npm run bench -- ledger chat` only these, `-- watch` all whose
 * names begin so. A bench measures and never fails because a machine is slow. The database is an embedded one with fsync on. With DATABASE_URL that server is used: databases are
 * created and dropped on it.
 */
import process from "node:process";
import { messageOf } from "../src/core/errors.ts";
import { broadcast } from "./broadcast.ts";
import { burst } from "./burst.ts";
import { chat } from "./chat.ts";
import { desk } from "./desk.ts";
import { failover } from "./failover.ts";
import { latency } from "./latency.ts";
import { ledger } from "./ledger.ts";
import { menus } from "./menus.ts";
import { orders } from "./orders.ts";
import { purchase } from "./purchase.ts";
import { queries } from "./queries.ts";
import { replicas } from "./replicas.ts";
import { reseller } from "./reseller.ts";
import { search } from "./search.ts";
import { send } from "./send.ts";
import { start } from "./start.ts";
import type { Bench, BenchContext } from "./support/bench.ts";
import { type BenchServer, startBenchServer } from "./support/server.ts";
import { formatTable } from "./support/table.ts";
import { watchBook } from "./watch-book.ts";
import { watchLive } from "./watch-live.ts";
import { watchSimulator } from "./watch-simulator.ts";

const benches: readonly Bench[] = [
  ledger,
  purchase,
  latency,
  failover,
  chat,
  burst,
  send,
  broadcast,
  start,
  queries,
  watchSimulator,
  watchBook,
  watchLive,
  replicas,
  orders,
  search,
  menus,
  desk,
  reseller,
];

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function chosen(names: readonly string[]): readonly Bench[] | undefined {
  if (names.length === 0) return benches;
  const isMeant = (name: string, bench: Bench): boolean =>
    bench.name === name || bench.name.startsWith(`${name}-`);
  if (names.some((name) => !benches.some((bench) => isMeant(name, bench)))) return undefined;
  return benches.filter((bench) => names.some((name) => isMeant(name, bench)));
}

function createContext(server: BenchServer): BenchContext {
  return {
    database: () => server.createDatabase(),
    table: (title, header, rows) => print(`\n${title}\n${formatTable(header, rows)}`),
    note: (text) => print(text),
  };
}

async function main(): Promise<void> {
  const selected = chosen(process.argv.slice(2));
  if (!selected) {
    print("Usage: npm run bench [-- name …]");
    for (const { name, about } of benches) print(`  ${name.padEnd(10)} ${about}`);
    process.exitCode = 2;
    return;
  }
  const server = await startBenchServer();
  try {
    print(server.machine);
    for (const bench of selected) {
      print(`\n== ${bench.name}: ${bench.about}`);
      await bench.run(createContext(server));
    }
  } finally {
    await server.close();
  }
}

main()
  .catch((error: unknown) => {
    process.stderr.write(`The bench failed: ${error instanceof Error ? error.stack : messageOf(error)}\n`);
    process.exitCode = 1;
  })
  // Servers that a failed bench left open must not keep the process running.
  .finally(() => process.exit());
