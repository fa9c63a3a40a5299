import { access, constants, statfs } from "node:fs/promises";

const SHARED_MEMORY = "/dev/shm";
const TMPFS = 0x01021994;
/** The databases of a run and their log take a third of it. Containers often have 64 MB there. */
const ROOM_BYTES = 1_000_000_000;

/**
 * Where files lie in memory; undefined where the system has no such place, or too little room in it. Cloning a
 * database is creating 300 files, which is ten times as fast there as on most disks.
 */
export async function directoryInMemory(): Promise<string | undefined> {
  try {
    await access(SHARED_MEMORY, constants.W_OK);
    const { type, bavail, bsize } = await statfs(SHARED_MEMORY);
    return type === TMPFS && bavail * bsize >= ROOM_BYTES ? SHARED_MEMORY : undefined;
  } catch {
    return undefined;
  }
}
