/**
 * `npm run soak -- --kills 2000 --replicas 3 --seed 1 --speed 10 --pg-crashes 50`
 *
 * Prints a line a cycle, ends by itself, and with 1 at the first cycle after which a promise does not hold. On a busy
 * machine a smaller --speed: the shop's timeouts run in simulated time, and a shop that cannot keep up sells nothing.
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { messageOf } from "../../src/core/errors.ts";
import { runSoak } from "./soak.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "200" },
    replicas: { type: "string", default: "3" },
    seed: { type: "string", default: "1" },
    speed: { type: "string", default: "10" },
    "pg-crashes": { type: "string", default: "5" },
    "cycle-kills": { type: "string", default: "100" },
    "kills-per-second": { type: "string", default: "2" },
    buyers: { type: "string", default: "8" },
  },
});
const tell = (line: string): void => void process.stdout.write(`${line}\n`);
const startedAt = Date.now();

runSoak({
  kills: Number(values.kills),
  replicas: Number(values.replicas),
  seed: Number(values.seed),
  speed: Number(values.speed),
  pgCrashes: Number(values["pg-crashes"]),
  cycleKills: Number(values["cycle-kills"]),
  killsPerSecond: Number(values["kills-per-second"]),
  buyers: Number(values.buyers),
  tell,
}).then(
  ({ violations, figures }) => {
    tell(`\nSeed ${values.seed}, ${Math.round((Date.now() - startedAt) / 1000)} s`);
    for (const [name, value] of Object.entries(figures)) tell(`  ${name}: ${value}`);
    for (const { promise, detail } of violations) tell(`BROKEN ${promise}: ${detail}`);
    tell(violations.length === 0 ? "Every promise held." : `${violations.length} violations.`);
    process.exit(violations.length === 0 ? 0 : 1);
  },
  (error: unknown) => {
    process.stderr.write(`The soak could not go on: ${messageOf(error)}\n`);
    process.exit(1);
  },
);
