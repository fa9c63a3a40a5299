import { GrammyError, type MiddlewareFn } from "grammy";
import type { Logger } from "../../core/logger.ts";
import { decodeAction } from "../callback-data.ts";
import type { Screens, ShopContext } from "../context.ts";
import type { EarlyAnswers } from "../early-answers.ts";

/** A toast holds 200 characters. */
const MAX_TOAST = 200;

/** Decodes the pressed button, and answers every tap exactly once, whatever a feature does. */
export function readAndAnswerTaps(
  logger: Logger,
  screens: Screens,
  early: EarlyAnswers,
): MiddlewareFn<ShopContext> {
  return async (ctx, next) => {
    const data = ctx.callbackQuery?.data;
    ctx.action = data === undefined ? undefined : decodeAction(data);
    ctx.topup = undefined;
    ctx.screens = screens;
    const { callbackQuery: query } = ctx;
    ctx.isAnsweredEarly = query !== undefined && early.take(query.id);
    let isAnswered = query === undefined || ctx.isAnsweredEarly;
    ctx.answerTap = async (text) => {
      if (isAnswered) return;
      isAnswered = true;
      try {
        await ctx.answerCallbackQuery(text === undefined ? {} : { text: text.slice(0, MAX_TOAST) });
      } catch (error) {
        // "query is too old": the buyer no longer sees a spinner. What the tap asked for is still done.
        if (!(error instanceof GrammyError)) throw error;
        logger.debug({ errorCode: error.error_code }, "a tap could not be answered");
      }
    };
    try {
      await next();
    } finally {
      await ctx.answerTap();
    }
  };
}
