import { setMaxListeners } from "node:events";
import { backoffMs } from "../core/backoff.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Database, Tx } from "../db/client.ts";
import { inTransaction, isPermanent } from "../db/transaction.ts";

const RETRY = { baseMs: 500, maxMs: 5_000 };
const LOG_INTERVAL_MS = 60_000;
/** Each waiting answer is a few hundred bytes; purchases alone can never be so many. */
const MAX_WAITING = 5_000;

/** Stores answers that a provider gives only once, such as a rented number or a pushed SMS: not stored, they are lost. */
export interface AnswerStore {
  /**
   * Runs `work` in a transaction, and again for as long as the database cannot do it. A commit may go through although
   * its confirmation is lost, so `work` may run again after it and must notice that. Rejects with what no repetition
   * cures, and with any failure when too many answers wait already or the process stops.
   */
  store<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** The process stops: whatever waits is tried once more and then given up. */
  stop(): void;
}

/** One for the whole process, because it bounds how many answers wait. */
export function createAnswerStore(deps: {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxWaiting?: number;
}): AnswerStore {
  const { db, clock, logger, maxWaiting = MAX_WAITING } = deps;
  const stopping = new AbortController();
  // All that wait listen to one signal; that is no leak.
  setMaxListeners(0, stopping.signal);
  let waiting = 0;
  let nextLogAt = 0;

  function tell(error: unknown): void {
    const now = clock.now().getTime();
    if (now < nextLogAt) return;
    nextLogAt = now + LOG_INTERVAL_MS;
    const fields = { waiting, error: messageOf(error) };
    logger.error(fields, "the database does not store what providers have told us; it is tried again");
  }

  async function repeat<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      const isLast = stopping.signal.aborted;
      await clock.sleep(isLast ? 0 : backoffMs(attempt, RETRY), stopping.signal);
      try {
        return await inTransaction(db, work);
      } catch (error) {
        if (isLast || isPermanent(error)) throw error;
        tell(error);
      }
    }
  }

  return {
    async store(work) {
      try {
        return await inTransaction(db, work);
      } catch (error) {
        if (isPermanent(error)) throw error;
        tell(error);
        if (waiting >= maxWaiting) throw error;
      }
      waiting += 1;
      try {
        return await repeat(work);
      } finally {
        waiting -= 1;
      }
    },
    stop: () => stopping.abort(),
  };
}
