/** More orders than this never wait for one provider; the sweep takes up the others. */
const MAX_WAITING = 10_000;

export interface Slots {
  /**
   * Waits until fewer than the limit hold a slot of this name, in order of arrival. Undefined: too many wait already, or
   * the process stops. The caller must release the slot.
   */
  take(name: string): Promise<Slot | undefined>;
  /** The process stops: whoever waits gets nothing, and nobody waits any more. */
  stop(): void;
}

export interface Slot {
  /** It was not free at once: what was read before may be out of date. */
  readonly hasWaited: boolean;
  release(): void;
}

interface Line {
  inUse: number;
  readonly waiting: ((isYours: boolean) => void)[];
}

/**
 * Bounds how much is done at once for each name. Waiting costs a callback only: no database connection, no socket and no
 * place in the request budget.
 */
export function createSlots(limitOf: (name: string) => number): Slots {
  const lines = new Map<string, Line>();
  let isStopped = false;

  function lineOf(name: string): Line {
    const line = lines.get(name) ?? { inUse: 0, waiting: [] };
    lines.set(name, line);
    return line;
  }

  function release(line: Line): void {
    const next = line.waiting.shift();
    // The slot passes on to the next in line, so nobody who comes now can overtake.
    if (next) next(true);
    else line.inUse -= 1;
  }

  return {
    async take(name) {
      const line = lineOf(name);
      const slot = (hasWaited: boolean): Slot => ({ hasWaited, release: () => release(line) });
      if (line.inUse < limitOf(name)) {
        line.inUse += 1;
        return slot(false);
      }
      if (isStopped || line.waiting.length >= MAX_WAITING) return undefined;
      const isOurs = await new Promise<boolean>((resolve) => line.waiting.push(resolve));
      return isOurs ? slot(true) : undefined;
    },
    stop() {
      isStopped = true;
      for (const { waiting } of lines.values()) for (const leave of waiting.splice(0)) leave(false);
    },
  };
}
