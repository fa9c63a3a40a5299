import { execFile } from "node:child_process";
import { readdir, readFile, stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { messageOf } from "../../core/errors.ts";
import { EmbeddedPostgresError } from "./embedded-error.ts";

const run = promisify(execFile);

const COMMAND_TIMEOUT_MS = 30_000;
const PREFERRED_ACCOUNTS = ["postgres", "nobody"];

/** Who PostgreSQL runs as. `prefix` is the command that starts a program as that account; empty for ourselves. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
  readonly prefix: readonly string[];
}

/** What the account has to get at besides the data. */
export interface Needs {
  /** Files that it runs or reads. */
  readonly programs: readonly string[];
  /** The cluster; the owner of an existing one is the account. */
  readonly clusterDirectory?: string;
}

/**
 * PostgreSQL refuses to run as root, so root runs it as the owner of the existing data, else as `postgres` or
 * `nobody`. Anybody else runs it as themselves. Throws EmbeddedPostgresError (`account`) where that cannot work.
 */
export async function chooseAccount({ programs, clusterDirectory }: Needs): Promise<Account> {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  if (uid !== 0) {
    requirePasswdEntry(uid);
    return { uid, gid, prefix: [] };
  }
  const owner = clusterDirectory === undefined ? undefined : await ownerOf(clusterDirectory);
  const target = owner && owner.uid !== 0 ? owner : findAccount(await readFile("/etc/passwd", "utf8"));
  if (!target) {
    throw accountError(
      "PostgreSQL does not run as root, and there is no account postgres or nobody to run it as.",
    );
  }
  return { ...target, prefix: await choosePrefix(target, programs) };
}

/**
 * Another user with no privilege where that will do. Programs in a checkout under /root are out of its reach, so there it
 * keeps the least one that gets it through: reading everything, or else (as in Docker's default set) passing every check.
 */
const PRIVILEGES = [[], ["dac_read_search"], ["dac_override"]] as const;

async function choosePrefix(
  target: { uid: number; gid: number },
  programs: readonly string[],
): Promise<readonly string[]> {
  let failure: unknown;
  for (const privileges of PRIVILEGES) {
    const prefix = privilegeDrop(target, privileges);
    try {
      const closed = await firstClosed(prefix, programs, "r");
      if (closed === undefined) return prefix;
      failure = new Error(`${closed} is closed to it`);
    } catch (error) {
      failure = error;
    }
  }
  const reason = messageOf(failure).trim();
  const message = `PostgreSQL does not run as root, and root could not become user ${target.uid} here (${reason}).`;
  throw accountError(message, failure);
}

/** no_setuid_fixup is what lets a privilege survive the change of user. */
function privilegeDrop(
  { uid, gid }: { uid: number; gid: number },
  privileges: readonly string[],
): readonly string[] {
  const kept = ["-all", ...privileges.map((name) => `+${name}`)].join(",");
  return [
    "setpriv",
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    ...(privileges.length > 0 ? ["--securebits=+no_setuid_fixup"] : []),
    `--inh-caps=${kept}`,
    `--ambient-caps=${kept}`,
    `--bounding-set=${kept}`,
  ];
}

/** Each new try means that a file was deleted in between; a shutdown deletes few. */
const MAX_HAND_OVERS = 20;

const TRY = 'how=$1; shift; for path do test "-$how" "$path" || { printf %s "$path"; exit 0; }; done';

/** The first path that whoever `prefix` becomes may not read (r) or enter (x); rejects when root cannot become them. */
async function firstClosed(
  prefix: readonly string[],
  paths: readonly string[],
  how: "r" | "x",
): Promise<string | undefined> {
  const [command = "sh", ...rest] = [...prefix, "sh", "-c", TRY, "sh", how, ...paths];
  const { stdout } = await run(command, rest, { timeout: COMMAND_TIMEOUT_MS, cwd: "/" });
  return stdout === "" ? undefined : stdout;
}

/**
 * Gives a data directory, and what root put into it, to the account that runs PostgreSQL, so that it needs no privilege to
 * get at its data. Refuses one that it cannot reach, and one that holds other things. Does nothing where we are not root.
 * Throws EmbeddedPostgresError (`account`).
 */
export async function handOverDirectory(
  directory: string,
  account: Account,
  variable: string,
): Promise<void> {
  if (account.prefix.length === 0) return;
  const parents = parentsOf(directory);
  const bare = privilegeDrop(account, []);
  const closed = await firstClosed(bare, parents, "x");
  if (closed !== undefined) {
    const who = `the account that runs PostgreSQL (user id ${account.uid})`;
    throw new EmbeddedPostgresError(
      "account",
      `The data directory ${directory} lies in ${closed}, which ${who} may not enter. Next: set ${variable} to a directory outside of it, such as /var/lib/numstore, or run the shop as an ordinary user.`,
    );
  }
  const names = await readdir(directory);
  const { uid } = await stat(directory);
  const stranger = names.find((name) => !OURS.test(name));
  if (uid !== account.uid && stranger !== undefined) {
    throw new EmbeddedPostgresError(
      "account",
      `The data directory ${directory} holds other things (${stranger}) and belongs to user id ${uid}. Next: set ${variable} to a directory of its own.`,
    );
  }
  const owner = `${account.uid}:${account.gid}`;
  await run("chown", ["-h", owner, directory], { timeout: COMMAND_TIMEOUT_MS });
  await giveOurs(directory, owner);
}

/**
 * Also what root put into the directory, by hand or by an older version. A PostgreSQL that is still shutting down after
 * its shop was killed deletes files meanwhile: then the rest is given anew.
 */
async function giveOurs(directory: string, owner: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const ours = (await readdir(directory)).filter((name) => OURS.test(name));
    if (ours.length === 0) return;
    const paths = ours.map((name) => join(directory, name));
    const options = { timeout: COMMAND_TIMEOUT_MS, env: { ...process.env, LC_ALL: "C" } };
    try {
      await run("chown", ["-hR", "--from=0", owner, ...paths], options);
      return;
    } catch (error) {
      if (attempt >= MAX_HAND_OVERS || !messageOf(error).includes("No such file or directory")) throw error;
    }
  }
}

