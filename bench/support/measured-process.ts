import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { bundleShop } from "../../sandbox/soak/bundle.ts";
import { startNode } from "../../test/support/shop-child.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
/** Linux counts the CPU time of a process in hundredths of a second. */
const TICK_MS = 10;

export interface Usage {
  /** Of one core. */
  readonly cpuShare: number;
  readonly residentMb: number;
}

/** A process whose CPU time and memory are its own: neither the pretend world nor PostgreSQL is in it. */
export interface MeasuredProcess {
  readonly pid: number;
  /** User and system time so far, in milliseconds. */
  cpuMs(): number;
  /** Begins to measure; the function returned tells what the process needed since. */
  measure(): () => Usage;
  says(text: string): Promise<void>;
  /** How often this text is in its output. */
  count(text: string): number;
  stop(): Promise<void>;
}

/** The shop, once it is open. */
export interface MeasuredShop extends MeasuredProcess {
  readonly port: number;
}

/**
 * Starts this script, bundled to one file, as production runs compiled files; with BENCH_NODE_FLAGS such as
 * "--cpu-prof --cpu-prof-dir=/tmp/profiles" before it. `env`: all its variables but PATH and HOME.
 */
export async function startMeasured(
  script: string,
  env: Readonly<Record<string, string>>,
): Promise<MeasuredProcess & { output(): string }> {
  const directory = await mkdtemp(join(tmpdir(), "numstore-bench-"));
  const flags = (process.env.BENCH_NODE_FLAGS ?? "").split(" ").filter((flag) => flag !== "");
  const child = startNode([...flags, await bundleShop(directory, script)], env);
  const cpuMs = (): number => cpuMsOf(child.pid);
  let isEnded = false;
  void child.ended.then(() => {
    isEnded = true;
  });
  return {
    pid: child.pid,
    cpuMs,
    measure() {
      const [begunAtMs, beforeMs] = [performance.now(), cpuMs()];
      return () => ({
        cpuShare: (cpuMs() - beforeMs) / (performance.now() - begunAtMs),
        residentMb: residentMbOf(child.pid),
      });
    },
    says: child.says,
    output: child.output,
    count: (text) => child.output().split(text).length - 1,
    async stop() {
      if (!isEnded) child.signal("SIGTERM");
      await child.ended;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Starts the shop as an operator does. `env`: the operator's variables, DATABASE_URL included. */
export async function startMeasuredShop(env: Readonly<Record<string, string>>): Promise<MeasuredShop> {
  const shop = await startMeasured(MAIN, { PORT: "0", ADMIN_PORT: "0", LOG_LEVEL: "info", ...env });
  await shop.says("Numstore is open");
  const port = Number(/"port":(\d+)[^\n]*Numstore is open/.exec(shop.output())?.[1]);
  return { ...shop, port };
}

function cpuMsOf(pid: number): number {
  // The name in brackets may hold spaces. After it, the 12th and 13th fields are user and system time.
  const [user, system] =
    readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ").slice(11, 13) ?? [];
  return (Number(user) + Number(system)) * TICK_MS;
}

function residentMbOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
}
