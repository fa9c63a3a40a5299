import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CRUISER = join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
const SRC = join(ROOT, "src");
const rulesSchema = z.object({
  forbidden: z.array(z.object({ name: z.string(), from: z.object({ path: z.string().optional() }) })),
});
const { forbidden } = rulesSchema.parse(createRequire(import.meta.url)("../.dependency-cruiser.cjs"));
const entries = await readdir(SRC, { withFileTypes: true });
/** Those of src/, and those inside them that a rule names. */
const folders = new Set([
  ...entries.filter((entry) => entry.isDirectory()).map(({ name }) => name),
  ...forbidden.flatMap(({ from }) => /^\^src\/([\w/-]+)\/$/.exec(from.path ?? "")?.[1] ?? []),
]);
const reportSchema = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

let violations: z.infer<typeof reportSchema>["summary"]["violations"] = [];
let tree = "";

/** A small src/ with the project's folders, in each of which one file imports the entry, which nobody may. */
beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), "numstore-imports-"));
  await cp(join(ROOT, "tsconfig.json"), join(tree, "tsconfig.json"));
  await mkdir(join(tree, "src"));
  await writeFile(join(tree, "src/main.ts"), "export const entry = 1;\n");
  for (const folder of folders) {
    const file = join(tree, "src", folder, "intruder.ts");
    await mkdir(dirname(file), { recursive: true });
    const target = relative(dirname(file), join(tree, "src/main.ts"));
    await writeFile(file, `import { entry } from "${target}";\nexport const taken = entry;\n`);
  }
  const config = join(ROOT, ".dependency-cruiser.cjs");
  const args = [CRUISER, "--config", config, "--output-type", "json", "src"];
  // It exits with the number of violations.
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: tree, timeout: 60_000 }).catch(
    (error: unknown) => z.object({ stdout: z.string() }).parse(error),
  );
  violations = reportSchema.parse(JSON.parse(stdout)).summary.violations;
});
afterAll(() => rm(tree, { recursive: true, force: true }));

describe("the rules of imports", () => {
  it.each([...folders])("forbid that src/%s imports the entry", (folder) => {
    const found = violations.filter(({ from }) => from === `src/${folder}/intruder.ts`);
    expect(found.map(({ rule }) => rule.name)).not.toEqual([]);
  });

  it.each(forbidden.filter(({ from }) => from.path?.startsWith("^src/") === true))(
    "name only what exists: $name",
    async ({ from }) => {
      const names = await readdir(SRC, { recursive: true });
      const pattern = new RegExp(from.path ?? "");
      expect(names.some((name) => pattern.test(`src/${name}`))).toBe(true);
    },
  );
});
