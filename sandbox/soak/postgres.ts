import { readFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type { Logger } from "../../src/core/logger.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../src/db/embedded/launcher.ts";

export interface CrashablePostgres {
  readonly connectionString: string;
  /** An immediate shutdown, as after a power cut: nothing is written down; then it recovers. Resolves when it is up. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

/** The shop's own embedded PostgreSQL, with everything on that makes it durable. */
export async function startCrashablePostgres(dataDir: string, logger: Logger): Promise<CrashablePostgres> {
  let postgres: EmbeddedPostgres = await startEmbeddedPostgres({ dataDir, logger });
  return {
    connectionString: postgres.connectionString,
    async crash() {
      const [pid] = (await readFile(join(dataDir, "postgres", "postmaster.pid"), "utf8")).split("\n");
      process.kill(Number(pid), "SIGQUIT");
      await postgres.ended;
      postgres = await startEmbeddedPostgres({ dataDir, logger });
    },
    stop: () => postgres.stop(),
  };
}
