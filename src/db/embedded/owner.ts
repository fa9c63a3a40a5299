import { readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { readIfPresent } from "./directory.ts";

/**
 * The process that a running PostgreSQL belongs to, as `<directory>/owner` names it: its id and the tick at
 * which it started, because ids are used again.
 */
export interface Owner {
  readonly pid: number;
  readonly startTick: string;
}

const OWNER = /^(\d+) (\d+)$/;

/** This process, in the words of the owner file. */
export async function describeSelf(): Promise<string> {
  const self = await readProcess(process.pid);
  return `${process.pid} ${self?.startTick ?? "0"}`;
}

/** The owner on record, if that very process is alive; a zombie is not. */
export async function readLiveOwner(directory: string): Promise<Owner | undefined> {
  const match = OWNER.exec((await readIfPresent(join(directory, "owner")))?.trim() ?? "");
  if (!match) return undefined;
  const owner = { pid: Number(match[1]), startTick: match[2] ?? "" };
  const found = await readProcess(owner.pid);
  const isAlive = found !== undefined && !found.isZombie && found.startTick === owner.startTick;
  return isAlive ? owner : undefined;
}

/**
 * Asks the PostgreSQL of a directory for a fast shutdown, whoever started it. The watchdog of an owner that died
 * does the same; this is for when the watchdog was killed as well.
 */
export async function interruptServer(directory: string): Promise<void> {
  const cluster = join(directory, "postgres");
  const pid = Number((await readIfPresent(join(cluster, "postmaster.pid")))?.split("\n")[0]);
  if (!Number.isInteger(pid) || pid <= 0) return;
  try {
    // The number may be another process's by now: a PostgreSQL works in its data directory.
    if ((await readlink(`/proc/${pid}/cwd`)) === cluster) process.kill(pid, "SIGINT");
  } catch {
    // It ended meanwhile, or is not ours to look at; then waiting is all that is left.
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
