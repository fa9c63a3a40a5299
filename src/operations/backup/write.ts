import { type FileHandle, open, unlink } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Database, Tx } from "../../db/client.ts";
import {
  fetchRows,
  inSnapshot,
  selectBackupTables,
  selectLastNumbers,
  selectMigrationRecords,
} from "../../db/queries/backup.ts";
import { selectLedgerDifferences } from "../../db/queries/ledger.ts";
import { BackupError, createEncoder, type Encoder } from "./format.ts";

export interface BackupSummary {
  readonly tables: number;
  readonly rows: number;
  /** Differences in the ledger of this shop, and therefore in the backup. */
  readonly ledgerDifferences: readonly string[];
}

/** Only its owner may read it: it holds buyers, phone numbers, SMS and the webhook secret. */
const FILE_MODE = 0o600;

/**
 * Writes a snapshot of everything that the shop keeps into a new file; the shop may go on meanwhile. Throws
 * BackupError if the file exists or the database has no shop in it. An incomplete file is removed.
 */
export async function writeBackup(
  deps: { readonly db: Database; readonly clock: Clock; readonly signal?: AbortSignal },
  path: string,
): Promise<BackupSummary> {
  const file = await createFile(path);
  try {
    const summary = await inSnapshot(deps.db, async (tx) => {
      const encoder = createEncoder();
      const migrations = await selectMigrationRecords(tx);
      if (!migrations) throw new BackupError("The database has no shop in it: nothing was backed up.");
      const ledgerDifferences = await describeLedger(tx);
      const header = { createdAt: deps.clock.now().toISOString(), migrations, ledgerDifferences };
      const lines = Readable.from(linesOf(tx, encoder, header));
      const write = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
        for await (const chunk of chunks) await file.appendFile(chunk);
      };
      await pipeline(lines, createGzip(), write, deps.signal ? { signal: deps.signal } : {});
      const rows = [...encoder.rows.values()].reduce((sum, count) => sum + count, 0);
      return { tables: encoder.rows.size, rows, ledgerDifferences };
    });
    // Once reported, the backup must survive a power cut.
    await file.sync();
    return summary;
  } catch (error) {
    // If it cannot be removed, a restore refuses it, because its end is missing.
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}

/** The ledger's differences as sorted texts, so that two lists can be compared. */
export async function describeLedger(tx: Tx): Promise<string[]> {
  const differences = await selectLedgerDifferences(tx);
  return differences.map(({ check, subject, detail }) => `${check} ${subject}: ${detail}`).sort();
}

async function* linesOf(
  tx: Tx,
  encoder: Encoder,
  header: Parameters<Encoder["header"]>[0],
): AsyncGenerator<string> {
  yield encoder.header(header);
  for (const table of await selectBackupTables(tx)) {
    const lastNumbers = await selectLastNumbers(tx, table);
    yield encoder.table({ name: table.name, columns: table.columns.map(({ name }) => name), lastNumbers });
    for await (const batch of fetchRows(tx, table)) {
      yield batch.map((text) => encoder.row(text)).join("");
    }
  }
  yield encoder.end();
}

async function createFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx", FILE_MODE);
  } catch (error) {
    const exists = error instanceof Error && "code" in error && error.code === "EEXIST";
    const message = exists
      ? `${path} exists already. Name a file that does not: a backup never replaces another.`
      : `${path} cannot be written: ${messageOf(error)}.`;
    throw new BackupError(message, { cause: error });
  }
}
