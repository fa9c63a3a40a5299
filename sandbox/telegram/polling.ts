import { systemClock } from "../../src/core/clock.ts";
import { type ApiRefusal, refusals } from "./errors.ts";
import type { EventHub } from "./events.ts";
import type { QueuedUpdate, UpdateQueue } from "./update-queue.ts";
import type { WireObject } from "./wire.ts";

/** The public server caps a long poll at 50 s. */
const MAX_POLL_SECONDS = 50;

export interface Polling {
  /**
   * One getUpdates call. Waits real time for `timeoutSeconds` when nothing is queued, or until `signal` aborts
   * (the bot hung up). Throws 409 when another waiting call or a webhook takes its place.
   */
  poll(request: {
    offset: number;
    limit: number;
    timeoutSeconds: number;
    signal: AbortSignal;
  }): Promise<WireObject[]>;
  /** Ends a waiting call with the refusal. */
  interrupt(refusal: ApiRefusal): void;
}

export function createPolling(deps: { queue: UpdateQueue; events: EventHub }): Polling {
  const { queue, events } = deps;
  let waiting: { fail: (refusal: ApiRefusal) => void } | undefined;

  const collect = (offset: number, limit: number): QueuedUpdate[] => [
    ...queue.takeRepeats(),
    ...queue.read(Math.max(offset, 0), limit),
  ];
  const interrupt = (refusal: ApiRefusal): void => {
    waiting?.fail(refusal);
    waiting = undefined;
  };

  /** Resolves on a push, the timeout or a hang-up; rejects when interrupted. */
  const wait = (timeoutMs: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      const timer = new AbortController();
      const finish = (refusal?: ApiRefusal): void => {
        unsubscribe();
        timer.abort();
        if (waiting === self) waiting = undefined;
        if (refusal) reject(refusal);
        else resolve();
      };
      const self = { fail: finish };
      const unsubscribe = queue.onPush(() => finish());
      signal.addEventListener("abort", () => finish(), { once: true });
      waiting = self;
      events.emit({ type: "poll_waiting" });
      void systemClock.sleep(timeoutMs, timer.signal).then(() => finish());
    });

  return {
    interrupt,
    async poll({ offset, limit, timeoutSeconds, signal }) {
      queue.confirm(offset);
      let updates = collect(offset, limit);
      if (updates.length === 0 && timeoutSeconds > 0) {
        interrupt(refusals.otherPoller());
        await wait(Math.min(timeoutSeconds, MAX_POLL_SECONDS) * 1000, signal);
        // A caller that has disconnected must not consume repeats.
        updates = signal.aborted ? [] : collect(offset, limit);
      }
      for (const { id, kind } of updates) {
        events.emit({ type: "update_delivered", updateId: id, kind, via: "polling" });
      }
      return updates.map(({ body }) => body);
    },
  };
}
