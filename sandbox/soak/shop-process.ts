/**
 * One replica of the shop, for tests that kill it: the shop as main.ts starts it, on a scaled clock, and with a way to
 * die at a chosen crash point. Tells its parent `{ port }` when it is open, and ends when its parent does.
 *
 * SOAK_ANCHOR_MS, SOAK_SPEED: the time scale. CRASH_AT: the crash point to die at, at the CRASH_HIT-th time.
 */
import process from "node:process";
import { type Checkpoint, noCheckpoint } from "../../src/core/checkpoint.ts";
import { loadConfig } from "../../src/shop/config/config.ts";
import { createLogger } from "../../src/shop/logging.ts";
import { startShop } from "../../src/shop/shop.ts";
import { createScaledClock } from "./scaled-clock.ts";

function dieAt(point: string | undefined, hit: number): Checkpoint {
  if (point === undefined) return noCheckpoint;
  let hits = 0;
  return (name) => {
    if (name !== point) return;
    hits += 1;
    if (hits === hit) process.kill(process.pid, "SIGKILL");
  };
}

const { env } = process;
const result = loadConfig(env);
if (!result.ok)
  throw new Error(result.problems.map(({ variable, problem }) => `${variable} ${problem}`).join("; "));
const { config } = result;
process.on("disconnect", () => process.exit(1));
const shop = await startShop({
  config,
  clock: createScaledClock({ anchorMs: Number(env.SOAK_ANCHOR_MS), speed: Number(env.SOAK_SPEED) }),
  logger: createLogger(config.logLevel),
  connectionString: env.DATABASE_URL ?? "",
  signal: new AbortController().signal,
  checkpoint: dieAt(env.CRASH_AT, Number(env.CRASH_HIT ?? "1")),
});
process.send?.({ port: shop.port });
