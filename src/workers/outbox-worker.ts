import { noCheckpoint } from "../core/checkpoint.ts";
import { addMs } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { OwedMessage, SendOutcome } from "../core/messages.ts";
import { type TelegramLimits, telegramLimits } from "../core/telegram-limits.ts";
import type { CardOfOrder } from "../db/queries/outbox-answers.ts";
import { type ClaimedMessage, claimMessages, renewMessages } from "../db/queries/outbox-claims.ts";
import { selectNextTurn } from "../db/queries/telegram-budget.ts";
import { isConnectionLost } from "../db/transaction.ts";
import { createLoop, type Runnable, type StepResult } from "./loop.ts";
import { createAnswering } from "./outbox-answering.ts";
import { createAnswers } from "./outbox-answers.ts";
import { createHeldClaims } from "./outbox-held.ts";
import { createSettling, type SettlingDeps } from "./outbox-settling.ts";

const CONCURRENCY = 30;
/** Of these, kept free for codes: whatever hangs, a code finds a sender. */
const FOR_CODES = 6;
const POLL_MS = 500;
/** What is due and was not claimed is locked for a moment by a transaction that adds to it. */
const LOCKED_MS = 20;
/** Renewed while a message is being sent. After a kill, another process sends what was in hand when this has passed. */
const LEASE_MS = 4_000;
const RENEW_MS = 1_000;
const MAX_AGE_MS = 24 * 3_600_000;

export interface OutboxWorkerDeps extends SettlingDeps {
  /** Rejects when the message could not be made. */
  readonly send: (row: OwedMessage) => Promise<SendOutcome>;
  readonly onSettled?: (outcome: SendOutcome["kind"], row: ClaimedMessage, at: Date) => void;
  /** What Telegram allows, when it is not the real one. */
  readonly limits?: TelegramLimits;
}

export interface OutboxWorker extends Runnable {
  /** A message was committed in this process. */
  wake(): void;
  /** This order's card was committed, and answers a tap of its owner: it does not wait for the whole bot's budget. */
  answer(card: CardOfOrder): void;
  /** Claims what may be sent now and starts sending it; for tests and the loop. Returns how many messages. */
  step(): Promise<number>;
  /** The same for cards that answer a tap. */
  stepAnswers(): Promise<number>;
  /** Resolves when nothing is in hand. */
  settled(): Promise<void>;
}

/**
 * Sends owed messages, at least once and within Telegram's limits: codes before cards before news before broadcasts. Chats
 * are served in parallel; within a chat each of these is a queue of its own, in order, so a code never waits behind a card
 * or news. A wait that Telegram names holds that chat only. While Telegram is away every queue tries again
 * within 15 s, and the first success in any chat makes all of them due at once. A message that cannot be made three times
 * is set aside: its chat goes on, operators are told, and it is tried every ten minutes until it is a day old.
 */
export function createOutboxWorker(deps: OutboxWorkerDeps): OutboxWorker {
  const { db, clock, logger, checkpoint = noCheckpoint, limits = telegramLimits } = deps;
  const inHand = new Map<ClaimedMessage, Promise<void>>();
  const held = createHeldClaims(clock, LEASE_MS);
  const settle = createSettling(deps);
  const answering = createAnswering({
    answers: createAnswers({ db, clock, limits, leaseMs: LEASE_MS }),
    begin: (claimed, askedAtMs) => begin(claimed, askedAtMs),
    clock,
    logger,
  });

  const loop = createLoop({ name: "outbox", everyMs: POLL_MS, run, clock, logger });
  const renewing = createLoop({ name: "outbox leases", everyMs: RENEW_MS, run: renew, clock, logger });

  async function renew(): Promise<StepResult> {
    const askedAtMs = clock.steadyMs();
    held.prolong(await renewMessages(db, [...inHand.keys()], LEASE_MS), askedAtMs);
    return "idle";
  }

  async function step(): Promise<number> {
    const limit = CONCURRENCY - (inHand.size - answering.inHand());
    if (limit <= 0) return 0;
    const limitOfOthers = Math.max(0, limit - FOR_CODES);
    const askedAtMs = clock.steadyMs();
    const claim = { now: clock.now(), limit, limitOfOthers, leaseMs: LEASE_MS, leaseToken: newId(), limits };
    const claimed = await claimMessages(db, claim);
    begin(claimed, askedAtMs);
    return claimed.length;
  }

  function begin(claimed: readonly ClaimedMessage[], askedAtMs: number): void {
    if (claimed.length > 0) checkpoint("outbox/claimed");
    held.prolong(claimed, askedAtMs);
    for (const row of claimed) inHand.set(row, work(row));
  }

  async function run(signal: AbortSignal): Promise<StepResult> {
    const claimed = await step();
    // Whatever is settled wakes the loop.
    if (inHand.size - answering.inHand() >= CONCURRENCY - FOR_CODES) return "idle";
    const turn = await selectNextTurn(db, { now: clock.now(), limits });
    if (turn.dueInMs === undefined) return "idle";
    if (turn.dueInMs > 0) return { pauseMs: Math.min(turn.dueInMs, POLL_MS) };
    if (turn.budgetInMs > POLL_MS) return "idle";
    // Not the loop's pause: what wakes it makes no room in Telegram's budget.
    if (turn.budgetInMs > 0) await clock.sleep(turn.budgetInMs, signal);
    else if (claimed === 0) return { pauseMs: LOCKED_MS };
    return "again";
  }

  async function work(row: ClaimedMessage): Promise<void> {
    const log = logger.child({ outboxId: String(row.id), kind: row.kind, attempt: row.attempts + 1 });
    try {
      const outcome = await decide(deps, row, held.isHeld(row), log);
      deps.onSettled?.(outcome.kind, row, clock.now());
      if (!(await settle(row, outcome, log))) log.warn({}, "message is another replica's by now");
      checkpoint("outbox/settled");
    } catch (error) {
      // The lease runs out and the message is claimed again.
      log.error({ error }, "message could not be settled");
    } finally {
      inHand.delete(row);
      held.forget(row);
      answering.settled(row);
      loop.wake();
    }
  }

  async function settled(): Promise<void> {
    while (inHand.size > 0) await Promise.all(inHand.values());
  }

  return {
    name: "outbox",
    loops: [...loop.loops, ...renewing.loops],
    start() {
      loop.start();
      answering.start();
      renewing.start();
    },
    async stop() {
      await Promise.all([loop.stop(), answering.stop()]);
      await settled();
      await renewing.stop();
    },
    wake: loop.wake,
    answer: answering.answer,
    step,
    stepAnswers: answering.step,
    settled,
  };
}

/** Sends what can be sent, and says what became of it. */
async function decide(
  deps: OutboxWorkerDeps,
  row: ClaimedMessage,
  isHeld: () => boolean,
  log: Logger,
): Promise<SendOutcome> {
  const { id, chatId, buyerId, message, attempts } = row;
  if (!message) return { kind: "drop", reason: "unreadable" };
  if (deps.clock.now() >= addMs(row.createdAt, MAX_AGE_MS)) return { kind: "drop", reason: "too old" };
  try {
    return await deps.send({ id, chatId, buyerId, message, attempts, isHeld });
  } catch (error) {
    if (isConnectionLost(error)) return { kind: "retry", reason: "outage" };
    log.error({ error }, "a message could not be made");
    return { kind: "broken" };
  }
}
