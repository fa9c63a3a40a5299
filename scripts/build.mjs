// @ts-check
/**
 * `npm run build [-- directory]`: compiles src/ to dist/, file by file, and copies the files that src reads at run time.
 * `--if-possible` is for npm's `prepare`: without a compiler (npm ci --omit=dev) it keeps the existing build.
 *
 * No bundle, so that stack traces, `import.meta.url` and the files beside a module stay as in the source; docs/figures.md
 * has the figures of a bundle. Types are checked by `npm run check`, not at each install.
 */
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { buildProblem, FINGERPRINT_FILE, fingerprintOf, ROOT, sourceFiles } from "./built-from.mjs";

const SOURCE = join(ROOT, "src");
const MAX_TRIES = 10;

/** The path of the installed TypeScript compiler. Undefined: development dependencies are not installed. */
function findCompiler() {
  try {
    return join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
  } catch {
    return undefined;
  }
}

/**
 * @param {string} compiler
 * @param {string} target
 */
function build(compiler, target) {
  // Built beside the target and then moved, so that a build that fails leaves the old one unchanged.
  const unfinished = `${target}-unfinished-${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    const words = [compiler, "-p", join(ROOT, "tsconfig.build.json"), "--noCheck", "--outDir", unfinished];
    const { status, error } = spawnSync(process.execPath, words, { stdio: "inherit" });
    if (status !== 0) throw error ?? new Error(`the compiler ended with ${status}`);
    for (const path of sourceFiles(SOURCE).filter((name) => !/\.m?ts$/.test(name))) {
      cpSync(join(SOURCE, path), join(unfinished, path));
    }
    copyFont(join(unfinished, "desk", "pictures", "fonts"));
    writeFileSync(join(unfinished, FINGERPRINT_FILE), fingerprintOf(SOURCE));
    replace(target, unfinished);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/**
 * The font of the desk's pictures, DejaVu Sans, with its licence. Its package is a development dependency, because a shop
 * needs one of its many fonts.
 * @param {string} target
 */
function copyFont(target) {
  const origin = dirname(createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json"));
  mkdirSync(target, { recursive: true });
  cpSync(join(origin, "ttf", "DejaVuSans.ttf"), join(target, "DejaVuSans.ttf"));
  cpSync(join(origin, "LICENSE"), join(target, "DejaVuSans-LICENSE.txt"));
}

/**
 * Puts the finished build in the place of the old one by renaming, so that a reader never sees half of one. Another build
 * may do the same at this moment: whoever is later replaces what the other put there.
 * @param {string} target
 * @param {string} finished
 */
function replace(target, finished) {
  const old = `${target}-old-${process.pid}`;
  for (let tries = 1; ; tries += 1) {
    try {
      if (existsSync(target)) renameSync(target, old);
      renameSync(finished, target);
      return;
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
    } finally {
      rmSync(old, { recursive: true, force: true });
    }
  }
}

/** Prints why nothing was built. It is not an error: `npm ci --omit=dev` installed what it should. */
function explainWithoutCompiler() {
  const missing = "No compiler is installed, because development dependencies were left out";
  console.log(
    buildProblem(ROOT) === undefined
      ? `${missing}: the existing dist/ is used.`
      : `${missing}, and dist/ is missing or older than src/: run npm ci without --omit=dev, or copy a dist/ here.`,
  );
}

const words = process.argv.slice(2);
const isOptional = words.includes("--if-possible");
const directory = words.find((word) => !word.startsWith("--")) ?? join(ROOT, "dist");
const compiler = findCompiler();
if (compiler !== undefined) build(compiler, resolve(directory));
else if (isOptional) explainWithoutCompiler();
else {
  process.stderr.write("No compiler is installed. Run npm ci (without --omit=dev), which also builds.\n");
  process.exitCode = 1;
}
