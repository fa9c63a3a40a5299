import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import { chooseAccount, handOverDirectory } from "./account.ts";
import { findBinaries } from "./binaries.ts";
import { answers } from "./connect.ts";
import {
  prepareDataDirectory,
  readLogTail,
  runningSocketDirectory,
  socketDirectory,
  socketUrl,
  superuserUrl,
} from "./directory.ts";
import { EmbeddedPostgresError } from "./embedded-error.ts";
import { interruptServer, readLiveOwner } from "./owner.ts";
import { prepareShopRole } from "./shop-role.ts";
import {
  exitCodes,
  SUPERVISE_SCRIPT,
  type Supervisor,
  type SupervisorOptions,
  startSupervisor,
} from "./supervisor.ts";

/** initdb takes about a second; recovery after a crash can take minutes on a slow disk. */
const START_TIMEOUT_MS = 300_000;
/** How long a PostgreSQL without an owner may take to shut down before we give up on the directory. */
const ORPHAN_TIMEOUT_MS = 90_000;
const STOP_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

export interface EmbeddedPostgresOptions {
  readonly dataDir: string;
  readonly logger: Logger;
  readonly clock?: Clock;
}

export interface EmbeddedPostgres {
  readonly connectionString: string;
  /** Resolves if PostgreSQL ended although `stop` was not called: the shop cannot go on. */
  readonly ended: Promise<void>;
  /** Fast shutdown: ends open sessions, writes everything down. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts the PostgreSQL that keeps its data in `dataDir`; the first time, it creates the cluster. It listens on a Unix
 * socket only, loses no commit when everything is killed, and shuts down when this process ends. One that is still
 * shutting down is waited for. Throws EmbeddedPostgresError, with `in_use` if another live process has the directory.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries();
  const directory = await prepareDataDirectory(options.dataDir);
  const account = await chooseAccount({
    programs: [binaries.initdb, binaries.postgres, SUPERVISE_SCRIPT],
    clusterDirectory: join(directory, "postgres"),
  });
  await handOverDirectory(directory, account, "DATA_DIR");
  const socketDir = socketDirectory(directory, tmpdir(), account.uid);
  return await launch({ binaries, account, directory, socketDir, isTemporary: false }, options);
}

export interface TemporaryPostgresOptions extends Omit<EmbeddedPostgresOptions, "dataDir"> {
  /** Where it makes its directory; left out: where the system keeps temporary files. */
  readonly parentDirectory?: string;
}

