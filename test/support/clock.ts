import type { Clock } from "../../src/core/clock.ts";

export interface TestClock extends Clock {
  /** Moves time on and wakes every sleep that has come due, in order. */
  advance(ms: number): Promise<void>;
  /** How many sleeps are under way: whoever waits for them knows that all else has come to rest. */
  sleeping(): number;
}

interface Sleeper {
  readonly dueAt: number;
  readonly wake: () => void;
}

/** A clock that stands still until the test moves it. */
export function createTestClock(start = new Date("2026-03-01T12:00:00.000Z")): TestClock {
  let now = start.getTime();
  const sleepers = new Set<Sleeper>();
  return {
    now: () => new Date(now),
    steadyMs: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted || ms <= 0) return resolve();
        const sleeper: Sleeper = {
          dueAt: now + ms,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener("abort", sleeper.wake);
            resolve();
          },
        };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", sleeper.wake, { once: true });
      }),
    sleeping: () => sleepers.size,
    async advance(ms) {
      now += ms;
      const due = [...sleepers].filter((sleeper) => sleeper.dueAt <= now).sort((a, b) => a.dueAt - b.dueAt);
      for (const sleeper of due) sleeper.wake();
      // Lets what was woken run up to its next await.
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
