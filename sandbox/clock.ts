import type { Clock } from "../src/core/clock.ts";

export interface SandboxClock extends Clock {
  /** Simulated seconds per real second. */
  readonly speed: () => number;
  /** Changes the speed from now on. Running sleeps keep their simulated end. */
  setSpeed(speed: number): void;
}

interface Sleeper {
  readonly dueAt: number;
  timer: NodeJS.Timeout;
  readonly wake: () => void;
}

/** A clock whose speed can be changed. */
export function createSandboxClock(): SandboxClock {
  let speed = 1;
  let realAnchor = Date.now();
  let simulatedAnchor = realAnchor;
  const sleepers = new Set<Sleeper>();
  const now = (): number => simulatedAnchor + (Date.now() - realAnchor) * speed;
  const arm = (dueAt: number, wake: () => void): NodeJS.Timeout =>
    setTimeout(wake, Math.max(0, Math.min((dueAt - now()) / speed, 2 ** 31 - 1)));

  return {
    now: () => new Date(now()),
    // The database does not run faster.
    steadyMs: () => Date.now(),
    speed: () => speed,
    setSpeed(next) {
      simulatedAnchor = now();
      realAnchor = Date.now();
      speed = next;
      for (const sleeper of sleepers) {
        clearTimeout(sleeper.timer);
        sleeper.timer = arm(sleeper.dueAt, sleeper.wake);
      }
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = (): void => {
          clearTimeout(sleeper.timer);
          sleepers.delete(sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const dueAt = now() + ms;
        const sleeper: Sleeper = { dueAt, wake, timer: arm(dueAt, wake) };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", wake, { once: true });
      }),
  };
}
