import process from "node:process";
import type { Checkpoint } from "../../src/core/checkpoint.ts";
import type { Clock } from "../../src/core/clock.ts";
import { loadConfig } from "../../src/shop/config/config.ts";
import { createLogger } from "../../src/shop/logging.ts";
import { startShop } from "../../src/shop/shop.ts";

/**
 * The shop as main.ts starts it, but on a clock of the caller's, in a process that tests kill: it tells its parent
 * `{ port }` when it is open, and ends when its parent does.
 */
export async function runShop(clock: Clock, checkpoint?: Checkpoint): Promise<void> {
  const { env } = process;
  const result = loadConfig(env);
  if (!result.ok)
    throw new Error(result.problems.map(({ variable, problem }) => `${variable} ${problem}`).join("; "));
  const { config } = result;
  process.on("disconnect", () => process.exit(1));
  const shop = await startShop({
    config,
    clock,
    logger: createLogger(config.logLevel),
    connectionString: env.DATABASE_URL ?? "",
    signal: new AbortController().signal,
    ...(checkpoint && { checkpoint }),
  });
  process.send?.({ port: shop.port });
}
