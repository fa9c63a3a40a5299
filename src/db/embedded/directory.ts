import { createHash } from "node:crypto";
import { mkdir, open, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../core/errors.ts";
import { EmbeddedPostgresError } from "./embedded-error.ts";

/** The kernel's limit for the path of a Unix socket, without the closing zero. */
const MAX_SOCKET_PATH_BYTES = 107;
const SOCKET_NAME = ".s.PGSQL.5432";
const LOG_TAIL_BYTES = 2_000;

/** Creates the data directory, private to its owner, if need be, and returns its real absolute path. */
export async function prepareDataDirectory(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    return await realpath(dataDir);
  } catch (error) {
    const message = `The data directory ${dataDir} cannot be used: ${messageOf(error)}. Set DATA_DIR to one that can.`;
    throw new EmbeddedPostgresError("failed", message, { cause: error });
  }
}

/**
 * Where the socket goes: inside the data directory, unless that path is too long for a socket. Only the account `uid`
 * (and root) can enter it.
 */
export function socketDirectory(directory: string, temporary: string, uid: number): string {
  const inside = join(directory, "run");
  if (Buffer.byteLength(join(inside, SOCKET_NAME)) <= MAX_SOCKET_PATH_BYTES) return inside;
  const digest = createHash("sha256").update(directory).digest("hex").slice(0, 12);
  return join(temporary, `numstore-${uid}-${digest}`);
}

/** Who the shop connects as. It owns the database and is no superuser. */
export const SHOP_ROLE = "numstore";
/** The superuser that initdb makes; only the launcher connects as it. */
const SUPERUSER = "postgres";

/** The URL of the shop's database behind a socket, as pg and libpq read it. */
export function socketUrl(socketDir: string): string {
  return urlOf(socketDir, SHOP_ROLE);
}

/** The same for the superuser. */
export function superuserUrl(socketDir: string): string {
  return urlOf(socketDir, SUPERUSER);
}

function urlOf(socketDir: string, role: string): string {
  return `postgresql://${role}@localhost/postgres?host=${encodeURIComponent(socketDir)}`;
}

/** Where a running PostgreSQL says its socket is: line 5 of postmaster.pid; undefined when none has started. */
export async function runningSocketDirectory(directory: string): Promise<string | undefined> {
  const text = await readIfPresent(join(directory, "postgres", "postmaster.pid"));
  return text?.split("\n")[4]?.trim() || undefined;
}

/** The file's text; undefined when it does not exist. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** The last lines that PostgreSQL or initdb wrote. It never logs statements or values. */
export async function readLogTail(directory: string): Promise<string> {
  try {
    const file = await open(join(directory, "postgres.log"));
    try {
      const { size } = await file.stat();
      const buffer = Buffer.alloc(Math.min(size, LOG_TAIL_BYTES));
      await file.read(buffer, 0, buffer.length, size - buffer.length);
      return buffer.toString("utf8").trim();
    } finally {
      await file.close();
    }
  } catch (error) {
    return `(no log: ${messageOf(error)})`;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
