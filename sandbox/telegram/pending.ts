import type { Clock } from "../../src/core/clock.ts";
import { refusals } from "./errors.ts";

/** The most unanswered queries. Beyond this the oldest is dropped, and its answer is refused. */
const MAX_PENDING = 10_000;

export interface Pending<Answer> {
  /** Opens a query; `answered` resolves with the bot's answer, or undefined when the query expired. */
  open(): { readonly id: string; readonly answered: Promise<Answer | undefined> };
  /** Takes the answer; throws "query is too old ..." for an unknown, expired or already answered query. */
  answer(id: string, answer: Answer): void;
  /** Resolves every open query as expired. */
  closeAll(): void;
}

interface OpenQuery<Answer> {
  readonly expiresAtMs: number;
  readonly settle: (answer: Answer | undefined) => void;
}

/**
 * Queries that a bot must answer once and in time: callback, inline and pre-checkout queries.
 * Lifetimes run on the injected clock.
 */
export function createPending<Answer>(clock: Clock, lifetimeMs: number, firstId: bigint): Pending<Answer> {
  const queries = new Map<string, OpenQuery<Answer>>();
  let nextId = firstId;

  const close = (id: string, answer: Answer | undefined): void => {
    const query = queries.get(id);
    queries.delete(id);
    query?.settle(answer);
  };

  return {
    open() {
      const id = String(nextId);
      nextId += 1n;
      const expiry = new AbortController();
      const answered = new Promise<Answer | undefined>((resolve) => {
        queries.set(id, {
          expiresAtMs: clock.now().getTime() + lifetimeMs,
          settle: (answer) => {
            expiry.abort();
            resolve(answer);
          },
        });
      });
      void clock.sleep(lifetimeMs, expiry.signal).then(() => close(id, undefined));
      const oldest = queries.keys().next().value;
      if (queries.size > MAX_PENDING && oldest !== undefined) close(oldest, undefined);
      return { id, answered };
    },
    answer(id, answer) {
      const query = queries.get(id);
      if (!query || clock.now().getTime() >= query.expiresAtMs) throw refusals.queryTooOld();
      close(id, answer);
    },
    closeAll() {
      for (const id of [...queries.keys()]) close(id, undefined);
    },
  };
}
