import { GrammyError } from "grammy";
import type { InlineKeyboardMarkup, Message } from "grammy/types";
import type { Buyers } from "../buyers/buyers.ts";
import { type Card, messageOptions } from "./cards/card.ts";
import type { ShopContext } from "./context.ts";
import { isGone, isNotModified } from "./telegram-errors.ts";

export interface Navigation {
  /**
   * Shows a menu in the chat's one navigation card. A tap on that card edits it. Anything else (typed text, or a tap
   * on another message) gets a new card, and the old card is deleted.
   */
  show(ctx: ShopContext, card: Card): Promise<void>;
  /** The same for a menu of the menu plugin. */
  showMenu(ctx: ShopContext, text: string, menu: InlineKeyboardMarkup): Promise<void>;
}

interface Options {
  readonly parse_mode: "HTML";
  readonly reply_markup: InlineKeyboardMarkup;
}

export function createNavigation(buyers: Buyers): Navigation {
  const present = async (ctx: ShopContext, text: string, options: Options): Promise<void> => {
    const previous = ctx.buyer.navigationMessageId;
    const tapped = ctx.callbackQuery?.message?.message_id ?? null;
    if (tapped !== null && tapped === previous && (await edit(ctx, text, options))) return;
    const sent = await ctx.reply(text, options);
    ctx.buyer = { ...ctx.buyer, navigationMessageId: sent.message_id };
    await buyers.setNavigationMessage(ctx.buyer.id, sent.message_id);
    if (previous !== null) await removeMessage(ctx, previous);
  };
  return {
    show: (ctx, card) => present(ctx, card.text, messageOptions(card)),
    showMenu: (ctx, text, menu) => present(ctx, text, { parse_mode: "HTML", reply_markup: menu }),
  };
}

/** Sends an answer that stays in the chat as it is, as a reply to `replyTo` if that message is still there. */
export async function say(ctx: ShopContext, card: Card, replyTo?: number): Promise<Message> {
  const reply =
    replyTo === undefined
      ? {}
      : { reply_parameters: { message_id: replyTo, allow_sending_without_reply: true } };
  return await ctx.reply(card.text, { ...messageOptions(card), ...reply });
}

/** False: the message cannot be edited any more. */
async function edit(ctx: ShopContext, text: string, options: Options): Promise<boolean> {
  try {
    await ctx.editMessageText(text, options);
    return true;
  } catch (error) {
    if (isNotModified(error)) return true;
    if (isGone(error)) return false;
    throw error;
  }
}

/** Removes the buttons of the tapped message, if Telegram lets us. */
export async function removeButtons(ctx: ShopContext): Promise<void> {
  await bestEffort(() => ctx.editMessageReplyMarkup());
}

/** Messages older than 48 hours, or already gone, stay as they are. */
export async function removeMessage(ctx: ShopContext, messageId: number): Promise<void> {
  const chatId = ctx.chat?.id;
  if (chatId !== undefined) await bestEffort(() => ctx.api.deleteMessage(chatId, messageId));
}

/** For tidying up: it does not matter when Telegram refuses. A lost connection is still an error. */
async function bestEffort(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof GrammyError)) throw error;
  }
}
