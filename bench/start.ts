import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access, mkdtemp, rm } from "node:fs/promises";
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
const RUNS = 3;
const POLL_MS = 20;
const PATIENCE_MS = 120_000;

export const start: Bench = {
  name: "start",
  about:
    "npm run demo until its page answers; npm start until /healthz, with a new and a known data directory",
  async run(context) {
    const outside = await startOutside({ clock: systemClock });
    const demoMs: number[] = [];
    const freshMs: number[] = [];
    const warmMs: number[] = [];
    try {
      const shop = environmentOf(outside);
      for (let run = 0; run < RUNS; run += 1) {
        demoMs.push(await startOnce(["run", "demo"], "/", {}));
        const directory = await mkdtemp(join(tmpdir(), "numstore-bench-start-"));
        const env = { ...shop, DATA_DIR: join(directory, "data") };
        freshMs.push(await startOnce(["start"], "/healthz", env));
        await untilGone(env.DATA_DIR);
        warmMs.push(await startOnce(["start"], "/healthz", env));
        await untilGone(env.DATA_DIR);
        await rm(directory, { recursive: true, force: true });
      }
    } finally {
      await outside.close();
    }
    const row = (title: string, samples: readonly number[]) => {
      return [title, ...[median(samples), Math.min(...samples), Math.max(...samples)].map((ms) => ms / 1000)];
    };
    context.table(
      `${RUNS} runs, npm included`,
      ["command", "median s", "least s", "most s"],
      [
        row("npm run demo → page", demoMs),
        row("npm start, new data directory → /healthz", freshMs),
        row("npm start, known data directory → /healthz", warmMs),
      ],
    );
  },
};

/** Milliseconds from the command to the first 200 at `path`; the command is stopped afterwards. */
async function startOnce(
  command: readonly string[],
  path: string,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const port = await freePort();
  const startedAt = performance.now();
  const child = spawn("npm", command, {
    cwd: ROOT,
    env: { ...ownEnvironment(), ...env, PORT: String(port), ADMIN_PORT: "0", HOST: "127.0.0.1" },
    stdio: "ignore",
    // A group of its own: npm does not pass signals on.
    detached: true,
  });
  try {
    await untilAnswers(`http://127.0.0.1:${port}${path}`, child);
    return performance.now() - startedAt;
  } finally {
    await stop(child);
  }
}

/** Without an operator's settings that happen to be set where the bench runs. */
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

/** PostgreSQL may outlive the command by its own shutdown; the next start would wait for it. */
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
