import { execFile, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { Mutant } from "./operators.ts";

const run = promisify(execFile);
/** A mutant that makes a test run longer counts as noticed. */
const TEST_TIMEOUT_MS = 240_000;

export type Verdict = "noticed" | "survived";

/** A copy of the project in which one mutant at a time is tested. */
export interface Workshop {
  /** `tests`: folders or files to run; without any, all of `npm test`. */
  judge(mutant: Mutant, tests: readonly string[]): Promise<Verdict>;
  close(): Promise<void>;
}

/** Copies the files that git tracks below `root`. `databaseUrl` is the server for the tests' databases. */
export async function openWorkshop(root: string, databaseUrl: string): Promise<Workshop> {
  const folder = await mkdtemp(join(tmpdir(), "numstore-mutants-"));
  const { stdout } = await run("git", ["ls-files"], { cwd: root });
  for (const path of stdout.split("\n").filter((line) => line !== "")) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await cp(join(root, path), join(folder, path));
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));

  return {
    async judge(mutant, tests) {
      const path = join(folder, mutant.file);
      const text = await readFile(path, "utf8");
      await writeFile(path, text.slice(0, mutant.start) + mutant.replacement + text.slice(mutant.end));
      try {
        return (await passes(folder, databaseUrl, tests)) ? "survived" : "noticed";
      } finally {
        await writeFile(path, text);
      }
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

function passes(cwd: string, databaseUrl: string, tests: readonly string[]): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      [
        "node_modules/vitest/vitest.mjs",
        "run",
        "--bail",
        "1",
        "--passWithNoTests",
        "--reporter",
        "dot",
        ...tests,
      ],
      { cwd, env: { ...process.env, TEST_DATABASE_URL: databaseUrl }, stdio: "ignore", detached: true },
    );
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, TEST_TIMEOUT_MS);
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}
