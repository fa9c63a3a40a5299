import type { Clock } from "../../core/clock.ts";
import type { Refresh } from "./freshness.ts";

/** A viewer who has something to look at waits this long for something newer. */
const SHORT_WAIT_MS = 1_500;
/** A viewer with nothing to look at waits this long for the first answer. */
const LONG_WAIT_MS = 6_000;

/** Waits for all answers, but not longer than a viewer likes to. The requests go on. */
export async function waitBriefly(clock: Clock, refreshes: readonly Refresh[]): Promise<void> {
  await within(clock, SHORT_WAIT_MS, Promise.all(refreshes));
}

/** Waits briefly for all answers; when none came, on for the first one. The requests go on. */
export async function waitForFirst(clock: Clock, refreshes: readonly Refresh[]): Promise<void> {
  let isAnswered = false;
  const all = Promise.all(refreshes);
  const first = Promise.any(refreshes.map(requireAnswer)).then(
    () => {
      isAnswered = true;
    },
    // Nobody answered: `all` settles as well.
    () => undefined,
  );
  await within(clock, SHORT_WAIT_MS, all);
  if (!isAnswered) await within(clock, LONG_WAIT_MS - SHORT_WAIT_MS, Promise.race([all, first]));
}

async function requireAnswer(refresh: Refresh): Promise<void> {
  if (!(await refresh)) throw new Error("not answered");
}

/** Resolves with `work` or after `ms`, whichever is first. `work` must not reject. */
export async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, clock.sleep(ms, done.signal)]);
  done.abort();
}
