import type { Api } from "grammy";
import { createOperatorsGroup, type OperatorsGroup } from "../bot/outbox/operators-group.ts";
import type { Clock } from "../core/clock.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import { claimTopic, forgetTopic, saveTopic, selectTopic } from "../db/queries/operators-chat.ts";

/** The group of OPERATORS_CHAT, with its topics kept in the database; null: there is none. */
export function createShopGroup(
  deps: { readonly db: Database; readonly clock: Clock; readonly logger: Logger; readonly api: Api },
  chatId: number | null,
): OperatorsGroup | null {
  if (chatId === null) return null;
  const { db } = deps;
  return createOperatorsGroup({
    ...deps,
    chatId,
    store: {
      find: (topic) => selectTopic(db, chatId, topic),
      claim: (topic) => claimTopic(db, chatId, topic),
      save: (topic, threadId) => saveTopic(db, chatId, topic, threadId),
      forget: (topic, threadId) => forgetTopic(db, chatId, topic, threadId),
    },
  });
}
