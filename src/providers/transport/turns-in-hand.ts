import { addMs, type Clock } from "../../core/clock.ts";
import type { Priority } from "../port/provider.ts";

/** A reserved turn that is not used so long is lost: later it would come on top of what others have sent meanwhile. */
const TURN_LASTS_MS = 1_000;

/** What this process knows of the shared budget without asking the database. */
export interface TurnsInHand {
  /** Reserved turns that can still be used. */
  count(priority: Priority): number;
  add(priority: Priority, turns: number): void;
  /** Uses one up. False: there is none. */
  take(priority: Priority): boolean;
  /** No turn can be had for this long. */
  close(priority: Priority, forMs: number): void;
  /** For how long no turn can be had. 0: ask the database. */
  closedMs(priority: Priority): number;
  /** Forgets all reserved turns. */
  drop(): void;
}

export function createTurnsInHand(clock: Clock): TurnsInHand {
  /** By priority, when each reserved turn is lost, the soonest first. */
  const held = new Map<Priority, Date[]>();
  const closedUntil = new Map<Priority, Date>();

  function usable(priority: Priority): Date[] {
    const now = clock.now();
    const turns = (held.get(priority) ?? []).filter((until) => until > now);
    held.set(priority, turns);
    return turns;
  }

  return {
    count: (priority) => usable(priority).length,
    add(priority, turns) {
      const until = addMs(clock.now(), TURN_LASTS_MS);
      usable(priority).push(...Array.from({ length: turns }, () => until));
    },
    take: (priority) => usable(priority).shift() !== undefined,
    close: (priority, forMs) => void closedUntil.set(priority, addMs(clock.now(), forMs)),
    closedMs(priority) {
      const until = closedUntil.get(priority);
      return until === undefined ? 0 : Math.max(0, until.getTime() - clock.now().getTime());
    },
    drop: () => held.clear(),
  };
}