/** For tests and the demo: an empty PostgreSQL without durability, deleted when it stops or this process ends. */
export async function startTemporaryPostgres(options: TemporaryPostgresOptions): Promise<EmbeddedPostgres> {
  const binaries = await findBinaries();
  const account = await chooseAccount({
    programs: [binaries.initdb, binaries.postgres, SUPERVISE_SCRIPT],
  });
  const directory = await prepareDataDirectory(
    await mkdtemp(join(options.parentDirectory ?? tmpdir(), "numstore-pg-")),
  );
  try {
    // PostgreSQL's account deletes it in the end, and in /tmp only the owner of a directory may.
    await handOverDirectory(directory, account, "TMPDIR");
    const socketDir = socketDirectory(directory, tmpdir(), account.uid);
    return await launch({ binaries, account, directory, socketDir, isTemporary: true }, options);
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

/**
 * The PostgreSQL that another process runs on `dataDir`, for commands beside a running shop; undefined when
 * none runs. `stop` leaves it alone.
 */
export async function attachEmbeddedPostgres(
  options: Pick<EmbeddedPostgresOptions, "dataDir">,
): Promise<EmbeddedPostgres | undefined> {
  if ((await readLiveOwner(options.dataDir)) === undefined) return undefined;
  const socketDir = await runningSocketDirectory(options.dataDir);
  if (socketDir === undefined || !(await answers(socketUrl(socketDir)))) return undefined;
  return {
    connectionString: socketUrl(socketDir),
    ended: new Promise(() => undefined),
    stop: async () => undefined,
  };
}

async function launch(
  supervisorOptions: SupervisorOptions,
  { logger, clock = systemClock }: Omit<EmbeddedPostgresOptions, "dataDir">,
): Promise<EmbeddedPostgres> {
  const { directory, socketDir } = supervisorOptions;
  const connectionString = socketUrl(socketDir);
  const supervisor = await startUnlocked(supervisorOptions, superuserUrl(socketDir), logger, clock);
  try {
    await prepareShopRole(superuserUrl(socketDir), { mayCreate: supervisorOptions.isTemporary });
  } catch (error) {
    await stop(supervisor, logger, clock);
    const message = `The database in ${directory} could not be given to the shop's role: ${messageOf(error)}`;
    throw new EmbeddedPostgresError("failed", message, { cause: error });
  }
  let stopping: Promise<void> | undefined;
  const ended = new Promise<void>((resolve) => {
    void supervisor.ended.then((status) => {
      if (stopping !== undefined) return;
      logger.error({ status, directory }, "PostgreSQL ended; see postgres.log");
      resolve();
    });
  });
  supervisor.release();
  logger.info({ directory }, "embedded PostgreSQL is up");
  return {
    connectionString,
    ended,
    stop: () => {
      stopping ??= stop(supervisor, logger, clock);
      return stopping;
    },
  };
}

/** Starts it once the directory is free. A live owner keeps it; for a PostgreSQL without an owner we wait. */
async function startUnlocked(
  options: SupervisorOptions,
  connectionString: string,
  logger: Logger,
  clock: Clock,
): Promise<Supervisor> {
  const attempts = ORPHAN_TIMEOUT_MS / (POLL_MS * 4);
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const supervisor = await startSupervisor(options);
    const outcome = await waitUntilReady(supervisor, connectionString, clock);
    if (outcome === "ready") return supervisor;
    if (outcome !== exitCodes.locked) throw await startError(options.directory, supervisor, outcome);
    const owner = await readLiveOwner(options.directory);
    if (owner) throw inUseError(options.directory, `process ${owner.pid}`);
    if (attempt === 0) {
      logger.warn({ directory: options.directory }, "waiting for an earlier PostgreSQL to end");
      await interruptServer(options.directory);
    }
    await clock.sleep(POLL_MS * 4);
  }
  throw inUseError(
    options.directory,
    "a process that is not visible from here, perhaps in another container",
  );
}

/** "ready", or the exit code if it ended first. */
async function waitUntilReady(
  supervisor: Supervisor,
  connectionString: string,
  clock: Clock,
): Promise<"ready" | number | null> {
  let exit: { status: number | null } | undefined;
  const ended = supervisor.ended.then((status) => {
    exit = { status };
  });
  // Until we have the lock, another process's PostgreSQL may be the one that answers.
  await supervisor.decided;
  for (let waited = 0; waited < START_TIMEOUT_MS; waited += POLL_MS) {
    if (exit) return exit.status;
    if (await answers(connectionString)) return "ready";
    await Promise.race([ended, clock.sleep(POLL_MS)]);
  }
  supervisor.kill();
  await ended;
  return null;
}

async function stop(supervisor: Supervisor, logger: Logger, clock: Clock): Promise<void> {
  const deadline = new AbortController();
  const late = clock.sleep(STOP_TIMEOUT_MS, deadline.signal).then(() => "late" as const);
  supervisor.stop();
  const outcome = await Promise.race([supervisor.ended, late]);
  deadline.abort();
  if (outcome !== "late") return;
  logger.error({}, "PostgreSQL did not shut down in time and was killed; it recovers at the next start");
  supervisor.kill();
  await supervisor.ended;
}

function inUseError(directory: string, who: string): EmbeddedPostgresError {
  const message = `The data directory ${directory} is in use by ${who}. Stop it, or set DATA_DIR to another directory.`;
  return new EmbeddedPostgresError("in_use", message);
}

async function startError(
  directory: string,
  supervisor: Supervisor,
  status: number | null,
): Promise<EmbeddedPostgresError> {
  if (status === exitCodes.stranger) {
    return inUseError(directory, "a PostgreSQL that was started by hand");
  }
  if (status === exitCodes.noFlock) {
    const message = "The command flock (package util-linux) is missing; install it, or set DATABASE_URL.";
    return new EmbeddedPostgresError("unsupported", message);
  }
  if (status === exitCodes.notWritable) {
    const message = `The data directory ${directory} is not writable. ${supervisor.complaint()}`.trim();
    return new EmbeddedPostgresError("failed", message);
  }
  const details = [supervisor.complaint(), await readLogTail(directory)]
    .filter((part) => part !== "")
    .join("\n");
  const what = status === exitCodes.initdbFailed ? "initdb" : "The embedded PostgreSQL";
  return new EmbeddedPostgresError(
    "failed",
    `${what} in ${directory} did not come up (${status}):\n${details}`,
  );
}
