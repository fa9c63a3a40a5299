import { Composer, type Context } from "grammy";
import { pickLanguage, textsFor } from "../../texts/index.ts";
import type { BotDeps } from "../bot-deps.ts";
import { isRefused, loggable } from "../telegram-errors.ts";

/**
 * Stars payments. They come before every other feature and outside the error boundary: a pre-checkout must be
 * answered within 10 seconds, and the update of a payment that could not be confirmed must fail, so that it is tried
 * again.
 */
export function createPayments(deps: Pick<BotDeps, "topups" | "logger">): Composer<Context> {
  const { topups, logger } = deps;
  const composer = new Composer();

  composer.on("pre_checkout_query", async (ctx) => {
    const query = ctx.preCheckoutQuery;
    const { errors } = textsFor(pickLanguage(ctx.from.language_code));
    const check = { payload: query.invoice_payload, telegramId: query.from.id };
    const answer = await topups
      .checkStars({ ...check, stars: query.total_amount, currency: query.currency })
      .catch((error: unknown) => {
        logger.error({ ...loggable(error) }, "pre-checkout failed");
        return { ok: false, code: "internal" } as const;
      });
    try {
      if (answer.ok) await ctx.answerPreCheckoutQuery(true);
      else await ctx.answerPreCheckoutQuery(false, errors[answer.code]);
    } catch (error) {
      // "Query is too old": nothing can be paid any more. Where no answer came, the update is delivered again.
      if (!isRefused(error)) throw error;
      logger.warn({ ...loggable(error) }, "a pre-checkout could not be answered in time");
    }
  });

  composer.on("message:successful_payment", async (ctx) => {
    const payment = ctx.message.successful_payment;
    if (payment.currency !== "XTR") {
      logger.warn({ currency: payment.currency }, "payment in a currency that we never asked for");
      return;
    }
    await topups.confirmStars({ chargeId: payment.telegram_payment_charge_id, direction: "in" });
  });

  composer.on("message:refunded_payment", async (ctx) => {
    const { telegram_payment_charge_id: chargeId } = ctx.message.refunded_payment;
    await topups.confirmStars({ chargeId, direction: "out" });
  });
  return composer;
}

/** A person stopped the bot, or took that back. */
export function createMembership(deps: Pick<BotDeps, "buyers">): Composer<Context> {
  const composer = new Composer();
  composer.on("my_chat_member", async (ctx) => {
    if (ctx.chat.type !== "private") return;
    const isBlocked = ctx.myChatMember.new_chat_member.status === "kicked";
    if (isBlocked) await deps.buyers.markBlocked(ctx.chat.id);
    else await deps.buyers.unmarkBlocked(ctx.chat.id);
  });
  return composer;
}
