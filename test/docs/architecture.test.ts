import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** What a build makes. */
const ignored = readFileSync(join(ROOT, ".gitignore"), "utf8").split("\n");
const lines = readFileSync(join(ROOT, "ARCHITECTURE.md"), "utf8").split("\n");
/** Each path of the text with the words before it on its line: a row about `orders/` names what lies in it. */
const paths = lines.flatMap((line) => {
  const words = [...line.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "").filter(isPath);
  return words.map((path, index) => ({ path, before: words.slice(0, index) }));
});

/** A folder with its slash, a file with its ending, a migration by its number. */
function isPath(word: string): boolean {
  const looksLikeOne = /^\.?[\w-][\w./-]*$/.test(word);
  const ends = /\/$|\.(ts|mts|mjs|cjs|json|md|sh|sql)$|\/\d{4}$/.test(word);
  return looksLikeOne && ends && !ignored.includes(`/${word}`) && !ignored.includes(word);
}

/** From the repository, from src/, or from a folder that was named just before. */
function exists(path: string, before: readonly string[]): boolean {
  const [, folder, number] = /^(.+)\/(\d{4})$/.exec(path) ?? [];
  if (folder !== undefined) {
    return readdirSync(join(ROOT, folder)).some((name) => name.startsWith(`${number}_`));
  }
  const bases = ["", "src", ...before.map((earlier) => join("src", earlier))];
  return bases.some((base) => existsSync(join(ROOT, base, path)));
}

it("names paths", () => {
  expect(paths.length).toBeGreaterThan(10);
});

it.each(paths)("ARCHITECTURE.md names $path, which exists", ({ path, before }) => {
  expect(exists(path, before)).toBe(true);
});
