import { backoffMs } from "../core/backoff.ts";
import { type Checkpoint, noCheckpoint } from "../core/checkpoint.ts";
import { addMs, type Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { OutboxMessage, SendOutcome } from "../core/messages.ts";
import type { Database } from "../db/client.ts";
import { markOperatorsChatAway, moveToPrivateChats } from "../db/queries/operators-chat.ts";
import { dropChat, enqueueToAll } from "../db/queries/outbox.ts";
import {
  type ClaimedMessage,
  dropMessage,
  endOutage,
  markSent,
  retryAt,
  setAsideAfter,
  type WaitReason,
} from "../db/queries/outbox-claims.ts";
import { holdChat } from "../db/queries/telegram-budget.ts";
import { inTransaction } from "../db/transaction.ts";

/** The cap is how late a code can be after an outage of Telegram: buyers wait for it. */
const RETRY = { baseMs: 1000, maxMs: 15_000 };
const SET_ASIDE_EVERY_MS = 10 * 60_000;
/** Then the operators' group is tried again. */
const GROUP_AWAY_MS = 3_600_000;

export interface SettlingDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told when a message is set aside. */
  readonly operatorChatIds: readonly number[];
  /** The group that operators are told in, where they have one. When it cannot be reached, their private chats are told. */
  readonly operatorsGroupId?: number | null;
  readonly checkpoint?: Checkpoint;
}

/** Writes down what became of a message. False: the claim was lost meanwhile, another replica has the message. */
export type Settle = (row: ClaimedMessage, outcome: SendOutcome, log: Logger) => Promise<boolean>;

export function createSettling(deps: SettlingDeps): Settle {
  const { db, clock, logger, checkpoint = noCheckpoint } = deps;
  let isAway = false;

  async function finish(row: ClaimedMessage, messageId: number | undefined): Promise<boolean> {
    const now = clock.now();
    checkpoint("outbox/sent");
    const isOurs = await markSent(db, row, now, messageId ?? null);
    if (isAway) {
      isAway = false;
      const count = await endOutage(db, now);
      logger.info({ count }, "messages can be sent again: what waited is due now");
    }
    return isOurs;
  }

  async function drop(row: ClaimedMessage, reason: string, log: Logger): Promise<boolean> {
    const now = clock.now();
    if (reason === "blocked" && row.chatId === deps.operatorsGroupId) return await leaveGroup(deps, row, log);
    log.warn({ why: reason }, "message dropped");
    const isOurs = await dropMessage(db, row, reason, now);
    if (reason === "blocked") await dropChat(db, row.chatId, reason, now);
    return isOurs;
  }

  async function wait(
    row: ClaimedMessage,
    reason: Exclude<WaitReason, "flood">,
    log: Logger,
  ): Promise<boolean> {
    if (reason === "outage") isAway = true;
    const waitMs = backoffMs(row.attempts + 1, RETRY);
    log.info({ why: reason, waitMs }, "message waits for a retry");
    return retryAt(db, row, { until: addMs(clock.now(), waitMs), reason });
  }

  async function pause(row: ClaimedMessage, waitMs: number, log: Logger): Promise<boolean> {
    const now = clock.now();
    const until = addMs(now, waitMs);
    const isEverywhere = await holdChat(db, { chatId: row.chatId, until, now });
    if (isEverywhere) log.warn({ waitMs }, "chat after chat is refused for flooding: the whole bot waits");
    else log.info({ why: "flood", waitMs }, "the chat waits as long as Telegram asks");
    return retryAt(db, row, { until, reason: "flood" });
  }

  return async (row, outcome, log) => {
    switch (outcome.kind) {
      case "sent":
        return finish(row, outcome.messageId);
      case "drop":
        return drop(row, outcome.reason, log);
      case "retry":
        return outcome.reason === "flood" ? pause(row, outcome.afterMs, log) : wait(row, outcome.reason, log);
      case "lost":
        return false;
      case "broken":
        return row.failures + 1 < setAsideAfter ? wait(row, "broken", log) : setAside(deps, row, log);
    }
  };
}

/** The operators' group is closed to us: what it is owed goes to their private chats, and they are told why, once a day. */
async function leaveGroup(deps: SettlingDeps, row: ClaimedMessage, log: Logger): Promise<boolean> {
  const at = deps.clock.now();
  log.error({}, "the operators' group cannot be reached: their private chats are told");
  return inTransaction(deps.db, async (tx) => {
    if (!(await retryAt(tx, row, { until: at, reason: "outage" }))) return false;
    await markOperatorsChatAway(tx, row.chatId, addMs(at, GROUP_AWAY_MS));
    await moveToPrivateChats(tx, { from: row.chatId, to: deps.operatorChatIds, at });
    const params = { chat: String(row.chatId) };
    const message = { kind: "operator_notice" as const, notice: "operators_chat_away", params };
    const subject = `operators_chat_away:${row.chatId}:${at.toISOString().slice(0, 10)}`;
    await enqueueToAll(tx, deps.operatorChatIds, { message, subject, at });
    return true;
  });
}

/** Takes the message out of its queue. The first time, the same transaction tells the operators. */
async function setAside(deps: SettlingDeps, row: ClaimedMessage, log: Logger): Promise<boolean> {
  const at = deps.clock.now();
  const failures = row.failures + 1;
  log.error({ failures }, "message set aside");
  return inTransaction(deps.db, async (tx) => {
    const wait = { until: addMs(at, SET_ASIDE_EVERY_MS), reason: "broken" } as const;
    if (!(await retryAt(tx, row, wait))) return false;
    // A notice that cannot be made must not cause another notice.
    const isNews = failures === setAsideAfter && row.kind !== "operator_notice";
    if (isNews) await enqueueToAll(tx, deps.operatorChatIds, { ...noticeOf(row), at });
    return true;
  });
}

/** One notice for an order's card, however many edits of it are owed; one for each other message. */
function noticeOf(row: ClaimedMessage): { message: OutboxMessage; subject: string } {
  const orderId = row.message && "orderId" in row.message ? row.message.orderId : undefined;
  const params = { about: row.kind, message: String(row.id), ...(orderId && { orderId }) };
  const about = row.kind === "order_card" && orderId ? orderId : String(row.id);
  return {
    message: { kind: "operator_notice", notice: "message_set_aside", params },
    subject: `set aside:${row.kind}:${about}`,
  };
}
