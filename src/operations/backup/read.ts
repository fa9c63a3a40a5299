import type { Logger } from "../../core/logger.ts";
import type { Database, Tx } from "../../db/client.ts";
import { migrate } from "../../db/migrate.ts";
import {
  type BackupRow,
  type BackupTable,
  clearTables,
  insertRows,
  isRefusedData,
  selectBackupTables,
  selectMigrationRecords,
  selectRestoreObstacle,
  setLastNumbers,
  useNeutralSession,
  withLateSelfReferences,
} from "../../db/queries/backup.ts";
import { releaseEverything } from "../../db/queries/leases.ts";
import { inTransaction } from "../../db/transaction.ts";
import { type BackupEntry, BackupError, type BackupHeader, openBackup, type TableHeader } from "./format.ts";
import { type BackupSummary, describeLedger } from "./write.ts";

const BATCH_ROWS = 500;
/** Keeps batches of rows with long payloads small. */
const BATCH_CHARS = 4_000_000;

const obstacles = {
  running: "A shop is at work on this database, or was a moment ago. Stop it, wait a minute and try again.",
  in_use: "This database has a shop in it already. Restore into an empty one.",
} as const;

/**
 * Restores a backup into an empty database: all of it, or nothing. The schema comes from our migrations, which must
 * be those of the backup. Rows, row counts, digest and ledger are checked before the commit.
 * Throws BackupError, whose message says what to do.
 */
export async function restoreBackup(
  deps: { readonly db: Database; readonly logger: Logger },
  path: string,
): Promise<BackupSummary> {
  await migrate(deps.db, { logger: deps.logger });
  return await inTransaction(deps.db, async (tx) => {
    const backup = await openBackup(path);
    try {
      return await restoreAll(tx, backup.header, backup.entries());
    } catch (error) {
      if (!isRefusedData(error)) throw error;
      // The database's own message is left out, because it quotes the row.
      throw new BackupError(`${path} was altered: the database refuses its rows. Nothing was restored.`);
    } finally {
      await backup.close();
    }
  });
}

async function restoreAll(
  tx: Tx,
  header: BackupHeader,
  entries: AsyncGenerator<BackupEntry>,
): Promise<BackupSummary> {
  await useNeutralSession(tx);
  const obstacle = await selectRestoreObstacle(tx);
  if (obstacle) throw new BackupError(obstacles[obstacle]);
  requireSameMigrations(header, (await selectMigrationRecords(tx)) ?? []);
  const tables = await selectBackupTables(tx);
  await clearTables(tx, tables);
  const target = createTarget(tx, tables);
  await withLateSelfReferences(tx, async () => {
    for await (const entry of entries) {
      if ("table" in entry) await target.begin(entry.table);
      else await target.add(entry.row);
    }
    await target.end();
  });
  const ledgerDifferences = await describeLedger(tx);
  if (JSON.stringify(ledgerDifferences) !== JSON.stringify(header.ledgerDifferences)) {
    throw new BackupError(
      `The restored ledger does not add up as it did (${ledgerDifferences[0] ?? "differences are gone"}). Nothing was restored.`,
    );
  }
  // Leases in the backup belong to processes of the old database.
  await releaseEverything(tx);
  await target.continueNumbers();
  return { tables: tables.length, rows: target.rows(), ledgerDifferences };
}

function requireSameMigrations(header: BackupHeader, ours: BackupHeader["migrations"]): void {
  const known = new Map(ours.map(({ name, checksum }) => [name, checksum]));
  const foreign = header.migrations.find(({ name, checksum }) => known.get(name) !== checksum);
  if (foreign) {
    throw new BackupError(
      `The backup was made by another version (its migration ${foreign.name} is not ours). Restore it with that version.`,
    );
  }
  const newest = header.migrations.at(-1)?.name ?? "none";
  if (header.migrations.length !== ours.length) {
    throw new BackupError(
      `The backup was made by an older version (its last migration is ${newest}). Restore it with that version, then update.`,
    );
  }
}

/** Receives the entries one by one and writes the rows in batches. */
function createTarget(tx: Tx, tables: readonly BackupTable[]) {
  const left = new Map(tables.map((table) => [table.name, table]));
  const numbered: { table: BackupTable; lastNumbers: TableHeader["lastNumbers"] }[] = [];
  let current: BackupTable | undefined;
  let batch: BackupRow[] = [];
  let chars = 0;
  let rows = 0;

  async function flush(): Promise<void> {
    if (!current || batch.length === 0) return;
    await insertRows(tx, current, batch);
    rows += batch.length;
    batch = [];
    chars = 0;
  }

  return {
    async begin(header: TableHeader): Promise<void> {
      await flush();
      const table = left.get(header.name);
      const names = table?.columns.map(({ name }) => name) ?? [];
      if (!table || names.join() !== header.columns.join()) {
        throw new BackupError(`The backup's table ${header.name} is not like ours. Nothing was restored.`);
      }
      left.delete(header.name);
      numbered.push({ table, lastNumbers: header.lastNumbers });
      current = table;
    },
    async add(row: BackupRow): Promise<void> {
      if (row.length !== current?.columns.length) {
        throw new BackupError("The backup has a row of the wrong length. Nothing was restored.");
      }
      batch.push(row);
      chars += row.reduce((sum, text) => sum + (text?.length ?? 0), 0);
      if (batch.length >= BATCH_ROWS || chars >= BATCH_CHARS) await flush();
    },
    async end(): Promise<void> {
      await flush();
      const [missing] = left.keys();
      if (missing) throw new BackupError(`The backup lacks the table ${missing}. Nothing was restored.`);
    },
    async continueNumbers(): Promise<void> {
      for (const { table, lastNumbers } of numbered) await setLastNumbers(tx, table, lastNumbers);
    },
    rows: () => rows,
  };
}
