import type { Api } from "grammy";
import { Bot, type Context, type ErrorHandler } from "grammy";
import type { Update } from "grammy/types";
import { z } from "zod";
import { ShopError } from "../core/errors.ts";
import type { Logger } from "../core/logger.ts";
import { pickLanguage, textsFor } from "../texts/index.ts";
import type { ApiCall } from "./api-fetch.ts";
import type { BotDeps } from "./bot-deps.ts";
import { messageOptions } from "./cards/card.ts";
import { noticeCard } from "./cards/home.ts";
import { compose } from "./compose.ts";
import type { ShopContext } from "./context.ts";
import { createEarlyAnswers } from "./early-answers.ts";
import { createInline } from "./features/inline.ts";
import { createMembership, createPayments } from "./features/payments.ts";
import { createInPlace } from "./in-place.ts";
import { introduce } from "./introduce.ts";
import { operatorsGroup } from "./middleware/operators-group.ts";
import { privateOnly } from "./middleware/private-only.ts";
import { clientOptions } from "./telegram-api.ts";
import { isBlocked, loggable } from "./telegram-errors.ts";

export interface CreateBotInput extends BotDeps {
  readonly token: string;
  readonly apiRoot: string;
  /** For metrics: every call to Telegram as it ends. */
  readonly onCall?: (call: ApiCall) => void;
}

export interface ShopBot {
  readonly api: Api;
  /** Asks Telegram who we are. Must have succeeded before updates are handled. */
  setUp(): Promise<void>;
  /** Tells Telegram our commands and descriptions; nothing depends on it. */
  introduce(): Promise<void>;
  /** Ends what goes on after an update was handled. */
  stop(): Promise<void>;
  /** Ends the spinners of the taps among these updates, ahead of their turn. Does not wait for Telegram. */
  answerEarly(updates: readonly unknown[]): void;
  /**
   * Handles one update to its end. Rejects when the update should be delivered again: a payment was not credited.
   * After any other failure the person is told at once and can tap again. The caller makes sure that two updates of
   * one person are never handled at the same time.
   */
  handleUpdate(update: unknown): Promise<void>;
}

const updateSchema = z.looseObject({ update_id: z.number().int() });

/** Only the id is checked: updates come from Telegram, and grammY checks that a field is there before it reads it. */
function isUpdate(value: unknown): value is Update {
  return updateSchema.safeParse(value).success;
}

/** The chat: everything between an update and the services. */
export function createBot(input: CreateBotInput): ShopBot {
  const { logger } = input;
  const bot = new Bot<ShopContext>(input.token, {
    client: clientOptions(input),
  });
  bot.use(createPayments(input), createMembership(input));
  const inPlace = createInPlace(input);
  bot.errorBoundary(tellFailure(input)).use(createInline(input));
  bot.use(
    operatorsGroup({ door: input.desk.door, chatId: input.operatorsChat, logger }),
    privateOnly(logger),
  );
  const early = createEarlyAnswers({ api: bot.api, clock: input.clock, logger });
  bot.errorBoundary(tellFailure(input)).use(compose(input, { early, inPlace }));
  return {
    api: bot.api,
    setUp: async () => {
      bot.botInfo = await bot.api.getMe();
    },
    introduce: () => introduce(bot.api),
    stop: async () => {
      early.stop();
      await inPlace.stop();
    },
    answerEarly: early.answer,
    handleUpdate: async (update) => {
      if (!isUpdate(update)) {
        logger.warn({}, "dropped something that is no update");
        return;
      }
      await bot.handleUpdate(update);
    },
  };
}

/** Tells the person that something failed on our side. Of the update only its number is logged. */
function tellFailure(deps: Pick<BotDeps, "logger" | "buyers">): ErrorHandler<ShopContext> {
  return async ({ error, ctx }) => {
    const { logger } = deps;
    if (isBlocked(error) && ctx.from) {
      await deps.buyers.markBlocked(ctx.from.id);
      return;
    }
    if (!(error instanceof ShopError))
      logger.error({ ...loggable(error), updateId: ctx.update.update_id }, "update failed");
    if (ctx.inlineQuery) return;
    const texts = textsFor(ctx.buyer?.language ?? pickLanguage(ctx.from?.language_code));
    const text = error instanceof ShopError ? texts.errors[error.code] : texts.messages.somethingWrong;
    await apologise(logger, ctx, messageOptions(noticeCard(texts, text)), text);
  };
}

async function apologise(
  logger: Logger,
  ctx: Context,
  options: ReturnType<typeof messageOptions>,
  text: string,
): Promise<void> {
  try {
    await ctx.reply(text, options);
  } catch (error) {
    // Perhaps Telegram is what failed in the first place. The buyer can try again.
    logger.warn(
      { ...loggable(error), updateId: ctx.update.update_id },
      "could not tell a buyer about a failure",
    );
  }
}
