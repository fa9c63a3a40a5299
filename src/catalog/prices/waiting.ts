import type { Clock } from "../../core/clock.ts";
import type { Refresh } from "./freshness.ts";

/** How long a buyer who can be shown old prices waits for new ones. */
const SHORT_WAIT_MS = 1_500;
/** How long a buyer waits for the first answer when there are no prices to show. */
const LONG_WAIT_MS = 6_000;

/** Waits shortly for all answers. The requests continue after the wait. */
export async function waitBriefly(clock: Clock, refreshes: readonly Refresh[]): Promise<void> {
  await within(clock, SHORT_WAIT_MS, Promise.all(refreshes));
}

/** Waits shortly for all answers; if none came, waits longer for the first one. The requests continue after the wait. */
export async function waitForFirst(clock: Clock, refreshes: readonly Refresh[]): Promise<void> {
  let isAnswered = false;
  const all = Promise.all(refreshes);
  const first = Promise.any(refreshes.map(requireAnswer)).then(
    () => {
      isAnswered = true;
    },
    // No provider answered: `all` settles as well.
    () => undefined,
  );
  await within(clock, SHORT_WAIT_MS, all);
  if (!isAnswered) await within(clock, LONG_WAIT_MS - SHORT_WAIT_MS, Promise.race([all, first]));
}

async function requireAnswer(refresh: Refresh): Promise<void> {
  if (!(await refresh)) throw new Error("not answered");
}

/** Resolves when `work` does or after `ms`, whichever is first. `work` must not reject. */
export async function within(clock: Clock, ms: number, work: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  await Promise.race([work, clock.sleep(ms, done.signal)]);
  done.abort();
}
