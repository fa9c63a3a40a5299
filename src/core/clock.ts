import { performance } from "node:perf_hooks";

/** Every read of the time and every sleep goes through a Clock, so tests and the demo can drive time. */
export interface Clock {
  now(): Date;
  /**
   * Milliseconds since any moment, which pass as they pass in the database. For leases: the database counts those, and the
   * demo runs its time faster than the database's.
   */
  steadyMs(): number;
  /** Resolves after `ms`, or early (without error) when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Node turns a timer that is too long (25 days) into one of 1 ms. Nothing here has a reason to sleep longer than a day. */
const MAX_SLEEP_MS = 24 * 60 * 60 * 1000;

/** The clock of this machine. */
export const systemClock: Clock = {
  now: () => new Date(),
  steadyMs: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const finish = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", finish);
        resolve();
      };
      const timer = setTimeout(finish, Math.min(Math.max(ms, 0), MAX_SLEEP_MS));
      signal?.addEventListener("abort", finish, { once: true });
    }),
};

/** `date` moved by `ms` (may be negative). */
export function addMs(date: Date, ms: number): Date {
  return new Date(date.getTime() + ms);
}
