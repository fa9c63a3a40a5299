import { randomBytes } from "node:crypto";
import { inject } from "vitest";
import { createDatabase, type DatabaseHandle } from "../../src/db/client.ts";
import { createTestLogger } from "./logger.ts";
import { cloneDatabase, createEmptyDatabase, dropDatabase, withDatabase } from "./server.ts";

export interface TestDatabase extends DatabaseHandle {
  /** For a second pool, or for another process. */
  readonly connectionString: string;
  /** Closes the pool and drops the database. */
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  /** Without any table, for tests of the migrations themselves. */
  readonly isEmpty?: boolean;
  readonly maxConnections?: number;
}

/** A database of the test file's own with the whole schema in it. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const server = inject("databaseServer");
  const template = inject("databaseTemplate");
  const name = `${template}_${randomBytes(6).toString("hex")}`;
  if (options.isEmpty) await createEmptyDatabase(server, name);
  else await cloneDatabase(server, template, name);
  const connectionString = withDatabase(server, name);
  const { db, connections, close } = createDatabase({
    connectionString,
    applicationName: "tests",
    logger: createTestLogger(),
    maxConnections: options.maxConnections ?? 10,
  });
  return {
    db,
    connections,
    connectionString,
    close: async () => {
      await close();
      await dropDatabase(server, name);
    },
  };
}
