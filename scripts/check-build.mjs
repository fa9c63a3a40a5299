// @ts-check
/**
 * `node --import ./scripts/check-build.mjs dist/main.js` (npm start and the operator's commands) refuses to start when the
 * build is missing or older than the source, and says what to do. It is loaded in the process of the shop, so that signals
 * reach the shop and no second process is started.
 */
import process from "node:process";
import { buildProblem, ROOT } from "./built-from.mjs";

const problem = buildProblem(ROOT);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
