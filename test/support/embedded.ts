import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, readlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { startEmbeddedPostgres } from "../../src/db/embedded/launcher.ts";
import { createTestLogger } from "./logger.ts";

const SCRIPT = fileURLToPath(new URL("./embedded-child.ts", import.meta.url));
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface EmbeddedChild {
  readonly pid: number;
  readonly connectionString: string;
  /** Resolves when the child has printed this many further commits. */
  commits(count: number): Promise<void>;
  /** The last commit that it was told of. */
  lastCommit(): number;
  kill(): Promise<void>;
}

/** Starts embedded-child.ts and waits until its database is up. Rejects with what it wrote when it ends before. */
export async function startChild(
  dataDir: string,
  account: { uid?: number; gid?: number } = {},
): Promise<EmbeddedChild> {
  const child = spawnChild(dataDir, account);
  let lastCommit = 0;
  let waiting: { until: number; done: () => void } | undefined;
  const ready = new Promise<string>((resolve) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line.startsWith("ready ")) resolve(line.slice("ready ".length));
      if (line.startsWith("committed ")) lastCommit = Number(line.slice("committed ".length));
      if (waiting && lastCommit >= waiting.until) waiting.done();
    });
  });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString("utf8");
  });
  const ended = once(child, "close").then(() => {
    throw new Error(`The child ended: ${errors}`);
  });
  // Whether it is awaited or not: an end after the start is what the tests bring about.
  ended.catch(() => undefined);
  const connectionString = await Promise.race([ready, ended]);
  return {
    pid: child.pid ?? 0,
    connectionString,
    commits: (count) =>
      new Promise((done) => {
        waiting = { until: lastCommit + count, done };
      }),
    lastCommit: () => lastCommit,
    kill: () => killChild(child),
  };
}

/** The same without waiting, for tests that kill it before its database is up. */
export function spawnChild(dataDir: string, account: { uid?: number; gid?: number } = {}) {
  return spawn(process.execPath, ["--import", "tsx", SCRIPT, dataDir], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    ...account,
  });
}

export async function killChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** A data directory with an empty cluster, for {@link copyCluster}: four times as fast as initdb. */
export async function prepareCluster(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), "numstore-prepared-"));
  const postgres = await startEmbeddedPostgres({ dataDir, logger: createTestLogger() });
  await postgres.stop();
  return dataDir;
}

/** Copies a stopped data directory, owners and modes included. */
export async function copyCluster(from: string, to: string): Promise<void> {
  await promisify(execFile)("cp", ["-a", from, to]);
}

/** Processes that work in the directory or name it on their command line, and whose command line has `word`. */
export async function processesOf(directory: string, word = ""): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      // A process may end while we look, and others are not ours to look at.
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "");
      const command = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return command.includes(word) && (cwd.startsWith(directory) || command.includes(directory));
    }),
  );
  return pids.filter((_, index) => found[index]);
}

export async function killAll(directory: string): Promise<void> {
  for (const pid of await processesOf(directory)) {
    try {
      process.kill(pid, "SIGKILL");
    } catch {
      // Gone already, together with its parent.
    }
  }
}

export async function query(
  connectionString: string,
  text: string,
): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
