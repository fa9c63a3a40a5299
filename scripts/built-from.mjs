// @ts-check
/** Records the source of a build, so that a start can tell that the build is missing or older than the source. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
/** The file in the build that holds the fingerprint of its source. */
export const FINGERPRINT_FILE = "built-from";

/**
 * Every file of `source`, as a path below it.
 * @param {string} source
 * @returns {string[]}
 */
export function sourceFiles(source) {
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(source.length + 1))
    .sort();
}

/**
 * A digest of paths and contents. File times are not used, because a checkout or a copy changes them.
 * @param {string} source
 */
export function fingerprintOf(source) {
  const hash = createHash("sha256");
  for (const path of sourceFiles(source)) hash.update(`${path}\0`).update(readFileSync(join(source, path)));
  return hash.digest("hex");
}

/**
 * Why the build in `root`/dist must not be started. Undefined: it may be started. Without `src`, as in an image, a build
 * cannot be outdated.
 * @param {string} root
 * @returns {string | undefined}
 */
export function buildProblem(root) {
  const build = join(root, "dist");
  const source = join(root, "src");
  if (!existsSync(join(build, FINGERPRINT_FILE))) {
    return "Numstore is not compiled: dist/ is missing or incomplete. Run: npm run build";
  }
  if (!existsSync(source)) return undefined;
  if (readFileSync(join(build, FINGERPRINT_FILE), "utf8") === fingerprintOf(source)) return undefined;
  return "dist/ does not match src/. Run: npm run build";
}
