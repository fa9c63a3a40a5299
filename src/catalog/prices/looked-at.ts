import { addMs, type Clock } from "../../core/clock.ts";

/** Prices of a service are kept fresh for this long after its last view. */
const WATCHED_MS = 2 * 60 * 1000;
const MAX_WATCHED = 200;

export interface LookedAt {
  mark(serviceId: string): void;
  /** The services viewed in the last two minutes, the latest first. */
  current(): readonly string[];
}

/** The services that people are looking at. Kept in memory only: after a restart the next view adds them again. */
export function createLookedAt(clock: Clock): LookedAt {
  // In the order of the last view, oldest first.
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
