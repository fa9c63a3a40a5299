import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startTemporaryPostgres } from "../../src/db/embedded/launcher.ts";
import { createLogger } from "../../src/shop/logging.ts";
import { readEquivalents } from "./equivalents.ts";
import { type Mutant, mutantsOf } from "./operators.ts";
import { moneyCode, testsFor } from "./targets.ts";
import { openWorkshop, type Verdict, type Workshop } from "./workshop.ts";

/**
 * `npm run mutants -- --count 60 --seed 1 [--only src/wallet]`: mutation testing of the money code. It applies small faults,
 * one at a time, and counts how many of them a test notices. A mutant that survives the tests of its area is run against
 * all of `npm test`, unless `--near` is given. Survivors are printed; a person has to judge which of them change nothing,
 * and those that were judged so (equivalent.json) are counted apart and not run again.
 */
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    jobs: { type: "string", default: String(Math.min(availableParallelism(), 4)) },
    near: { type: "boolean", default: false },
  },
});

/** mulberry32: a small generator that gives the same sample for the same seed on every machine. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

async function sample(count: number, seed: number): Promise<Mutant[]> {
  const all: Mutant[] = [];
  for (const file of (await moneyCode(ROOT)).filter((name) => name.startsWith(values.only))) {
    all.push(...mutantsOf(file, await readFile(new URL(`../../${file}`, import.meta.url), "utf8")));
  }
  const random = randomFrom(seed);
  const drawn: Mutant[] = [];
  while (drawn.length < count && all.length > 0) {
    drawn.push(...all.splice(Math.floor(random() * all.length), 1));
  }
  return drawn;
}

async function main(): Promise<void> {
  const queue = await sample(Number(values.count), Number(values.seed));
  const total = queue.length;
  const isEquivalent = await readEquivalents();
  const postgres = await startTemporaryPostgres({ logger: createLogger("silent") });
  const verdicts = new Map<Mutant, Verdict | "equivalent">();
  const work = async (): Promise<void> => {
    const workshop = await openWorkshop(ROOT, postgres.connectionString);
    try {
      for (let mutant = queue.shift(); mutant; mutant = queue.shift()) {
        const verdict = isEquivalent(mutant) ? "equivalent" : await judge(workshop, mutant);
        verdicts.set(mutant, verdict);
        process.stdout.write(`${verdicts.size}/${total} ${verdict} ${named(mutant)}\n`);
      }
    } finally {
      await workshop.close();
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, work));
  } finally {
    await postgres.stop();
  }
  report(verdicts);
}

async function judge(workshop: Workshop, mutant: Mutant): Promise<Verdict> {
  const steps = values.near ? testsFor(mutant.file) : [...testsFor(mutant.file), []];
  for (const tests of steps) if ((await workshop.judge(mutant, tests)) === "noticed") return "noticed";
  return "survived";
}

function named({ file, line, what, code }: Mutant): string {
  return `${file}:${line} ${what}${what.endsWith(code) ? "" : `  in  ${code}`}`;
}

function report(verdicts: ReadonlyMap<Mutant, Verdict | "equivalent">): void {
  const of = (verdict: string): Mutant[] =>
    [...verdicts].filter((pair) => pair[1] === verdict).map(([mutant]) => mutant);
  const [noticed, survived, equivalent] = [of("noticed"), of("survived"), of("equivalent")];
  const judged = noticed.length + survived.length;
  const percent = ((100 * noticed.length) / Math.max(judged, 1)).toFixed(0);
  process.stdout.write(
    `\n${noticed.length} of ${judged} noticed (${percent} %); ${equivalent.length} more change nothing (equivalent.json)\n`,
  );
  for (const mutant of survived) process.stdout.write(`survived: ${named(mutant)}\n`);
}

await main();
