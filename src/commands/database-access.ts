import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "../core/logger.ts";
import {
  attachEmbeddedPostgres,
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from "../db/embedded/launcher.ts";

export interface DatabaseSettings {
  /** Null: the embedded database in `dataDir`. */
  readonly url: string | null;
  readonly dataDir: string;
}

/** The database that a command works on. */
export interface DatabaseAccess {
  readonly connectionString: string;
  /** A short description. Not the URL, which holds a password. */
  readonly origin: string;
  /** Stops what was started for the command. The database of a running shop goes on. */
  stop(): Promise<void>;
}

/** For reading: attaches to the embedded database of a running shop, or starts it if none runs. */
export async function attachOrStart(settings: DatabaseSettings, logger: Logger): Promise<DatabaseAccess> {
  const { url, dataDir } = settings;
  if (url !== null) return external(url);
  const running = await attachEmbeddedPostgres({ dataDir });
  if (running) return embedded(running, "embedded, of the running shop");
  return embedded(await startEmbeddedPostgres({ dataDir, logger }), "embedded, started for this");
}

/** For a restore: throws EmbeddedPostgresError (`in_use`) if a shop runs on the data directory. */
export async function startAlone(settings: DatabaseSettings, logger: Logger): Promise<DatabaseAccess> {
  const { url, dataDir } = settings;
  if (url !== null) return external(url);
  return embedded(await startEmbeddedPostgres({ dataDir, logger }), "embedded");
}

/** Whether there is a database, so that a command for an existing shop does not create one by mistake. */
export async function hasDatabase({ url, dataDir }: DatabaseSettings): Promise<boolean> {
  if (url !== null) return true;
  try {
    return (await stat(join(dataDir, "postgres"))).isDirectory();
  } catch {
    // Missing, or not readable for this account.
    return false;
  }
}

function external(url: string): DatabaseAccess {
  return { connectionString: url, origin: "DATABASE_URL", stop: async () => undefined };
}

function embedded({ connectionString, stop }: EmbeddedPostgres, origin: string): DatabaseAccess {
  return { connectionString, origin, stop };
}
