import { backoffMs } from "../core/backoff.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Runnable } from "./loop.ts";

const BACKOFF = { baseMs: 5_000, maxMs: 300_000 };
const MAX_ATTEMPTS = 10;

/**
 * Tells Telegram our commands and descriptions, once after each start. That takes two dozen calls, one after the other,
 * so it happens beside the other work and nobody's tap waits for it.
 */
export function createIntroduction(deps: {
  readonly introduce: () => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}): Runnable {
  const { clock, logger } = deps;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && !stopping.signal.aborted; attempt += 1) {
      try {
        await deps.introduce();
        return;
      } catch (error) {
        const waitMs = backoffMs(attempt, BACKOFF);
        logger.warn(
          { attempt, waitMs, reason: messageOf(error) },
          "Telegram did not take commands and descriptions",
        );
        await clock.sleep(waitMs, stopping.signal);
      }
    }
  }

  return {
    name: "introduction",
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
