import type { Api } from "grammy";
import type { Clock } from "../../core/clock.ts";
import type { Logger } from "../../core/logger.ts";
import type { OperatorTopic } from "../../core/operator-topics.ts";
import { topicNames } from "../../texts/operator/desk.ts";
import { isRefused, isThreadGone, loggable } from "../telegram-errors.ts";

/** Where the threads of the group's topics are remembered. */
export interface TopicStore {
  find(topic: OperatorTopic): Promise<number | undefined>;
  /** True: the caller makes the topic, and nobody else meanwhile. */
  claim(topic: OperatorTopic): Promise<boolean>;
  save(topic: OperatorTopic, threadId: number): Promise<void>;
  /** Only if it is still this thread; null: the claim, because none was made. */
  forget(topic: OperatorTopic, threadId: number | null): Promise<void>;
}

/** The group in which operators are told things. */
export interface OperatorsGroup {
  readonly chatId: number;
  /**
   * Calls `send` with the thread of this topic, which is made where it is missing; undefined: the group has no topics, or
   * the bot may not make any. A topic that somebody deleted is made again. Rejects as `send` does.
   */
  within<T>(topic: OperatorTopic, send: (threadId: number | undefined) => Promise<T>): Promise<T>;
}

/** A group without topics is asked again after this: somebody may have switched them on, or given the bot the right. */
const ASK_AGAIN_MS = 3_600_000;

export function createOperatorsGroup(deps: {
  readonly chatId: number;
  readonly api: Api;
  readonly store: TopicStore;
  readonly clock: Clock;
  readonly logger: Logger;
}): OperatorsGroup {
  const { chatId, api, store, clock, logger } = deps;
  let withoutTopicsUntilMs = 0;

  /** Undefined: none can be made now. A kill between Telegram's answer and our note leaves an empty topic behind. */
  async function make(topic: OperatorTopic): Promise<number | undefined> {
    if (clock.now().getTime() < withoutTopicsUntilMs || !(await store.claim(topic))) return undefined;
    try {
      const { message_thread_id: threadId } = await api.createForumTopic(chatId, topicNames[topic]);
      await store.save(topic, threadId);
      return threadId;
    } catch (error) {
      await store.forget(topic, null);
      if (!isRefused(error)) throw error;
      withoutTopicsUntilMs = clock.now().getTime() + ASK_AGAIN_MS;
      logger.info(loggable(error), "the operators' group is used without topics");
      return undefined;
    }
  }

  return {
    chatId,
    async within(topic, send) {
      const known = await store.find(topic);
      if (known === undefined) return await send(await make(topic));
      try {
        return await send(known);
      } catch (error) {
        if (!isThreadGone(error)) throw error;
        logger.warn({ topic }, "a topic of the operators' group is gone");
        await store.forget(topic, known);
        return await send(await make(topic));
      }
    },
  };
}
