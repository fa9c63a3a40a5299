import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { CardOfOrder } from "../db/queries/outbox-answers.ts";
import type { ClaimedMessage } from "../db/queries/outbox-claims.ts";
import { createLoop, type StepResult } from "./loop.ts";
import type { Answers } from "./outbox-answers.ts";

/** Cards that answer a tap, besides the others: a rush of taps must not delay codes, nor a rush of codes the taps. */
const ANSWERS_AT_ONCE = 30;
const POLL_MS = 500;
/** A card that answers a tap and has no turn now is tried again after this. */
const RETRY_MS = 100;

export interface Answering {
  start(): void;
  stop(): Promise<void>;
  /** See `OutboxWorker.answer`. */
  answer(card: CardOfOrder): void;
  /** Claims what may be sent now; returns how many messages. */
  step(): Promise<number>;
  /** How many answers are being sent. */
  inHand(): number;
  /** Any message has left, or could not. */
  settled(row: ClaimedMessage): void;
}

/** Sends the cards that answer a tap, beside all other messages. */
export function createAnswering(deps: {
  readonly answers: Answers;
  /** Sends what was claimed; the claims were asked for at `askedAtMs` of the steady clock. */
  readonly begin: (claimed: readonly ClaimedMessage[], askedAtMs: number) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}): Answering {
  const { answers, clock, logger } = deps;
  const inHand = new Set<ClaimedMessage>();
  const loop = createLoop({ name: "outbox answers", everyMs: POLL_MS, run, clock, logger });

  async function step(): Promise<number> {
    const limit = ANSWERS_AT_ONCE - inHand.size;
    if (limit <= 0 || !answers.isWaiting()) return 0;
    const askedAtMs = clock.steadyMs();
    const claimed = await answers.claim(limit);
    for (const row of claimed) inHand.add(row);
    deps.begin(claimed, askedAtMs);
    return claimed.length;
  }

  async function run(): Promise<StepResult> {
    const claimed = await step();
    // Whatever is settled wakes the loop.
    if (!answers.isWaiting() || inHand.size >= ANSWERS_AT_ONCE) return "idle";
    return claimed > 0 ? "again" : { pauseMs: RETRY_MS };
  }

  return {
    start: loop.start,
    stop: loop.stop,
    step,
    inHand: () => inHand.size,
    answer(card) {
      answers.add(card);
      loop.wake();
    },
    settled(row) {
      // An answer makes room for answers; anything else makes room in its chat.
      if (inHand.delete(row) || answers.isWaiting()) loop.wake();
    },
  };
}
