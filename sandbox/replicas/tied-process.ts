import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import process from "node:process";
import { chooseAccount } from "../../src/db/embedded/account.ts";

const START_TIMEOUT_MS = 60_000;
const LOOK_MS = 50;

/** A program that dies with this process, also when this process is killed. */
export interface TiedProcess {
  readonly pid: number;
  readonly ended: Promise<void>;
  isAlive(): boolean;
  /** Sends a signal, unless it has ended. */
  signal(name: NodeJS.Signals): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

export interface TiedOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The file descriptor of its log. */
  readonly log: number;
  /** Run it without root's privileges, where we have them: some programs refuse to run as root. */
  readonly isUnprivileged?: boolean;
}

/** Starts `program`. `setpriv` (util-linux) asks the kernel to kill it when this process ends. */
export async function startTied(options: TiedOptions): Promise<TiedProcess> {
  const { program, args, env, log } = options;
  const account = options.isUnprivileged ? await chooseAccount({ programs: [program] }) : undefined;
  const [setpriv = "setpriv", ...privileges] = account?.prefix ?? [];
  const child = spawn(setpriv, [...privileges, "--pdeathsig", "KILL", program, ...args], {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", log, log],
    cwd: "/",
  });
  await once(child, "spawn");
  const ended = once(child, "exit").then(() => undefined);
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  return {
    pid: child.pid ?? 0,
    ended,
    isAlive,
    signal: (name) => void signal(child, name),
    async kill() {
      if (isAlive()) signal(child, "SIGKILL");
      await ended;
    },
  };
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.exitCode === null && child.signalCode === null) child.kill(name);
}

/** Resolves when `look` does not fail any more; rejects when the process ends before, or with time. */
export async function untilUp(
  { isAlive }: Pick<TiedProcess, "isAlive">,
  what: string,
  look: () => Promise<unknown>,
): Promise<void> {
  for (const startedAt = Date.now(); ; ) {
    try {
      return void (await look());
    } catch (error) {
      if (!isAlive()) throw new Error(`${what} ended while it started`, { cause: error });
      if (Date.now() - startedAt > START_TIMEOUT_MS)
        throw new Error(`${what} does not answer`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }
}

/** The first of these that can be run here. */
export function findProgram(places: readonly string[]): string | undefined {
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
