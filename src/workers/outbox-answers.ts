import { addMs, type Clock } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { TelegramLimits } from "../core/telegram-limits.ts";
import type { Database } from "../db/client.ts";
import { type CardOfOrder, claimAnswers } from "../db/queries/outbox-answers.ts";
import type { ClaimedMessage } from "../db/queries/outbox-claims.ts";
import { createLoop, type Runnable, type StepResult } from "./loop.ts";

/** A card that could not be claimed for so long after its news is no answer any more: it keeps its turn in the queue. */
const ANSWER_MS = 30_000;
/** Cards beyond it keep their turn in the queue. */
const MAX_WAITING = 10_000;
/** Besides the other messages: a rush of taps must not delay codes, nor a rush of codes the taps. */
const AT_ONCE = 30;
const IDLE_MS = 500;
/** A card that has no turn now is tried again after this. */
const RETRY_MS = 100;

export interface Answers extends Runnable {
  /** This order's card was committed, and its owner has just tapped for it. */
  add(card: CardOfOrder): void;
  /** A chat has room again. */
  wake(): void;
  /** Claims what may be sent now and starts sending it. Returns how many cards. */
  step(): Promise<number>;
  /** How many are being sent. */
  inHand(): number;
}

export interface AnswersDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits: TelegramLimits;
  readonly leaseMs: number;
  /** Sends a claimed message and settles it. Never rejects. */
  readonly send: (row: ClaimedMessage) => Promise<void>;
}

/**
 * Sends owed cards that answer a tap, ahead of the whole bot's budget. Which ones these are is kept in memory only: what is
 * lost here is sent in its turn.
 */
export function createAnswers(deps: AnswersDeps): Answers {
  const { db, clock, logger, limits, leaseMs } = deps;
  const waiting = new Map<string, { readonly card: CardOfOrder; readonly until: Date }>();
  let underWay = 0;
  const loop = createLoop({ name: "outbox answers", everyMs: IDLE_MS, run, clock, logger });

  async function claim(limit: number): Promise<readonly ClaimedMessage[]> {
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
  }

  async function step(): Promise<number> {
    const limit = AT_ONCE - underWay;
    const claimed = limit > 0 ? await claim(limit) : [];
    for (const row of claimed) {
      underWay += 1;
      void deps.send(row).finally(() => {
        underWay -= 1;
        loop.wake();
      });
    }
    return claimed.length;
  }

  async function run(): Promise<StepResult> {
    const claimed = await step();
    // Whatever is settled wakes the loop.
    if (waiting.size === 0 || underWay >= AT_ONCE) return "idle";
    return claimed > 0 ? "again" : { pauseMs: RETRY_MS };
  }

  return {
    name: loop.name,
    start: loop.start,
    stop: loop.stop,
    step,
    inHand: () => underWay,
    wake() {
      if (waiting.size > 0) loop.wake();
    },
    add(card) {
      if (waiting.size >= MAX_WAITING) return;
      // A later card of the order goes to the end of the line.
      waiting.delete(card.orderId);
      waiting.set(card.orderId, { card, until: addMs(clock.now(), ANSWER_MS) });
      loop.wake();
    },
  };
}
