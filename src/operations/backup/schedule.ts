import { mkdir, readdir, rename, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { Database, DatabaseHandle } from "../../db/client.ts";
import { acquireLease, releaseLease } from "../../db/queries/leases.ts";
import { backupName, backupsAmong } from "./files.ts";
import { writeBackup } from "./write.ts";

const LEASE = "backup";
/** Longer than a backup takes: a second one at the same time would only cost disk and time. */
const LEASE_MS = 60 * 60_000;
/** A file that is being written is not taken for a backup. */
const UNFINISHED = ".unfinished";

export interface ScheduleDeps {
  readonly db: Database;
  /** Opens a connection of its own: whole tables take longer than the shop allows a statement. */
  readonly open: () => DatabaseHandle;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly holder: string;
  readonly dir: string;
  readonly everyMs: number;
  /** How many backups stay. */
  readonly keep: number;
}

/**
 * Writes a backup into the folder when the newest is older than `everyMs`, and deletes those beyond `keep`, the oldest
 * first. One replica at a time. Rejects when the folder cannot be written; an unfinished file is deleted at the next try.
 */
export async function backUpWhenDue(deps: ScheduleDeps, signal: AbortSignal): Promise<void> {
  const { db, clock, dir } = deps;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const [newest] = backupsAmong(await readdir(dir));
  if (newest && clock.now().getTime() - newest.at.getTime() < deps.everyMs) return;
  const lease = await acquireLease(db, LEASE, deps.holder, LEASE_MS);
  if (!lease) return;
  try {
    await write(deps, signal);
    await prune(deps);
  } finally {
    await releaseLease(db, lease);
  }
}

async function write(deps: ScheduleDeps, signal: AbortSignal): Promise<void> {
  const { clock, dir, logger } = deps;
  for (const name of await readdir(dir)) {
    if (name.endsWith(UNFINISHED)) await unlink(join(dir, name));
  }
  const name = backupName(clock.now());
  const unfinished = join(dir, `${name}${UNFINISHED}`);
  const database = deps.open();
  try {
    const { rows, tables } = await writeBackup({ db: database.db, clock, signal }, unfinished);
    await rename(unfinished, join(dir, name));
    logger.info({ rows, tables }, "backup written");
  } finally {
    await database.close();
  }
}

async function prune({ dir, keep, logger }: ScheduleDeps): Promise<void> {
  for (const { name } of backupsAmong(await readdir(dir)).slice(keep)) {
    await unlink(join(dir, name));
    logger.info({ name }, "old backup deleted");
  }
}
