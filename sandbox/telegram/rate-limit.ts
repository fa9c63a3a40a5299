import type { Clock } from "../../src/core/clock.ts";
import { tooManyRequests } from "./errors.ts";
import type { Limits } from "./types.ts";

const WINDOW_MS = 60_000;

export interface RateLimit {
  /** Counts one send or edit in the chat. Throws the 429 refusal above the limit. */
  spend(chatId: number): void;
}

/** A sliding window per chat: Telegram counts sends and edits of one chat together. */
export function createRateLimit(clock: Clock, limits: Limits): RateLimit {
  const perChat = limits.perChatPerMinute;
  const spentAtMs = new Map<number, number[]>();

  return {
    spend(chatId) {
      if (perChat === undefined) return;
      const nowMs = clock.now().getTime();
      const recent = (spentAtMs.get(chatId) ?? []).filter((atMs) => atMs > nowMs - WINDOW_MS);
      spentAtMs.set(chatId, recent);
      const oldest = recent[0];
      if (recent.length >= perChat) {
        throw tooManyRequests(Math.max(1, Math.ceil(((oldest ?? nowMs) + WINDOW_MS - nowMs) / 1000)));
      }
      recent.push(nowMs);
    },
  };
}
