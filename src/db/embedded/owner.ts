import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { readIfPresent } from "./directory.ts";

/**
 * The process that a running PostgreSQL belongs to, as written in `<directory>/owner`: its process id and its start
 * time in clock ticks, because process ids are reused.
 */
export interface Owner {
  readonly pid: number;
  readonly startTick: string;
}

const OWNER = /^(\d+) (\d+)$/;

/** This process in the format of the owner file. */
export async function describeSelf(): Promise<string> {
  const self = await readProcess(process.pid);
  return `${process.pid} ${self?.startTick ?? "0"}`;
}

/** The recorded owner, if that same process is alive. A zombie does not count. */
export async function readLiveOwner(directory: string): Promise<Owner | undefined> {
  const match = OWNER.exec((await readIfPresent(join(directory, "owner")))?.trim() ?? "");
  if (!match) return undefined;
  const owner = { pid: Number(match[1]), startTick: match[2] ?? "" };
  const found = await readProcess(owner.pid);
  const isAlive = found !== undefined && !found.isZombie && found.startTick === owner.startTick;
  return isAlive ? owner : undefined;
}

/**
 * Asks the PostgreSQL of a directory for a fast shutdown, whoever started it. The watchdog does this when its owner
 * dies; this is for when the watchdog was killed too.
 */
export async function interruptServer(directory: string): Promise<void> {
  const cluster = join(directory, "postgres");
  const pid = Number((await readIfPresent(join(cluster, "postmaster.pid")))?.split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  try {
    // The id may belong to another process by now. A PostgreSQL has its data directory as working directory.
    if ((await readlink(`/proc/${pid}/cwd`)) === cluster) process.kill(pid, "SIGINT");
  } catch {
    // It has ended, or belongs to another account: all we can do is wait.
  }
}

/** What proc(5) says in /proc/<pid>/stat: field 3 is the state, field 22 the start in clock ticks since boot. */
async function readProcess(pid: number): Promise<{ isZombie: boolean; startTick: string } | undefined> {
  let text: string;
  try {
    text = await readFile(`/proc/${pid}/stat`, "utf8");
  } catch {
    // No such process; also when it ended while the file was read.
    return undefined;
  }
  // Field 2 is the program's name in brackets and may hold spaces and brackets itself.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  return { isZombie: state === "Z" || state === "X", startTick: fields[19] ?? "" };
}
