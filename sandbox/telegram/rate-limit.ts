import type { Clock } from "../../src/core/clock.ts";
import { tooManyRequests } from "./errors.ts";
import type { Limits } from "./types.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

export type Spending = "send" | "edit";

export interface RateLimit {
  /** Counts one send or edit in the chat. Throws the 429 refusal above a limit; what is refused does not count. */
  spend(chatId: number, what: Spending): void;
}

/**
 * About 30 messages a second for all chats, about one a second in a chat with short bursts, about 20 edits a minute in a
 * chat, shared with its sends, and 20 messages a minute in a group. Telegram publishes no exact rules: the windows and the burst are assumptions.
 */
export const realLimits: Limits = {
  perSecond: 30,
  perChatBurst: 6,
  editsPerChatPerMinute: 20,
  perGroupPerMinute: 20,
};

interface Spent {
  readonly atMs: number;
  readonly what: Spending;
}

/** What one chat has spent: the last minute, and when its bucket of sends is full again. */
interface ChatSpent {
  recent: Spent[];
  fullAtMs: number;
}

export function createRateLimit(clock: Clock, limits: Limits): RateLimit {
  const chats = new Map<number, ChatSpent>();
  let lastSecond: Spent[] = [];

  return {
    spend(chatId, what) {
      const nowMs = clock.now().getTime();
      const chat = chats.get(chatId) ?? { recent: [], fullAtMs: 0 };
      chats.set(chatId, chat);
      lastSecond = lastSecond.filter(({ atMs }) => atMs > nowMs - SECOND_MS);
      chat.recent = chat.recent.filter(({ atMs }) => atMs > nowMs - MINUTE_MS);

      const edits = chat.recent.filter((spent) => spent.what === "edit");
      refuseAbove(limits.perSecond, lastSecond, SECOND_MS, nowMs);
      refuseAbove(limits.perChatPerMinute, chat.recent, MINUTE_MS, nowMs);
      if (chatId < 0) refuseAbove(limits.perGroupPerMinute, chat.recent, MINUTE_MS, nowMs);
      // Sends use up the edits of a chat; sends alone may go on once a second.
      refuseAbove(limits.editsPerChatPerMinute, what === "edit" ? chat.recent : edits, MINUTE_MS, nowMs);
      if (what === "send") takeFromBucket(limits.perChatBurst, chat, nowMs);

      lastSecond.push({ atMs: nowMs, what });
      chat.recent.push({ atMs: nowMs, what });
    },
  };
}

/** Refuses when the window holds `limit` already, until the oldest of them has left it. */
function refuseAbove(
  limit: number | undefined,
  spent: readonly Spent[],
  windowMs: number,
  nowMs: number,
): void {
  if (limit === undefined || spent.length < limit) return;
  const oldest = spent[spent.length - limit]?.atMs ?? nowMs;
  throw tooManyRequests(Math.max(1, Math.ceil((oldest + windowMs - nowMs) / 1000)));
}

/** A bucket of `burst` sends that gains one each second. */
function takeFromBucket(burst: number | undefined, chat: ChatSpent, nowMs: number): void {
  if (burst === undefined) return;
  const fullAtMs = Math.max(chat.fullAtMs, nowMs) + SECOND_MS;
  const waitMs = fullAtMs - burst * SECOND_MS - nowMs;
  if (waitMs > 0) throw tooManyRequests(Math.ceil(waitMs / 1000));
  chat.fullAtMs = fullAtMs;
}
