import { performance } from "node:perf_hooks";
import { systemClock } from "../../src/core/clock.ts";

/**
 * An open system: calls `act` at random moments, `perSecond` times a second on average (Poisson), whether or not earlier
 * ones have ended. Resolves when all have.
 */
export async function arrive(
  { perSecond, durationMs }: { readonly perSecond: number; readonly durationMs: number },
  act: (index: number) => Promise<void>,
): Promise<void> {
  const startedAt = performance.now();
  const running: Promise<void>[] = [];
  let dueMs = 0;
  for (let index = 0; ; index += 1) {
    dueMs += (-Math.log(1 - Math.random()) * 1000) / perSecond;
    if (dueMs > durationMs) break;
    const waitMs = startedAt + dueMs - performance.now();
    if (waitMs > 1) await systemClock.sleep(waitMs);
    running.push(act(index));
  }
  await Promise.all(running);
}
