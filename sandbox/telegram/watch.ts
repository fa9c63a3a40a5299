import { systemClock } from "../../src/core/clock.ts";
import { toTranscript } from "./transcript.ts";
import type { TranscriptMessage } from "./types.ts";
import type { World } from "./world.ts";

/** The default timeout of a wait, in real time. */
export const DEFAULT_WAIT_MS = 5_000;

/** A condition for a message: a part of its text, a pattern or a function. */
export type MessageMatch = string | RegExp | ((message: TranscriptMessage) => boolean);

export interface WaitOptions {
  /** Real milliseconds. */
  readonly timeoutMs?: number;
  /** Only messages sent after this one count. */
  readonly afterMessageId?: number;
}

/**
 * The first message in the chat that matches, now or when it is sent or edited. Rejects after the real time cap
 * with the chat's last messages in the error.
 */
export function waitForMessage(
  world: World,
  chatId: number,
  match: MessageMatch,
  options: WaitOptions = {},
): Promise<TranscriptMessage> {
  const after = options.afterMessageId ?? 0;
  const fits = (message: TranscriptMessage): boolean =>
    message.chatId === chatId && message.messageId > after && matches(message, match);

  const present = world.chats.list(chatId).map(toTranscript).find(fits);
  if (present) return Promise.resolve(present);

  const timeoutMs = options.timeoutMs ?? DEFAULT_WAIT_MS;
  return new Promise((resolve, reject) => {
    const timer = new AbortController();
    const unsubscribe = world.events.subscribe((event) => {
      if (event.type !== "message_sent" && event.type !== "message_edited") return;
      if (fits(event.message)) finish(() => resolve(event.message));
    });
    const finish = (settle: () => void): void => {
      unsubscribe();
      timer.abort();
      settle();
    };
    void systemClock.sleep(timeoutMs, timer.signal).then(() => {
      finish(() =>
        reject(new Error(`No message matched ${match} in ${timeoutMs} ms. ${lastOnes(world, chatId)}`)),
      );
    });
  });
}

/** Resolves with the promise's value, or undefined when real time runs out first. */
export async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T | undefined> {
  const timer = new AbortController();
  const timeout = systemClock.sleep(timeoutMs, timer.signal).then(() => undefined);
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    timer.abort();
  }
}

function matches(message: TranscriptMessage, match: MessageMatch): boolean {
  if (typeof match === "function") return match(message);
  return typeof match === "string" ? message.text.includes(match) : match.test(message.text);
}

function lastOnes(world: World, chatId: number): string {
  const lines = world.chats
    .list(chatId)
    .slice(-4)
    .map(toTranscript)
    .map(
      ({ messageId, from, text }) => `#${messageId} ${from.isBot ? "bot" : "user"}: ${text.slice(0, 200)}`,
    );
  return `The chat ends with:\n${lines.join("\n")}`;
}
