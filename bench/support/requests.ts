import { performance } from "node:perf_hooks";
import type { LoggedRequest, PretendProvider } from "../../sandbox/providers/server.ts";
import { systemClock } from "../../src/core/clock.ts";

/** The pretend provider keeps its latest requests only. */
const COLLECT_MS = 1_000;
/** What a poller chooses to send. Every shop with these buyers has to send the rest. */
const LOOKS: ReadonlySet<string> = new Set(["check", "finish", "text"]);

/** All requests that reached a pretend provider. Times as performance.now(). */
export interface Requests {
  /** "130 active, 22 buy": by what they serve. */
  counts(): string;
  /** When something else than a look was asked for: purchases, prices, balances. */
  othersAtMs(): readonly number[];
  /** Milliseconds from each of these moments, by the number's id, to the next single check of that number. */
  untilChecked(momentsMs: ReadonlyMap<string, number>): readonly number[];
  close(): void;
}

export function collectRequests(provider: Pick<PretendProvider, "requests">): Requests {
  const all: LoggedRequest[] = [];
  const closing = new AbortController();

  function take(): void {
    const latest = provider.requests();
    const last = all.at(-1);
    all.push(...latest.slice(last ? latest.lastIndexOf(last) + 1 : 0));
  }

  async function collect(): Promise<void> {
    while (!closing.signal.aborted) {
      take();
      await systemClock.sleep(COLLECT_MS, closing.signal);
    }
  }
  void collect();

  return {
    counts() {
      take();
      const counts = new Map<string, number>();
      for (const { operation } of all) counts.set(operation, (counts.get(operation) ?? 0) + 1);
      return [...counts].map(([operation, count]) => `${count} ${operation}`).join(", ");
    },
    othersAtMs() {
      take();
      return all.filter(({ operation }) => !LOOKS.has(operation)).map(atMs);
    },
    untilChecked(momentsMs) {
      take();
      const waiting = new Map(momentsMs);
      const delays: number[] = [];
      for (const request of all) {
        if (request.operation !== "check") continue;
        const id = new URL(request.path, "http://127.0.0.1").searchParams.get("id") ?? "";
        const momentMs = waiting.get(id);
        // The provider's log counts whole milliseconds.
        if (momentMs === undefined || atMs(request) + 1 < momentMs) continue;
        waiting.delete(id);
        delays.push(Math.max(0, atMs(request) - momentMs));
      }
      return delays;
    },
    close: () => closing.abort(),
  };
}

function atMs({ at }: LoggedRequest): number {
  return at.getTime() - performance.timeOrigin;
}
