/** The most requests to one provider that are on their way at once. */
const MOST_IN_FLIGHT = 64;
const FIRST_WINDOW = 8;
/** The rate is averaged over about so long. */
const RATE_WINDOW_MS = 10_000;
const FIRST_RATE = 5;

/**
 * How many requests to start at a time, learned from what the request budget grants: the double after a batch that was
 * granted whole, and one more than was granted after one that was not. So a slow provider gets as many requests at once as
 * its budget allows, and a spent budget is asked for one or two turns rather than for all that wait.
 */
export interface Pace {
  /** How many requests may begin now, while `inFlight` are on their way. */
  window(inFlight: number): number;
  /** What became of a batch of `asked` requests: so many of them were let through. */
  learn(asked: number, granted: number, nowMs: number): void;
  /** Requests per second that were let through of late while there was more to ask. */
  ratePerSecond(): number;
}

export function createPace(): Pace {
  let size = FIRST_WINDOW;
  let rate = FIRST_RATE;
  let countedSinceMs: number | undefined;
  let granted = 0;

  function count(asked: number, passed: number, nowMs: number): void {
    countedSinceMs ??= nowMs;
    granted += passed;
    const passedMs = nowMs - countedSinceMs;
    if (passedMs < RATE_WINDOW_MS) return;
    // A rate that nothing limited says nothing about the limit, unless it is higher than we thought.
    const measured = (granted * 1000) / passedMs;
    rate = asked > passed ? measured : Math.max(rate, measured);
    countedSinceMs = nowMs;
    granted = 0;
  }

  return {
    window: (inFlight) => Math.max(0, Math.min(size, MOST_IN_FLIGHT - inFlight)),
    learn(asked, passed, nowMs) {
      count(asked, passed, nowMs);
      if (passed < asked) size = Math.max(1, Math.min(size, passed + 1));
      else if (asked >= size) size = Math.min(MOST_IN_FLIGHT, size * 2);
    },
    ratePerSecond: () => rate,
  };
}
