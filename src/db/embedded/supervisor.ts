import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { describeSelf } from "./owner.ts";

export const SUPERVISE_SCRIPT = fileURLToPath(new URL("./supervise.sh", import.meta.url));
const MAX_COMPLAINT_LENGTH = 4_000;

/** Exit codes of supervise.sh that say why PostgreSQL was not started. */
export const exitCodes = {
  noFlock: 72,
  locked: 73,
  stranger: 74,
  initdbFailed: 75,
  notWritable: 76,
} as const;

export interface SupervisorOptions {
  readonly binaries: Binaries;
  readonly account: Account;
  readonly directory: string;
  readonly socketDir: string;
  /** For tests and the demo: no durability, deleted afterwards. */
  readonly isTemporary: boolean;
}

export interface Supervisor {
  /** Resolves when the script has the lock of the directory, or when `ended` does. */
  readonly decided: Promise<unknown>;
  /** Resolves with the exit code of PostgreSQL or of the script; null after a signal. */
  readonly ended: Promise<number | null>;
  /** What the script wrote before it had a log file. */
  complaint(): string;
  /** From now on it does not keep this Node process running. */
  release(): void;
  /** Closes the pipe: a fast shutdown. `ended` tells when it is over. */
  stop(): void;
  /** Kills the script and PostgreSQL, which recovers at the next start. */
  kill(): void;
}

/**
 * Starts supervise.sh in its own session, so that Ctrl-C in a terminal and a kill of our process group do not hit
 * PostgreSQL directly: it learns of our end through the pipe.
 */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const { account, binaries, directory } = options;
  const after = options.isTemporary ? "discard" : "keep";
  const words = [
    directory,
    options.socketDir,
    await describeSelf(),
    after,
    binaries.initdb,
    binaries.postgres,
  ];
  const [command = "sh", ...rest] = [
    ...account.prefix,
    "sh",
    SUPERVISE_SCRIPT,
    ...words,
    ...serverSettings(options),
  ];
  const child = spawn(command, rest, {
    cwd: "/",
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    // Not our environment: it holds the bot's token, and this process may run as another user.
    env: { PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
  });
  let complaint = "";
  const complain = (text: string): void => {
    complaint = (complaint + text).slice(0, MAX_COMPLAINT_LENGTH);
  };
  child.stderr.on("data", (chunk: Buffer) => complain(chunk.toString("utf8")));
  // Nothing is ever written to the pipe; an error only means that the other end is closed.
  child.stdin.on("error", () => undefined);
  const ended = endOf(child, complain);
  return {
    decided: Promise.race([once(child.stdout, "data"), ended]),
    ended,
    complaint: () => complaint.trim(),
    release: () => child.unref(),
    stop: () => {
      child.ref();
      child.stdin.end();
    },
    kill: () => killGroup(child),
  };
}

function endOf(child: ChildProcess, complain: (message: string) => void): Promise<number | null> {
  return new Promise((resolve) => {
    child.once("error", (error) => {
      complain(error.message);
      resolve(null);
    });
    child.once("exit", (code) => {
      child.stdin?.destroy();
      resolve(code);
    });
  });
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // The group has ended by itself meanwhile.
  }
}

function serverSettings({ socketDir, isTemporary }: SupervisorOptions): string[] {
  const settings = {
    listen_addresses: "",
    unix_socket_directories: socketDir,
    max_connections: "100",
    max_wal_size: "256MB",
    timezone: "UTC",
    log_timezone: "UTC",
    // Starts, stops and failures of the server itself, but no statements and no values: those hold phone numbers.
    log_min_messages: "log",
    log_min_error_statement: "panic",
    log_error_verbosity: "terse",
    log_checkpoints: "off",
    max_logical_replication_workers: "0",
    ...(isTemporary ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off" } : {}),
  };
  return Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
}
