/**
 * Lets a part that is made first wake one that is made later. Nothing depends on the call being heard: whoever listens
 * also looks by itself from time to time.
 */
export interface Signal<Details extends unknown[] = []> {
  send(...details: Details): void;
  /** Called at every `send` from now on. */
  listen(listener: (...details: Details) => void): void;
}

export function createSignal<Details extends unknown[] = []>(): Signal<Details> {
  const listeners: ((...details: Details) => void)[] = [];
  return {
    send: (...details) => {
      for (const listener of listeners) listener(...details);
    },
    listen: (listener) => void listeners.push(listener),
  };
}
