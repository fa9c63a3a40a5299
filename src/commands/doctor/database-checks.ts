import { access, constants, stat, statfs } from "node:fs/promises";
import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import { createDatabase, type Database } from "../../db/client.ts";
import { pendingMigrations } from "../../db/migrate.ts";
import { selectServerVersion } from "../../db/queries/server.ts";
import { attachOrStart, type DatabaseAccess, type DatabaseSettings } from "../database-access.ts";
import { fail, pass, type Report, warn } from "./report.ts";

const OLDEST_SERVER = 150_000;
const STATEMENT_TIMEOUT_MS = 15_000;
const LITTLE_SPACE_BYTES = 512 * 1024 * 1024;
const OTHERS_MAY_WRITE = 0o022;

export interface OpenedDatabase {
  readonly db: Database;
  /** True: all migrations are applied, so the shop's tables can be read. */
  readonly isMigrated: boolean;
  close(): Promise<void>;
}

/** Opens the database (the embedded one is started if no shop runs). Undefined if it cannot be used. */
export async function checkDatabase(
  report: Report,
  settings: DatabaseSettings,
  logger: Logger,
): Promise<OpenedDatabase | undefined> {
  let access: DatabaseAccess;
  try {
    access = await attachOrStart(settings, logger);
  } catch (error) {
    report.line("database", fail(reasonOf(error)));
    return undefined;
  }
  const { connectionString } = access;
  const handle = createDatabase({
    connectionString,
    applicationName: "numstore-doctor",
    logger,
    maxConnections: 4,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  const close = async (): Promise<void> => {
    await handle.close();
    await access.stop();
  };
  const verdict = await report.check("database", async () => {
    try {
      const version = await selectServerVersion(handle.db);
      const what = `PostgreSQL ${version.text}, ${access.origin}`;
      if (version.number >= OLDEST_SERVER) return pass(what);
      return fail(`${what}. Next: use PostgreSQL 15 or later`);
    } catch (error) {
      return fail(`does not answer: ${reasonOf(error)}. Next: check DATABASE_URL and that the server runs`);
    }
  });
  if (verdict === "FAIL") {
    await close();
    return undefined;
  }
  return { db: handle.db, isMigrated: await checkMigrations(report, handle.db), close };
}

async function checkMigrations(report: Report, db: Database): Promise<boolean> {
  const verdict = await report.check("migrations", async () => {
    const pending = await pendingMigrations(db);
    if (pending.length === 0) return pass("all applied");
    return warn(`${pending.length} to apply (${pending[0]} first). Next: npm start applies them`);
  });
  return verdict === "PASS";
}

/** Checks that we may write to the data directory, that others may not, and that the disk is not full. */
export async function checkDataDirectory(report: Report, dataDir: string): Promise<void> {
  await report.check("data directory", async () => {
    try {
      await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    } catch (error) {
      return fail(`${messageOf(error)}. Next: give it to the account that runs the shop, or set DATA_DIR`);
    }
    const { mode } = await stat(dataDir);
    if ((mode & OTHERS_MAY_WRITE) !== 0) {
      return warn(`other users of this machine may write to ${dataDir}. Next: chmod go-w ${dataDir}`);
    }
    const { bavail, bsize } = await statfs(dataDir);
    const freeMegabytes = Math.round((bavail * bsize) / 1024 / 1024);
    if (bavail * bsize < LITTLE_SPACE_BYTES) {
      return warn(
        `only ${freeMegabytes} MB are free in ${dataDir}. Next: make room, a full disk stops the shop`,
      );
    }
    return pass(`${dataDir}, ${freeMegabytes} MB free`);
  });
}

/** Node reports a host with several addresses as an AggregateError without a message of its own. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error && typeof error.code === "string" ? error.code : "no answer";
  return error.message || code;
}
