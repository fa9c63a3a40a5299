import type { MiddlewareFn } from "grammy";
import { pickLanguage, textsFor } from "../../texts/index.ts";
import type { BotDeps } from "../bot-deps.ts";
import { messageOptions } from "../cards/card.ts";
import { noticeCard } from "../cards/home.ts";
import type { ShopContext } from "../context.ts";

/** Finds or makes the buyer, and sets the language of the answer. */
export function meetBuyer({
  buyers,
  pauseWords,
}: Pick<BotDeps, "buyers" | "pauseWords">): MiddlewareFn<ShopContext> {
  return async (ctx, next) => {
    if (!ctx.from) return;
    const language = pickLanguage(ctx.from.language_code);
    const { conversation, chosen, ...buyer } = await buyers.meet({
      telegramId: ctx.from.id,
      language,
      username: ctx.from.username ?? null,
      firstName: ctx.from.first_name,
    });
    ctx.buyer = buyer;
    ctx.storedConversation = conversation;
    ctx.storedChoice = chosen;
    const texts = textsFor(ctx.buyer.language);
    ctx.texts = { ...texts, errors: pauseWords.in(texts.errors, texts.language) };
    await next();
  };
}

/** What a banned buyer may still use: their money, their records, their rights and the way to complain. */
const openToBanned = ["balance", "orders", "paysupport", "privacy", "terms", "help"] as const;
const tapsOpenToBanned: readonly string[] = [
  "balance",
  "orders",
  "order",
  "receipt",
  "ordersFile",
  "balanceFile",
  "cancel",
  "keepWaiting",
  "another",
  "finish",
  "forgetAsk",
  "forgetSure",
  "forgetNow",
  "keep",
  "support",
  "leaveQuestion",
  "sendToShop",
  "dismiss",
];

/** Banned buyers cannot begin anything new. They can still handle their open orders. */
export function stopBanned(): MiddlewareFn<ShopContext> {
  return async (ctx, next) => {
    const isOpen =
      ctx.buyer.bannedAt === null ||
      ctx.hasCommand([...openToBanned]) ||
      (ctx.action !== undefined && tapsOpenToBanned.includes(ctx.action.kind));
    if (isOpen) return await next();
    const card = noticeCard(ctx.texts, ctx.texts.errors.buyer_banned);
    await ctx.answerTap(ctx.texts.errors.buyer_banned);
    if (ctx.message || ctx.isAnsweredEarly)
      await ctx.reply(card.text, { ...messageOptions(card), reply_markup: { inline_keyboard: [] } });
  };
}
