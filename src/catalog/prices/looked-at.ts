import { addMs, type Clock } from "../../core/clock.ts";

/** A screen nobody has turned to for this long is not watched any more. */
const WATCHED_MS = 2 * 60 * 1000;
const MAX_WATCHED = 200;

export interface LookedAt {
  mark(serviceId: string): void;
  /** Services looked at in the last two minutes, the latest first. */
  current(): readonly string[];
}

/** Which services people are looking at. Forgotten at a restart: the next look brings it back. */
export function createLookedAt(clock: Clock): LookedAt {
  // In order of the last look, oldest first.
  const looks = new Map<string, Date>();
  return {
    mark: (serviceId) => {
      looks.delete(serviceId);
      looks.set(serviceId, clock.now());
      const [oldest] = looks.keys();
      if (looks.size > MAX_WATCHED && oldest !== undefined) looks.delete(oldest);
    },
    current: () => {
      const since = addMs(clock.now(), -WATCHED_MS);
      return [...looks]
        .filter(([, at]) => at > since)
        .map(([serviceId]) => serviceId)
        .reverse();
    },
  };
}
