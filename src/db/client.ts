import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  type PostgresCursor,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  type PostgresPoolClient,
  type PostgresQueryResult,
  sql,
  type Transaction,
  type TransactionSettings,
} from "kysely";
import pg from "pg";
import { messageOf } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { DB } from "./schema.ts";

export type Database = Kysely<DB>;
/** The pool or an open transaction, for queries that may use either. */
export type Executor = Kysely<DB>;
/** An open transaction, for queries that must not run outside one. */
export type Tx = Transaction<DB>;

export interface DatabaseOptions {
  /** A PostgreSQL URL; `?host=/directory` connects through the Unix socket in that directory. */
  readonly connectionString: string;
  readonly applicationName: string;
  readonly logger: Logger;
  readonly maxConnections?: number;
  /** The longest a single statement may run. Migrations need a longer one than the shop. */
  readonly statementTimeoutMs?: number;
  /** The longest a transaction may stand idle. While it does, others wait for the rows that it has locked. */
  readonly idleInTransactionTimeoutMs?: number;
}

export interface DatabaseHandle {
  readonly db: Database;
  /** The pool as it is now. */
  connections(): Connections;
  /** Waits for connections in use, then closes all of them. May be called twice. */
  close(): Promise<void>;
}

export interface Connections {
  readonly busy: number;
  readonly idle: number;
  /** Queries and transactions that wait for a connection. */
  readonly waiting: number;
  readonly max: number;
}

const DEFAULT_CONNECTIONS = 10;
const DEFAULT_STATEMENT_TIMEOUT_MS = 30_000;
const CONNECT_TIMEOUT_MS = 10_000;
const IDLE_TIMEOUT_MS = 30_000;
/** No transaction is open across a call to the outside, so one that stands idle belongs to a process that stands still. */
const DEFAULT_IDLE_IN_TRANSACTION_MS = 10_000;
/** The server ends a slow statement first; our own limit is for a server that no longer answers. */
const ANSWER_MARGIN_MS = 2_000;

/**
 * A pool and its query builder. bigint columns arrive as `bigint`, numeric as string, timestamptz as Date.
 * Nothing connects before the first query.
 */
export function createDatabase(options: DatabaseOptions): DatabaseHandle {
  const statementTimeoutMs = options.statementTimeoutMs ?? DEFAULT_STATEMENT_TIMEOUT_MS;
  const timeouts = {
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs ?? DEFAULT_IDLE_IN_TRANSACTION_MS,
  };
  let closing: Promise<void> | undefined;
  const pool = new pg.Pool({
    connectionString: options.connectionString,
    application_name: options.applicationName,
    max: options.maxConnections ?? DEFAULT_CONNECTIONS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    query_timeout: statementTimeoutMs + ANSWER_MARGIN_MS,
    keepAlive: true,
    types: columnTypes(),
  });
  // An idle connection that breaks is replaced by the pool; without a listener it would end the process.
  pool.on("error", (error) => {
    // While the pool closes, connections may break before the server has read their goodbye.
    if (closing !== undefined) return;
    options.logger.warn({ error: messageOf(error) }, "idle database connection lost");
  });
  const config: PostgresDialectConfig = { pool: preparedPool(pool, settingsOf("SET", timeouts)) };
  const dialect = new Dialect(config, () => new Driver(config, settingsOf("SET LOCAL", timeouts)));
  const db = new Kysely<DB>({ dialect });
  return {
    db,
    connections: () => {
      const { totalCount, idleCount: idle, waitingCount, options: settings } = pool;
      // Work for which a connection is idle gets it in the same turn of the event loop: it does not wait.
      const waiting = Math.max(0, waitingCount - idle);
      return { busy: totalCount - idle, idle, waiting, max: settings.max };
    },
    close: () => {
      closing ??= db.destroy();
      return closing;
    },
  };
}

function settingsOf(how: "SET" | "SET LOCAL", settings: Readonly<Record<string, number>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${how} ${name} = ${value}`)
    .join("; ");
}

class Dialect extends PostgresDialect {
  readonly #createDriver: () => Driver;

  constructor(config: PostgresDialectConfig, createDriver: () => Driver) {
    super(config);
    this.#createDriver = createDriver;
  }

  override createDriver(): Driver {
    return this.#createDriver();
  }
}

/**
 * Sets the time limits again in each transaction, in the message that begins it. Behind a pooler in transaction mode what
 * was set for the session belongs to another server connection, and without a limit a process that stands still inside a
 * transaction would keep its rows locked until it wakes up.
 */
class Driver extends PostgresDriver {
  readonly #settings: string;

  constructor(config: PostgresDialectConfig, settings: string) {
    super(config);
    this.#settings = settings;
  }

  override async beginTransaction(
    connection: DatabaseConnection,
    { isolationLevel, accessMode }: TransactionSettings,
  ): Promise<void> {
    const modes = [
      ...(isolationLevel ? [`ISOLATION LEVEL ${isolationLevel}`] : []),
      ...(accessMode ? [accessMode] : []),
    ];
    const begin = `START TRANSACTION ${modes.join(", ")}`;
    await connection.executeQuery(CompiledQuery.raw(`${begin}; ${this.#settings}`));
  }
}

/** Parsers for this pool only: pg's own registry is global and would affect everything else that uses pg. */
function columnTypes(): pg.CustomTypesConfig {
  const asIs = new pg.TypeOverrides();
  asIs.setTypeParser(pg.types.builtins.INT8, (text) => BigInt(text));
  return asIs;
}

/**
 * The pool as kysely sees it. A new connection gets its settings; not as start-up parameters, because a connection pooler
 * such as PgBouncer refuses those. A connection that cannot take them is closed: kysely's own hook would keep it, and an
 * outage behind a pooler would use up the pool. One whose query got no answer is closed when it is returned: pg would
 * keep it, and the next query would wait behind the one that hangs.
 */
function preparedPool(pool: pg.Pool, settings: string) {
  const wrappers = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  return {
    connect: async (): Promise<PostgresPoolClient> => {
      const client = await pool.connect();
      // kysely keeps state per client object, so each client must keep its wrapper.
      const known = wrappers.get(client);
      if (known) return known;
      const wrapper = watchAnswers(client);
      try {
        await client.query(settings);
      } catch (error) {
        client.release(true);
        throw error;
      }
      wrappers.set(client, wrapper);
      return wrapper;
    },
    end: () => pool.end(),
  };
}

interface Discardable extends PostgresPoolClient {
  release(discard?: boolean): void;
  on(event: "error", listener: () => void): unknown;
}

function watchAnswers(client: Discardable): PostgresPoolClient {
  let isBroken = false;
  // The pool listens only while a connection is idle. One that breaks in use, between two statements of a
  // transaction, would otherwise end the process; the next statement, or the one under way, fails and tells.
  client.on("error", () => {
    isBroken = true;
  });
  const ask = async <R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> => {
    try {
      return await client.query<R>(text, parameters);
    } catch (error) {
      // The only sign of pg's own timeout; errors from the server are DatabaseErrors and carry a code.
      if (messageOf(error) === "Query read timeout") isBroken = true;
      throw error;
    }
  };
  function query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  function query<R>(what: string | PostgresCursor<R>, parameters: readonly unknown[] = []) {
    return typeof what === "string" ? ask<R>(what, parameters) : client.query<R>(what);
  }
  return { query, release: () => client.release(isBroken) };
}

/** Throws when the database does not answer. */
export async function ping(db: Executor): Promise<void> {
  await sql`SELECT 1`.execute(db);
}
