import type { Clock } from "../../src/core/clock.ts";

/** How simulated time follows real time. Processes that share a scale share the time. */
export interface TimeScale {
  /** The real moment (ms since 1970) at which both times are equal. */
  readonly anchorMs: number;
  /** Simulated seconds per real second. */
  readonly speed: number;
}

/** A clock that several processes agree on without talking to each other. */
export function createScaledClock({ anchorMs, speed }: TimeScale): Clock {
  const nowMs = (): number => anchorMs + (Date.now() - anchorMs) * speed;
  return {
    now: () => new Date(nowMs()),
    // The database runs as fast (database-time.ts).
    steadyMs: nowMs,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = (): void => {
          clearTimeout(timer);
          signal?.removeEventListener("abort", wake);
          resolve();
        };
        const timer = setTimeout(wake, Math.max(0, ms / speed));
        signal?.addEventListener("abort", wake, { once: true });
      }),
  };
}
