import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { bundleShop } from "../../sandbox/soak/bundle.ts";
import { startReplica } from "../../sandbox/soak/replica.ts";

const ENTRY = fileURLToPath(new URL("./bundled-shop.ts", import.meta.url));
/** Linux counts a process's time in hundredths of a second, whatever the kernel's own clock. */
const TICKS_PER_SECOND = 100;

export interface Usage {
  /** Of one core. */
  readonly cpuShare: number;
  readonly residentMb: number;
}

export interface ChildShop {
  readonly port: number;
  /** Begins to measure; the function returned tells what the process needed since. */
  measure(): Promise<() => Promise<Usage>>;
  close(): Promise<void>;
}

/** Starts the shop in a process of its own. `env`: the operator's variables, DATABASE_URL included. */
export async function startChildShop(env: Readonly<Record<string, string>>): Promise<ChildShop> {
  const directory = await mkdtemp(join(tmpdir(), "numstore-bench-shop-"));
  const script = await bundleShop(directory, ENTRY);
  const log = await open(join(directory, "shop.log"), "a");
  const replica = startReplica({ script, env, log: log.fd });
  const close = async (): Promise<void> => {
    await replica.kill();
    await log.close();
    await rm(directory, { recursive: true, force: true });
  };
  const port = await replica.opened;
  if (port === undefined) {
    const lines = await readFile(join(directory, "shop.log"), "utf8");
    await close();
    throw new Error(`the shop did not start: ${lines.slice(-2000)}`);
  }
  return {
    port,
    async measure() {
      const [begunAt, before] = [performance.now(), await cpuSecondsOf(replica.pid)];
      return async () => {
        const seconds = (performance.now() - begunAt) / 1000;
        const cpuShare = ((await cpuSecondsOf(replica.pid)) - before) / seconds;
        return { cpuShare, residentMb: await residentMbOf(replica.pid) };
      };
    },
    close,
  };
}

async function cpuSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // The name before the last bracket may hold anything. After it, user and system time are fields 12 and 13.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function residentMbOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}
