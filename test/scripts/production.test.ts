import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { operatorCommands, packageJson, ROOT, wordsOf } from "../support/package.ts";

const COMPILERS = /^(?:tsx|ts-node|esbuild|typescript|sucrase|@esbuild\/.*|@swc\/.*|@babel\/.*|@oxc-.*)$/;
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** The source that the build compiles to this file; undefined where it makes no such file. */
function sourceOf(built: string): string | undefined {
  const name = /^dist\/(.+)\.js$/.exec(built)?.[1];
  return name !== undefined && existsSync(join(ROOT, "src", `${name}.ts`)) ? `src/${name}.ts` : undefined;
}

describe("what runs in production", () => {
  it.each(operatorCommands)(
    "npm run %s runs a file that the build makes, and looks for the build first",
    (command) => {
      const words = wordsOf(command);
      expect(words.slice(0, -1)).toEqual(["--import", "./scripts/check-build.mjs"]);
      expect(sourceOf(words.at(-1) ?? "")).toBeDefined();
    },
  );

  it("the build puts src/ into dist/, where migrations are found from", () => {
    const options = z.object({ compilerOptions: z.object({ rootDir: z.string(), outDir: z.string() }) });
    const { compilerOptions } = options.parse(JSON.parse(read("tsconfig.build.json")));
    expect(compilerOptions).toEqual({ rootDir: "src", outDir: "dist" });
  });

  it("npm ci builds, and the image and the systemd unit start what it built", () => {
    expect(packageJson.scripts.prepare).toBe("node scripts/build.mjs --if-possible");
    const unit = read("deploy/numstore.service");
    expect(sourceOf(/^ExecStart=\/usr\/bin\/node (\S+)$/m.exec(unit)?.[1] ?? "")).toBe("src/main.ts");
    const [check = ""] = /(?<=^ExecStartPre=\/usr\/bin\/node )\S+$/m.exec(unit) ?? [];
    expect(existsSync(join(ROOT, check))).toBe(true);
    expect(sourceOf(/^CMD \["node", "(.+)"\]$/m.exec(read("Dockerfile"))?.[1] ?? "")).toBe("src/main.ts");
  });

  it("no production dependency compiles TypeScript, not even one of another", () => {
    const lock = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });
    const { packages } = lock.parse(JSON.parse(read("package-lock.json")));
    const names = Object.entries(packages)
      .filter(([path, { dev }]) => path !== "" && !dev)
      .map(([path]) => path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length));
    expect(names).toEqual(expect.arrayContaining(Object.keys(packageJson.dependencies)));
    expect(names.filter((name) => COMPILERS.test(name))).toEqual([]);
  });
});
