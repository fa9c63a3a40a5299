import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { freePorts } from "./free-ports.ts";
import { findProgram, startTied, type TiedProcess, untilUp } from "./tied-process.ts";

export interface PgBouncer {
  /** DATABASE_URL of the shop. */
  readonly connectionString: string;
  /** Transactions and queries that it has passed on so far, to all databases. */
  counts(): Promise<{ readonly transactions: number; readonly queries: number }>;
  /** Kills it and starts it again after `downMs` at the same address. Every connection breaks. */
  restart(downMs: number): Promise<void>;
  stop(): Promise<void>;
}

const ADMIN = "pgbouncer";

/** Debian's place, and where others install it. Undefined: it is not installed. */
export const findPgBouncer = (): string | undefined =>
  findProgram(["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer", "/usr/local/bin/pgbouncer"]);

/** Starts a PgBouncer in transaction pooling mode before the database of `connectionString`, which is on a Unix socket. */
export async function startPgBouncer(options: {
  readonly program: string;
  readonly directory: string;
  readonly connectionString: string;
  readonly log: number;
}): Promise<PgBouncer> {
  const { program, directory, connectionString, log } = options;
  const [port = 0] = await freePorts(1);
  const file = join(directory, "pgbouncer.ini");
  await writeFile(file, settings(new URL(connectionString), port));
  const { pathname, username } = new URL(connectionString);
  const urlOf = (user: string, database: string): string =>
    `postgresql://${user}@127.0.0.1:${port}/${database}`;
  const start = async (): Promise<TiedProcess> => {
    const started = await startTied({ program, args: [file], log, isUnprivileged: true });
    await untilUp(started, "PgBouncer", () => ask(urlOf(ADMIN, ADMIN), "SHOW VERSION"));
    return started;
  };
  let running = await start();
  return {
    connectionString: urlOf(username, pathname.slice(1)),
    async counts() {
      const rows = await ask(urlOf(ADMIN, ADMIN), "SHOW STATS");
      const sum = (column: string): number => rows.reduce((total, row) => total + Number(row[column]), 0);
      return { transactions: sum("total_xact_count"), queries: sum("total_query_count") };
    },
    async restart(downMs) {
      await running.kill();
      await new Promise((resolve) => setTimeout(resolve, downMs));
      running = await start();
    },
    stop: () => running.kill(),
  };
}

/** The settings that docs/scaling.md recommends, without a password. */
function settings(database: URL, port: number): string {
  const directory = database.searchParams.get("host") ?? database.hostname;
  return `[databases]
* = host=${directory} user=${database.username} connect_query='SET statement_timeout = 30000'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
admin_users = ${ADMIN}
pool_mode = transaction
max_client_conn = 500
default_pool_size = 20
server_login_retry = 1
query_wait_timeout = 10
log_connections = 0
log_disconnections = 0
`;
}

/** The console speaks the simple protocol only, so there are no parameters. */
async function ask(url: string, text: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
