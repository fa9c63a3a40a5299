import { hostname } from "node:os";
import { type Api, GrammyError } from "grammy";
import { createTelegramApi } from "../bot/telegram-api.ts";
import { loggable } from "../bot/telegram-errors.ts";
import type { Clock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import type { Database } from "../db/client.ts";
import { selectTopic } from "../db/queries/operators-chat.ts";
import { type AlarmMessage, inTime } from "../operations/alarms/alarms.ts";
import { alarmTexts } from "../texts/operator/alarms.ts";
import type { Config } from "./config/config.ts";
import { createShopGroup } from "./operators-group.ts";

export interface TellerDeps {
  readonly config: Pick<Config, "telegram" | "adminIds" | "upkeep">;
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Tells the operators' group, or every operator, past the outbox: that may be what is broken. True: somebody got it.
 */
export function createTeller(deps: TellerDeps): (message: AlarmMessage) => Promise<boolean> {
  const { config, db, clock, logger } = deps;
  const api = createTelegramApi({ ...config.telegram, clock, waitsForFloods: false });
  const tellGroup = createGroupTeller({ db, clock, logger, api }, config.upkeep.operatorsChat);
  return async (message) => {
    const text = messageText(message, hostname());
    if (await tellGroup(text)) return true;
    const sent = await Promise.all(
      config.adminIds.map((chatId) =>
        api.sendMessage(chatId, text, { parse_mode: "HTML" }).then(
          () => true,
          (error: unknown) => {
            const reason = error instanceof GrammyError ? loggable(error) : { reason: messageOf(error) };
            logger.warn(reason, "an operator could not be told of a trouble");
            return false;
          },
        ),
      ),
    );
    return sent.length === 0 || sent.includes(true);
  };
}

const TOPIC_TIMEOUT_MS = 1_000;

/** False: there is no group, or it could not be told. */
function createGroupTeller(
  deps: Omit<TellerDeps, "config"> & { readonly api: Api },
  chatId: number | null,
): (text: string) => Promise<boolean> {
  const { db, clock, logger, api } = deps;
  const group = createShopGroup(deps, chatId);
  /** For while the database, which knows the topic, does not answer. */
  let lastThreadId: number | undefined;
  return async (text) => {
    if (!group) return false;
    const send = (threadId: number | undefined) =>
      api.sendMessage(group.chatId, text, {
        parse_mode: "HTML",
        ...(threadId !== undefined && { message_thread_id: threadId }),
      });
    try {
      const isDatabaseThere = await inTime(
        clock,
        TOPIC_TIMEOUT_MS,
        selectTopic(db, group.chatId, "trouble"),
      ).then(
        () => true,
        () => false,
      );
      if (isDatabaseThere) {
        await group.within("trouble", (threadId) => {
          lastThreadId = threadId;
          return send(threadId);
        });
      } else await send(lastThreadId);
      return true;
    } catch (error) {
      const reason = error instanceof GrammyError ? loggable(error) : { reason: messageOf(error) };
      logger.warn(reason, "the operators' group could not be told of a trouble");
      return false;
    }
  };
}

function messageText(message: AlarmMessage, host: string): string {
  if (message.isOver) return alarmTexts.over(message.kind, message.subject, host);
  const { kind, subject, facts } = message.trouble;
  return alarmTexts.there(kind, subject, facts, host);
}
