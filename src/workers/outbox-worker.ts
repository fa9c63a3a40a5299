import { noCheckpoint } from "../core/checkpoint.ts";
import { addMs } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { OwedMessage, SendOutcome } from "../core/messages.ts";
import {
  type ClaimedMessage,
  claimMessages,
  dropSupersededCards,
  renewMessages,
} from "../db/queries/outbox-claims.ts";
import { isConnectionLost } from "../db/transaction.ts";
import { createLoop, type Runnable, type StepResult } from "./loop.ts";
import { createSettling, type SettlingDeps } from "./outbox-settling.ts";

const CONCURRENCY = 30;
const POLL_MS = 500;
/** Renewed while a message is being sent. After a kill, another process sends what was in hand when this has passed. */
const LEASE_MS = 15_000;
const RENEW_MS = 5_000;
const MAX_AGE_MS = 24 * 3_600_000;

export interface OutboxWorkerDeps extends SettlingDeps {
  /** Rejects when the message could not be made. */
  readonly send: (row: OwedMessage) => Promise<SendOutcome>;
  readonly onSettled?: (outcome: SendOutcome["kind"], row: ClaimedMessage, at: Date) => void;
  readonly concurrency?: number;
}

export interface OutboxWorker extends Runnable {
  /** A message was committed in this process. */
  wake(): void;
  /** Claims what is due and starts sending it; for tests and the loop. */
  step(): Promise<StepResult>;
  /** Resolves when nothing is in hand. */
  settled(): Promise<void>;
}

/**
 * Sends owed messages, at least once. Chats are served in parallel; within a chat, cards are one queue and all other
 * messages another, each in order, so a code never waits behind a card. While Telegram is away every queue tries again
 * within 15 s, and the first success in any chat makes all of them due at once. A message that cannot be made three times
 * is set aside: its chat goes on, operators are told, and it is tried every ten minutes until it is a day old.
 */
export function createOutboxWorker(deps: OutboxWorkerDeps): OutboxWorker {
  const { db, clock, logger, checkpoint = noCheckpoint } = deps;
  const concurrency = deps.concurrency ?? CONCURRENCY;
  const inHand = new Map<ClaimedMessage, Promise<void>>();
  const settling = createSettling(deps);

  const loop = createLoop({ name: "outbox", everyMs: POLL_MS, run: step, clock, logger });
  const renewing = createLoop({ name: "outbox leases", everyMs: RENEW_MS, run: renew, clock, logger });

  async function renew(): Promise<StepResult> {
    await renewMessages(db, [...inHand.keys()], LEASE_MS);
    return "idle";
  }

  async function step(): Promise<StepResult> {
    const limit = concurrency - inHand.size;
    const now = clock.now();
    if (limit <= 0 || settling.isPaused(now)) return "idle";
    const leaseToken = newId();
    const claimed = await claimMessages(db, { now, limit, leaseMs: LEASE_MS, leaseToken });
    if (claimed.length > 0) checkpoint("outbox/claimed");
    const cardChats = claimed.filter((row) => row.kind === "order_card").map((row) => row.chatId);
    const dropped = await dropSupersededCards(db, cardChats, leaseToken, now);
    for (const row of claimed) if (!dropped.has(row.id)) inHand.set(row, work(row));
    return claimed.length === limit || dropped.size > 0 ? "again" : "idle";
  }

  async function work(row: ClaimedMessage): Promise<void> {
    const log = logger.child({ outboxId: String(row.id), kind: row.kind, attempt: row.attempts + 1 });
    try {
      const outcome = await decide(deps, row, log);
      deps.onSettled?.(outcome.kind, row, clock.now());
      if (!(await settling.settle(row, outcome, log)))
        log.warn({}, "message was settled by another replica meanwhile");
      checkpoint("outbox/settled");
    } catch (error) {
      // The lease runs out and the message is claimed again.
      log.error({ error }, "message could not be settled");
    } finally {
      inHand.delete(row);
      loop.wake();
    }
  }

  async function settled(): Promise<void> {
    while (inHand.size > 0) await Promise.all(inHand.values());
  }

  return {
    name: "outbox",
    start() {
      loop.start();
      renewing.start();
    },
    async stop() {
      await loop.stop();
      await settled();
      await renewing.stop();
    },
    wake: loop.wake,
    step,
    settled,
  };
}

/** Sends what can be sent, and says what became of it. */
async function decide(deps: OutboxWorkerDeps, row: ClaimedMessage, log: Logger): Promise<SendOutcome> {
  const { id, chatId, buyerId, message, attempts } = row;
  if (!message) return { kind: "drop", reason: "unreadable" };
  if (deps.clock.now() >= addMs(row.createdAt, MAX_AGE_MS)) return { kind: "drop", reason: "too old" };
  try {
    return await deps.send({ id, chatId, buyerId, message, attempts });
  } catch (error) {
    if (isConnectionLost(error)) return { kind: "retry", reason: "outage" };
    log.error({ error }, "a message could not be made");
    return { kind: "broken" };
  }
}
