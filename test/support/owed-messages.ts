import { sql } from "kysely";
import { newId } from "../../src/core/ids.ts";
import type { OutboxMessage, OwedMessage, SendOutcome } from "../../src/core/messages.ts";
import type { TelegramLimits } from "../../src/core/telegram-limits.ts";
import type { Database } from "../../src/db/client.ts";
import { enqueue, outboxBacklog } from "../../src/db/queries/outbox.ts";
import { createOutboxWorker } from "../../src/workers/outbox-worker.ts";
import type { TestClock } from "./clock.ts";
import { createTestLogger } from "./logger.ts";

export const operatorChat = 900;

export type Answer = (row: OwedMessage) => SendOutcome | Promise<SendOutcome>;

/** For tests that are not about Telegram's limits. */
export const noLimits: TelegramLimits = {
  burst: 1_000_000,
  intervalMs: 1,
  chatCodeBurst: 1_000_000,
  chatBurst: 1_000_000,
  chatIntervalMs: 1,
  groupIntervalMs: 1,
  cardBurst: 1_000_000,
  cardIntervalMs: 1,
};

/** Nothing owed, and nothing taken from Telegram's limits. */
export async function emptyOutbox(db: Database): Promise<void> {
  await sql`TRUNCATE outbox, outbox_queues, telegram_chats, telegram_budget`.execute(db);
}

/** An outbox with a sender that the test answers for. */
export function createTestOutbox(
  db: Database,
  clock: TestClock,
  answer: Answer,
  limits: TelegramLimits = noLimits,
) {
  const tried: string[] = [];
  const logger = createTestLogger();
  const worker = createOutboxWorker({
    db,
    clock,
    logger,
    operatorChatIds: [operatorChat],
    limits,
    send: async (row) => {
      tried.push(`${row.chatId}:${nameOf(row.message)}`);
      return answer(row);
    },
  });
  /** Claims once, and waits for what was claimed. */
  async function round(): Promise<void> {
    await worker.step();
    await worker.settled();
  }
  return {
    worker,
    logger,
    round,
    /** What was tried since the last call. */
    take: () => tried.splice(0),
    /** Rounds until nothing is owed. */
    async drain(): Promise<void> {
      for (let i = 0; i < 50 && (await outboxBacklog(db)).open > 0; i += 1) await round();
    },
    owe: (chatId: number, message: OutboxMessage | string): Promise<boolean> => {
      const full = typeof message === "string" ? notice(message) : message;
      return enqueue(db, { chatId, buyerId: null, message: full, dedupeKey: null, at: clock.now() });
    },
  };
}

export function notice(name: string): OutboxMessage {
  return { kind: "operator_notice", notice: name, params: {} };
}

export function cardOf(orderId = newId()): OutboxMessage {
  return { kind: "order_card", orderId };
}

/** A code's message; `tag` tells it from others in what was tried. */
export function codeOf(tag: string): OutboxMessage {
  const ids = { orderId: newId(), smsId: newId() };
  return { kind: "order_code", ...ids, chargedMicros: null, availableMicros: tag };
}

function nameOf(message: OutboxMessage): string {
  if (message.kind === "operator_notice") return message.notice;
  return message.kind === "order_code" ? `code ${message.availableMicros}` : message.kind;
}