/** What the launcher and supervise.sh make in a data directory. */
const OURS = /^(?:postgres(?:\.new|\.log(?:\.1)?)?|lock|owner|run)$/;

function parentsOf(directory: string): string[] {
  const parents: string[] = [];
  for (let at = dirname(directory); ; at = dirname(at)) {
    parents.unshift(at);
    if (at === dirname(at)) return parents;
  }
}

/** The first of the preferred accounts in the text of /etc/passwd. */
export function findAccount(passwd: string): { uid: number; gid: number } | undefined {
  const lines = passwd.split("\n").map((line) => line.split(":"));
  for (const name of PREFERRED_ACCOUNTS) {
    const fields = lines.find((line) => line[0] === name);
    const [uid, gid] = [Number(fields?.[2]), Number(fields?.[3])];
    if (Number.isInteger(uid) && Number.isInteger(gid) && uid > 0) return { uid, gid };
  }
  return undefined;
}

/** initdb looks its own user up. Containers that are started with any user id have no such entry. */
function requirePasswdEntry(uid: number): void {
  try {
    userInfo();
  } catch (error) {
    throw accountError(`The user id ${uid} has no entry in /etc/passwd, which PostgreSQL needs.`, error);
  }
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { uid, gid } = await stat(path);
    return { uid, gid };
  } catch {
    // No data yet. Any other problem with the path shows when it is written to.
    return undefined;
  }
}

function accountError(message: string, cause?: unknown): EmbeddedPostgresError {
  const advice = "Run the shop as an ordinary user, or set DATABASE_URL to a PostgreSQL of your own.";
  return new EmbeddedPostgresError("account", `${message} ${advice}`, { cause });
}
