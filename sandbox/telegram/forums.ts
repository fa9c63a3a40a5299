import { badRequest } from "./errors.ts";

export interface Topic {
  /** Of the service message that begins the topic; what `message_thread_id` names. */
  readonly threadId: number;
  readonly name: string;
}

/** The topics of groups that have them. */
export interface ForumStore {
  /** From now on this group has topics, or it has none any more. */
  set(chatId: number, isForum: boolean): void;
  isForum(chatId: number): boolean;
  /** Throws "the chat is not a forum". */
  create(chatId: number, topic: Topic): void;
  remove(chatId: number, threadId: number): void;
  list(chatId: number): readonly Topic[];
  /** Throws "message thread not found" for a thread that the chat does not have. */
  check(chatId: number, threadId: number | undefined): void;
}

export function createForumStore(): ForumStore {
  const forums = new Map<number, Map<number, Topic>>();
  return {
    set(chatId, isForum) {
      if (!isForum) forums.delete(chatId);
      else if (!forums.has(chatId)) forums.set(chatId, new Map());
    },
    isForum: (chatId) => forums.has(chatId),
    create(chatId, topic) {
      const topics = forums.get(chatId);
      if (!topics) throw badRequest("the chat is not a forum");
      topics.set(topic.threadId, topic);
    },
    remove: (chatId, threadId) => void forums.get(chatId)?.delete(threadId),
    list: (chatId) => [...(forums.get(chatId)?.values() ?? [])],
    check(chatId, threadId) {
      if (threadId !== undefined && !forums.get(chatId)?.has(threadId))
        throw badRequest("message thread not found");
    },
  };
}
