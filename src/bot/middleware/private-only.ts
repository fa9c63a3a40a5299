import { type Context, GrammyError, type MiddlewareFn } from "grammy";
import type { Logger } from "../../core/logger.ts";
import { pickLanguage, textsFor } from "../../texts/index.ts";
import { messageOptions } from "../cards/card.ts";
import { groupCard } from "../cards/home.ts";
import { listedCommands } from "../command-menu.ts";

/**
 * Lets only messages and taps of private chats through. Edited messages were answered when they were new, and in a
 * group everybody would see numbers and codes. A command for us in a group is answered with a link to the private chat.
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
      } else if (isForUs(ctx)) {
        const card = groupCard(texts, ctx.me.username);
        await ctx.reply(card.text, messageOptions(card));
      }
    } catch (error) {
      // The group may not let the bot write.
      if (!(error instanceof GrammyError)) throw error;
      logger.debug({ errorCode: error.error_code }, "could not answer in a group");
    }
  };
}

/** What may be typed in a group without naming us. */
const ownCommands: readonly string[] = [...listedCommands, "start", "settings"];

const COMMAND = /^\/([a-z0-9_]+)(?:@([a-z0-9_]+))?(?!\S)/i;

/** "/anything@our_bot", or a command of ours that names no bot. What names another bot is for that one. */
function isForUs(ctx: Context): boolean {
  const [, command, bot] = COMMAND.exec(ctx.message?.text ?? "") ?? [];
  if (command === undefined) return false;
  return bot === undefined
    ? ownCommands.includes(command.toLowerCase())
    : bot.toLowerCase() === ctx.me.username.toLowerCase();
}
