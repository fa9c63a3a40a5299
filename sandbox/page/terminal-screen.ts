import type { TerminalLine } from "./ports.ts";

/** What a tab's terminal shows, and whether something runs in it. */
export interface TerminalScreen {
  lines(): readonly TerminalLine[];
  print(line: TerminalLine): void;
  /** Empties it. The signal aborts when {@link end} is called or the next program begins. */
  begin(): AbortSignal;
  isRunning(): boolean;
  end(): void;
  /** Called for each change. Returns the way to stop. */
  subscribe(listener: () => void): () => void;
}

/** A program that asks for ever must not fill the memory. */
const MAX_LINES = 200;

export function createTerminalScreen(): TerminalScreen {
  let lines: TerminalLine[] = [];
  let running: AbortController | undefined;
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    lines: () => lines,
    print(line) {
      lines = [...lines, line].slice(-MAX_LINES);
      changed();
    },
    begin() {
      running?.abort();
      running = new AbortController();
      lines = [];
      changed();
      return running.signal;
    },
    isRunning: () => running !== undefined,
    end() {
      running?.abort();
      running = undefined;
      changed();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
