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

/** A database that a command uses beside a shop, or instead of one. */
export interface DatabaseAccess {
  readonly connectionString: string;
  /** In a few words, without the URL: it holds a password. */
  readonly origin: string;
  /** Ends what was started for the command; a shop's own database goes on. */
  stop(): Promise<void>;
}

/** For reading: the embedded database of a running shop, or a started one where none runs. */
export async function attachOrStart(settings: DatabaseSettings, logger: Logger): Promise<DatabaseAccess> {
  const { url, dataDir } = settings;
  if (url !== null) return external(url);
  const running = await attachEmbeddedPostgres({ dataDir });
  if (running) return embedded(running, "embedded, of the running shop");
  return embedded(await startEmbeddedPostgres({ dataDir, logger }), "embedded, started for this");
}

/** For changing everything: throws EmbeddedPostgresError (`in_use`) where a shop runs on the data directory. */
export async function startAlone(settings: DatabaseSettings, logger: Logger): Promise<DatabaseAccess> {
  const { url, dataDir } = settings;
  if (url !== null) return external(url);
  return embedded(await startEmbeddedPostgres({ dataDir, logger }), "embedded");
}

/** Whether there is a database at all, so that a command for an existing shop makes none by mistake. */
export async function hasDatabase({ url, dataDir }: DatabaseSettings): Promise<boolean> {
  if (url !== null) return true;
  try {
    return (await stat(join(dataDir, "postgres"))).isDirectory();
  } catch {
    // Missing, or not to be looked into: for this account there is none.
    return false;
  }
}

function external(url: string): DatabaseAccess {
  return { connectionString: url, origin: "DATABASE_URL", stop: async () => undefined };
}

function embedded({ connectionString, stop }: EmbeddedPostgres, origin: string): DatabaseAccess {
  return { connectionString, origin, stop };
}
