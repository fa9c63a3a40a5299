import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { userInfo } from "node:os";
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

/**
 * PostgreSQL refuses to run as root, so root runs it as the owner of the existing data, else as `postgres` or
 * `nobody`. Anybody else runs it as themselves. Throws EmbeddedPostgresError (`account`) where that cannot work.
 */
export async function chooseAccount(clusterDirectory?: string): Promise<Account> {
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
  const account = { ...target, prefix: privilegeDrop(target.uid, target.gid) };
  await probe(account);
  // Data that root copied here would be refused by PostgreSQL for its owner.
  if (clusterDirectory !== undefined && owner?.uid === 0) {
    await run("chown", ["-R", `${target.uid}:${target.gid}`, clusterDirectory], {
      timeout: COMMAND_TIMEOUT_MS,
    });
  }
  return account;
}

/**
 * Becomes another user that keeps one privilege: passing through directories of root, such as a checkout under /root.
 * Without no_setuid_fixup that privilege would be lost with the change of user.
 */
function privilegeDrop(uid: number, gid: number): readonly string[] {
  return [
    "setpriv",
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    "--securebits=+no_setuid_fixup",
    "--inh-caps=-all,+dac_override",
    "--ambient-caps=-all,+dac_override",
    "--bounding-set=-all,+dac_override",
  ];
}

async function probe(account: Account): Promise<void> {
  const [command = "", ...rest] = account.prefix;
  try {
    await run(command, [...rest, "true"], { timeout: COMMAND_TIMEOUT_MS });
  } catch (error) {
    const reason = messageOf(error).trim();
    const message = `PostgreSQL does not run as root, and root could not become user ${account.uid} here (${reason}).`;
    throw accountError(message, error);
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
