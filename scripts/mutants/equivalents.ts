import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Mutant } from "./operators.ts";

const equivalents = z.array(
  z.object({ file: z.string(), what: z.string(), code: z.string(), reason: z.string().min(20) }).strict(),
);

export type Equivalent = z.infer<typeof equivalents>[number];

/** The mutants that a person has read and found to change nothing that anybody can see, each with the reason. */
export async function equivalentMutants(): Promise<readonly Equivalent[]> {
  return equivalents.parse(JSON.parse(await readFile(new URL("./equivalent.json", import.meta.url), "utf8")));
}

/** Says whether a mutant is one of {@link equivalentMutants}. */
export async function readEquivalents(): Promise<(mutant: Mutant) => boolean> {
  const known = new Set((await equivalentMutants()).map(nameOf));
  return (mutant) => known.has(nameOf(mutant));
}

/** A name that stays when lines move. */
export function nameOf({ file, what, code }: Pick<Mutant, "file" | "what" | "code">): string {
  return JSON.stringify([file, what, code]);
}
