import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { environmentOf, startOutside } from "../sandbox/world.ts";
import { systemClock } from "../src/core/clock.ts";
import type { Bench } from "./support/bench.ts";
import { median } from "./support/statistics.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const RUNS = 5;
const POLL_MS = 20;
const PATIENCE_MS = 120_000;
/** The wait before memory is read: by then the first probes are done and garbage of the start is collected. */
const SETTLE_MS = 2_000;

interface Command {
  readonly title: string;
  readonly words: readonly [string, ...string[]];
  readonly path: string;
  /** The data directory: a new one for each run, the same for all runs, or none. */
  readonly data: "new" | "known" | "none";
}

const compiled = ["node", "dist/main.js"] as const;
const fromSource = ["node", "--import", "tsx", "src/main.ts"] as const;

const commands: readonly Command[] = [
  { title: "npm run demo → page", words: ["npm", "run", "demo"], path: "/", data: "none" },
  { title: "npm start, new data directory", words: ["npm", "start"], path: "/readyz", data: "new" },
  { title: "npm start", words: ["npm", "start"], path: "/readyz", data: "known" },
  { title: compiled.join(" "), words: compiled, path: "/readyz", data: "known" },
  { title: fromSource.join(" "), words: fromSource, path: "/readyz", data: "known" },
];

interface Sample {
  readonly seconds: number;
  /** Resident memory of the started process in MiB, without its child processes. */
  readonly memoryMib: number;
}

export const start: Bench = {
  name: "start",
  about: "npm run demo until its page answers; the shop, compiled and from source, until /readyz answers 200",
  async run(context) {
    const samples = new Map<Command, Sample[]>(commands.map((command) => [command, []]));
    const outside = await startOutside({ clock: systemClock });
    const directory = await mkdtemp(join(tmpdir(), "numstore-bench-start-"));
    // PostgreSQL is another user where this runs as root.
    await chmod(directory, 0o755);
    try {
      // In turn, so that other load of the machine affects all commands alike.
      for (let run = 0; run < RUNS; run += 1) {
        for (const command of commands) {
          const dataDir = join(directory, command.data === "new" ? `new-${run}` : "known");
          const env = { ...environmentOf(outside), DATA_DIR: dataDir };
          samples.get(command)?.push(await startOnce(command, command.data === "none" ? {} : env));
          await untilGone(dataDir);
        }
      }
    } finally {
      await outside.close();
      await rm(directory, { recursive: true, force: true });
    }
    context.table(
      `${RUNS} runs of each, in turn`,
      ["command", "median s", "least s", "most s", "median MiB"],
      [...samples].map(([{ title, words }, taken]) => {
        const seconds = taken.map((sample) => sample.seconds);
        const memory = words[0] === "npm" ? "-" : median(taken.map(({ memoryMib }) => memoryMib));
        return [title, median(seconds), Math.min(...seconds), Math.max(...seconds), memory];
      }),
    );
  },
};

/** Starts the command, measures the time to the first 200 and then its memory, and stops it. */
async function startOnce(
  { words: [program, ...words], path }: Command,
  env: Readonly<Record<string, string>>,
): Promise<Sample> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn(program, words, {
    cwd: ROOT,
    env: { ...ownEnvironment(), ...env, PORT: String(port), ADMIN_PORT: "0", HOST: "127.0.0.1" },
    stdio: ["ignore", "ignore", "inherit"],
    // A process group of its own, because npm does not pass signals on.
    detached: true,
  });
  try {
    await untilAnswers(`http://127.0.0.1:${port}${path}`, child);
    const seconds = (performance.now() - startedAt) / 1_000;
    await systemClock.sleep(SETTLE_MS);
    return { seconds, memoryMib: await residentMib(child.pid) };
  } finally {
    await stop(child);
  }
}

async function residentMib(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024;
}

/** The environment without settings of the shop that are set where the bench runs. */
function ownEnvironment(): Record<string, string | undefined> {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR };
}

async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the command ended with ${child.exitCode}`);
    if (await answers(url)) return;
    await systemClock.sleep(POLL_MS);
  }
  throw new Error(`${url} did not answer`);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Not listening yet.
    return false;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null) return;
  const exited = once(child, "exit");
  process.kill(-child.pid, "SIGTERM");
  await exited;
}

/** Waits until PostgreSQL has stopped, which may take longer than the command. The next start would have to wait for it. */
async function untilGone(dataDir: string): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (await exists(join(dataDir, "postgres", "postmaster.pid"))) {
    if (performance.now() > deadline) throw new Error("the database did not stop");
    await systemClock.sleep(POLL_MS);
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
