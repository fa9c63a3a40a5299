import type { TelegramEvent } from "./types.ts";

export interface EventHub {
  /** Calls `listener` for every event from now on, in order; returns the unsubscribe function. */
  subscribe(listener: (event: TelegramEvent) => void): () => void;
  emit(event: TelegramEvent): void;
}

/** Calls all listeners in the order of subscription. */
export function createEventHub(): EventHub {
  const listeners = new Set<(event: TelegramEvent) => void>();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    emit(event) {
      for (const listener of [...listeners]) listener(event);
    },
  };
}
