import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";

/** The checkout. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const packageSchema = z.object({
  scripts: z.record(z.string(), z.string()),
  dependencies: z.record(z.string(), z.string()),
});

export const packageJson = packageSchema.parse(JSON.parse(readFileSync(`${ROOT}/package.json`, "utf8")));

/** The commands that an operator runs. */
export const operatorCommands = ["start", "doctor", "backup", "restore"] as const;

/** What follows `node` in such a script of package.json. */
export function wordsOf(command: (typeof operatorCommands)[number]): readonly string[] {
  const [program, ...words] = packageJson.scripts[command]?.split(" ") ?? [];
  if (program !== "node") throw new Error(`npm run ${command} does not run node`);
  return words;
}
