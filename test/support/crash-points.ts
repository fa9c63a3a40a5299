import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SOURCE = fileURLToPath(new URL("../../src", import.meta.url));
const CALL = /\bcheckpoint(?:\?\.)?\(\s*"([^"]+)"/g;

/** The names of all crash points, read from the source. Throws when a name is used twice. */
export async function readCrashPoints(): Promise<string[]> {
  const files = (await readdir(SOURCE, { recursive: true })).filter((path) => path.endsWith(".ts"));
  const texts = await Promise.all(files.map((path) => readFile(join(SOURCE, path), "utf8")));
  const names = texts.flatMap((text) => [...text.matchAll(CALL)].map((match) => match[1] ?? ""));
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) throw new Error(`crash points with the same name: ${twice.join(", ")}`);
  return names.sort();
}
