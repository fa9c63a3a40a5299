import { systemClock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import { createDatabase, type Database } from "../../db/client.ts";
import { BackupError, openBackup } from "../../operations/backup/format.ts";
import { restoreBackup } from "../../operations/backup/read.ts";
import { writeBackup } from "../../operations/backup/write.ts";
import {
  attachOrStart,
  type DatabaseAccess,
  type DatabaseSettings,
  hasDatabase,
  startAlone,
} from "../database-access.ts";

/** Long, because a whole table is read or written in a few statements. */
const STATEMENT_TIMEOUT_MS = 600_000;
/** A slow disk may make the file wait between two tables. */
const IDLE_TIMEOUT_MS = 60_000;

export interface CommandDeps {
  readonly settings: DatabaseSettings;
  readonly logger: Logger;
  /** Aborts the work; nothing is left half done. */
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

/** `npm run backup -- <file>`: works beside a running shop. */
export async function runBackup(deps: CommandDeps, path: string): Promise<void> {
  if (!(await hasDatabase(deps.settings))) {
    throw new BackupError(
      `There is no database in ${deps.settings.dataDir}. Is DATA_DIR or DATABASE_URL set?`,
    );
  }
  const access = await attachOrStart(deps.settings, deps.logger);
  const summary = await withDatabase(access, deps.logger, (db) =>
    writeBackup({ db, clock: systemClock, signal: deps.signal }, path),
  );
  deps.say(`Backed up ${summary.rows} rows of ${summary.tables} tables to ${path}.`);
  for (const difference of summary.ledgerDifferences) deps.say(`The ledger has a difference: ${difference}`);
  deps.say(
    "The file holds buyers, phone numbers, SMS and the webhook secret: keep it as safe as a password.",
  );
}

/** `npm run restore -- <file>`: needs an empty database and a shop that does not run. */
export async function runRestore(deps: CommandDeps, path: string): Promise<void> {
  // First, so that no database is created for a file that is not a backup.
  await (await openBackup(path)).close();
  const access = await startAlone(deps.settings, deps.logger);
  const summary = await withDatabase(access, deps.logger, (db) =>
    restoreBackup({ db, logger: deps.logger }, path),
  );
  deps.say(`Restored ${summary.rows} rows of ${summary.tables} tables; the ledger adds up as it did.`);
  deps.say("Make sure that the old shop is stopped for good: two shops must not use one bot token.");
}

async function withDatabase<Result>(
  access: DatabaseAccess,
  logger: Logger,
  work: (db: Database) => Promise<Result>,
): Promise<Result> {
  const { connectionString } = access;
  const database = createDatabase({
    connectionString,
    applicationName: "numstore-backup",
    logger,
    maxConnections: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    idleInTransactionTimeoutMs: IDLE_TIMEOUT_MS,
  });
  try {
    return await work(database.db);
  } finally {
    await database.close();
    await access.stop();
  }
}
