import { addMs, type Clock } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import type { TelegramLimits } from "../core/telegram-limits.ts";
import type { Database } from "../db/client.ts";
import { type CardOfOrder, claimAnswers } from "../db/queries/outbox-answers.ts";
import type { ClaimedMessage } from "../db/queries/outbox-claims.ts";

/** A card that could not be claimed for so long after its news is no answer any more: it keeps its turn in the queue. */
const ANSWER_MS = 30_000;
/** Cards beyond it keep their turn in the queue. */
const MAX_WAITING = 10_000;

export interface Answers {
  /** This order's card was committed, and its owner has just tapped for it. */
  add(card: CardOfOrder): void;
  /** True: {@link Answers.claim} may find something. */
  isWaiting(): boolean;
  /** Claims what may be sent now, at most so many. */
  claim(limit: number): Promise<readonly ClaimedMessage[]>;
}

/**
 * Remembers which owed cards answer a tap, so that they need not queue for the whole bot's budget. Kept in memory: what is
 * lost here is sent in its turn.
 */
export function createAnswers(deps: {
  readonly db: Database;
  readonly clock: Clock;
  readonly limits: TelegramLimits;
  readonly leaseMs: number;
}): Answers {
  const { db, clock, limits, leaseMs } = deps;
  const waiting = new Map<string, { readonly card: CardOfOrder; readonly until: Date }>();

  return {
    add(card) {
      if (waiting.size >= MAX_WAITING) return;
      // A later card of the order goes to the end of the line.
      waiting.delete(card.orderId);
      waiting.set(card.orderId, { card, until: addMs(clock.now(), ANSWER_MS) });
    },
    isWaiting: () => waiting.size > 0,
    async claim(limit) {
      const now = clock.now();
      for (const [orderId, { until }] of waiting) if (until <= now) waiting.delete(orderId);
      const asked = [...waiting].slice(0, limit);
      if (asked.length === 0) return [];
      // Whoever comes while the statement runs is asked about next time.
      for (const [orderId] of asked) waiting.delete(orderId);
      const cards = asked.map(([, { card }]) => card);
      const answer = await claimAnswers(db, { cards, now, leaseMs, leaseToken: newId(), limits });
      for (const [orderId, entry] of asked)
        if (answer.waiting.has(orderId) && !waiting.has(orderId)) waiting.set(orderId, entry);
      return answer.claimed;
    },
  };
}
