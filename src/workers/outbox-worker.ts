import { backoffMs } from "../core/backoff.ts";
import { type Checkpoint, noCheckpoint } from "../core/checkpoint.ts";
import { addMs, type Clock } from "../core/clock.ts";
import { newId } from "../core/ids.ts";
import type { Logger } from "../core/logger.ts";
import type { OwedMessage, SendOutcome } from "../core/messages.ts";
import type { Database } from "../db/client.ts";
import {
  type ClaimedMessage,
  claimMessages,
  dropChat,
  dropMessage,
  dropSupersededCards,
  markSent,
  renewMessages,
  retryAt,
} from "../db/queries/outbox.ts";
import { createLoop, type Runnable, type StepResult } from "./loop.ts";

const CONCURRENCY = 30;
const POLL_MS = 500;
/** Renewed while a message is being sent; what a killed process had in hand is sent by another after this. */
const LEASE_MS = 15_000;
const RENEW_MS = 5_000;
const MAX_AGE_MS = 24 * 3_600_000;
const RETRY = { baseMs: 1000, maxMs: 300_000 };
/** So many chats refused for flooding without one success in between: it is the bot that floods, not a chat. */
const FLOODED_CHATS = 3;

export interface OutboxWorkerDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly send: (row: OwedMessage) => Promise<SendOutcome>;
  readonly onSettled?: (outcome: SendOutcome["kind"]) => void;
  readonly checkpoint?: Checkpoint;
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

/** Sends owed messages: in order per chat, chats in parallel, at least once; a chat that must wait holds up nobody else. */
export function createOutboxWorker(deps: OutboxWorkerDeps): OutboxWorker {
  const { db, clock, logger, checkpoint = noCheckpoint } = deps;
  const concurrency = deps.concurrency ?? CONCURRENCY;
  const inHand = new Map<ClaimedMessage, Promise<void>>();
  let floods = 0;
  let pausedUntil = new Date(0);

  const loop = createLoop({ name: "outbox", everyMs: POLL_MS, run: step, clock, logger });
  const renewing = createLoop({ name: "outbox leases", everyMs: RENEW_MS, run: renew, clock, logger });

  async function renew(): Promise<StepResult> {
    await renewMessages(db, [...inHand.keys()], LEASE_MS);
    return "idle";
  }

  async function step(): Promise<StepResult> {
    const limit = concurrency - inHand.size;
    const now = clock.now();
    if (limit <= 0 || pausedUntil > now) return "idle";
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
      deps.onSettled?.(outcome.kind);
      if (!(await settle(row, outcome, log)))
        log.warn({}, "message was settled by another replica meanwhile");
      checkpoint("outbox/settled");
    } catch (error) {
      // The lease runs out and the message comes back.
      log.error({ error }, "message could not be settled");
    } finally {
      inHand.delete(row);
      loop.wake();
    }
  }

  async function settle(row: ClaimedMessage, outcome: SendOutcome, log: Logger): Promise<boolean> {
    const now = clock.now();
    switch (outcome.kind) {
      case "sent":
        floods = 0;
        checkpoint("outbox/sent");
        return markSent(db, row, now);
      case "drop": {
        log.warn({ why: outcome.reason }, "message dropped");
        const isOurs = await dropMessage(db, row, outcome.reason, now);
        if (outcome.reason === "blocked") await dropChat(db, row.chatId, outcome.reason, now);
        return isOurs;
      }
      case "retry": {
        const waitMs = retryDelay(row, outcome, now);
        log.info({ why: outcome.reason, waitMs }, "message waits for a retry");
        return retryAt(db, row, addMs(now, waitMs));
      }
    }
  }

  function retryDelay(row: ClaimedMessage, outcome: { afterMs: number; reason: string }, now: Date): number {
    if (outcome.reason !== "flood") return Math.max(outcome.afterMs, backoffMs(row.attempts + 1, RETRY));
    floods += 1;
    if (floods >= FLOODED_CHATS) pausedUntil = addMs(now, outcome.afterMs);
    return outcome.afterMs;
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
    log.error({ error }, "sending a message failed unexpectedly");
    return { kind: "retry", afterMs: 0, reason: "unexpected error" };
  }
}
