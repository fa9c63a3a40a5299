import process from "node:process";
import { messageOf } from "../core/errors.ts";
import { loadDatabaseConfig } from "../shop/config/config.ts";
import type { Problem } from "../shop/config/provider-settings.ts";
import { createLogger } from "../shop/logging.ts";
import type { CommandDeps } from "./backup/run.ts";

/** Runs a command that takes one file and the database. On failure: exit code 1 and a message on stderr. */
export async function runFileCommand(
  usage: string,
  run: (deps: CommandDeps, path: string) => Promise<void>,
): Promise<void> {
  const [path, ...others] = process.argv.slice(2);
  if (path === undefined || others.length > 0) return fail([`Usage: ${usage}`]);
  const config = loadDatabaseConfig(process.env);
  if (!config.ok) return fail(config.problems.map(describe));
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
  const deps: CommandDeps = {
    settings: config.database,
    logger: createLogger("fatal"),
    signal: stopping.signal,
    say: (line) => void process.stdout.write(`${line}\n`),
  };
  try {
    await run(deps, path);
  } catch (error) {
    fail([messageOf(error)]);
  }
}

function fail(lines: readonly string[]): void {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exitCode = 1;
}

function describe({ variable, problem }: Problem): string {
  return `${variable} ${problem}`;
}
