import { randomBytes } from "node:crypto";
import type { TestProject } from "vitest/node";
import { createDatabase } from "../../src/db/client.ts";
import { type EmbeddedPostgres, startTemporaryPostgres } from "../../src/db/embedded/launcher.ts";
import { migrate } from "../../src/db/migrate.ts";
import { directoryInMemory } from "./directory-in-memory.ts";
import { createTestLogger } from "./logger.ts";
import { createEmptyDatabase, dropDatabase, dropDatabases, withDatabase } from "./server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The server that the run's databases live on. */
    databaseServer: string;
    /** The migrated database that every test database is a copy of; also the prefix of their names. */
    databaseTemplate: string;
  }
}

/**
 * One PostgreSQL for the whole run, gone with it even after a kill, and one migrated template in it.
 * TEST_DATABASE_URL names another server, on which the run may create and drop databases.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_DATABASE_URL;
  const own = given === undefined ? await startServer() : undefined;
  const server = own?.connectionString ?? given ?? "";
  const template = `numstore_test_${randomBytes(6).toString("hex")}`;
  await createTemplate(server, template);
  project.provide("databaseServer", server);
  project.provide("databaseTemplate", template);
  return async () => {
    if (own) return await own.stop();
    await dropDatabases(server, `${template}_`);
    await dropDatabase(server, template);
  };
}

async function startServer(): Promise<EmbeddedPostgres> {
  const parentDirectory = await directoryInMemory();
  return await startTemporaryPostgres({
    logger: createTestLogger(),
    ...(parentDirectory !== undefined && { parentDirectory }),
  });
}

async function createTemplate(server: string, template: string): Promise<void> {
  await createEmptyDatabase(server, template);
  const connectionString = withDatabase(server, template);
  const { db, close } = createDatabase({
    connectionString,
    applicationName: "tests",
    logger: createTestLogger(),
  });
  try {
    await migrate(db, { logger: createTestLogger() });
  } finally {
    await close();
  }
}
