import { chmod, mkdtemp, rm, statfs } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { sql } from "kysely";
import { createDatabase, type DatabaseHandle } from "../../src/db/client.ts";
import { superuserUrl } from "../../src/db/embedded/directory.ts";
import { startEmbeddedPostgres } from "../../src/db/embedded/launcher.ts";
import { prepareShopRole } from "../../src/db/embedded/shop-role.ts";
import { migrate } from "../../src/db/migrate.ts";
import { createEmptyDatabase, dropDatabase, withDatabase } from "../../test/support/server.ts";
import { createCountingLogger } from "./logger.ts";

const TMPFS = 0x01021994;
const CONNECTIONS = 20;

export interface BenchDatabase extends DatabaseHandle {
  readonly connectionString: string;
}

export interface BenchServer {
  /** A description of the machine, PostgreSQL and its durability settings, printed with the figures. */
  readonly machine: string;
  createDatabase(): Promise<BenchDatabase>;
  /** Drops the databases and stops the server that were created here. */
  close(): Promise<void>;
}

/** Connects to the server of DATABASE_URL, or starts a durable one in a temporary directory. */
export async function startBenchServer(): Promise<BenchServer> {
  const own = process.env.DATABASE_URL === undefined ? await startOwn() : undefined;
  const url = own?.url ?? process.env.DATABASE_URL ?? "";
  const made: { name: string; handle: DatabaseHandle }[] = [];
  let count = 0;
  return {
    machine: await describe(url, own?.directory),
    async createDatabase() {
      count += 1;
      const name = `numstore_bench_${process.pid}_${count}`;
      await createEmptyDatabase(url, name);
      const connectionString = withDatabase(url, name);
      const handle = open(connectionString);
      made.push({ name, handle });
      await migrate(handle.db, { logger: createCountingLogger() });
      return { ...handle, connectionString };
    },
    async close() {
      for (const { name, handle } of made) {
        await handle.close();
        await dropDatabase(url, name);
      }
      await own?.stop();
    },
  };
}

function open(connectionString: string): DatabaseHandle {
  const logger = createCountingLogger();
  const statementTimeoutMs = 300_000;
  const naming = { connectionString, applicationName: "numstore bench", logger, statementTimeoutMs };
  return createDatabase({ ...naming, maxConnections: CONNECTIONS });
}

async function startOwn(): Promise<{ url: string; directory: string; stop(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "numstore-bench-"));
  // PostgreSQL is another user where this runs as root.
  await chmod(directory, 0o755);
  const dataDir = join(directory, "data");
  const postgres = await startEmbeddedPostgres({ dataDir, logger: createCountingLogger() });
  // The shop's own role may not create databases; here each bench gets one.
  const socketDir = new URL(postgres.connectionString).searchParams.get("host") ?? "";
  await prepareShopRole(superuserUrl(socketDir), { mayCreate: true });
  return {
    url: postgres.connectionString,
    directory,
    async stop() {
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function describe(url: string, directory: string | undefined): Promise<string> {
  const { db, close } = open(url);
  try {
    const show = async (name: string): Promise<string> => {
      const result = await sql<{ value: string }>`SELECT current_setting(${name}) AS value`.execute(db);
      return result.rows[0]?.value ?? "?";
    };
    const isInMemory = directory !== undefined && (await statfs(directory)).type === TMPFS;
    return [
      `${cpus().length} cores (${cpus()[0]?.model.trim() ?? "unknown"}), load ${loadavg()[0]?.toFixed(1)} at the start`,
      `Node ${process.versions.node}`,
      `PostgreSQL ${await show("server_version")}, fsync ${await show("fsync")}, synchronous_commit ${await show("synchronous_commit")}`,
      ...(isInMemory ? ["data in memory (tmpfs): fsync costs nothing here"] : []),
    ].join("; ");
  } finally {
    await close();
  }
}
