// @ts-check
/**
 * `node --import ./scripts/check-build.mjs dist/main.js` (npm start and the operator's commands) says what to do when
 * there is no build, or one of an older source. Loaded before the program in the same process, so that signals reach
 * the shop and nothing is started twice.
 */
import process from "node:process";
import { buildProblem, ROOT } from "./built-from.mjs";

const problem = buildProblem(ROOT);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
