import { type Context, GrammyError, type MiddlewareFn } from "grammy";
import type { Logger } from "../../core/logger.ts";
import { pickLanguage, textsFor } from "../../texts/index.ts";
import { messageOptions } from "../cards/card.ts";
import { groupCard } from "../cards/home.ts";

/**
 * Lets through messages and taps of private chats, and nothing else: edited messages were answered when they were
 * new, and a group would show numbers and codes to everyone in it. Commands in groups get a way here.
 */
export function privateOnly(logger: Logger): MiddlewareFn<Context> {
  return async (ctx, next) => {
    if (!ctx.message && !ctx.callbackQuery) return;
    if (!ctx.from || ctx.from.is_bot) return;
    if (ctx.chat?.type === "private") return await next();
    const texts = textsFor(pickLanguage(ctx.from.language_code));
    try {
      if (ctx.callbackQuery) {
        await ctx.answerCallbackQuery({ text: texts.toasts.writePrivately, show_alert: true });
      } else if (ctx.has("::bot_command")) {
        const card = groupCard(texts, ctx.me.username);
        await ctx.reply(card.text, messageOptions(card));
      }
    } catch (error) {
      // Groups may forbid the bot to write; there is nobody else to tell.
      if (!(error instanceof GrammyError)) throw error;
      logger.debug({ errorCode: error.error_code }, "could not answer in a group");
    }
  };
}
