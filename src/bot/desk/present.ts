import { type Api, InputFile } from "grammy";
import type { InlineKeyboardButton } from "grammy/types";
import { type Card, isTooLong, linkButton, messageOptions } from "../cards/card.ts";
import { shorten } from "../cards/label.ts";
import type { ShopContext } from "../context.ts";
import { removeMessage } from "../navigation.ts";
import { isBlocked, isNotModified, isRefused } from "../telegram-errors.ts";
import { encodePlace, type Place } from "./place.ts";
import type { DeskCard, DeskFile } from "./screen.ts";

const MAX_LABEL = 48;
/** Telegram's bound for the text under a picture. */
const MAX_CAPTION = 1024;

/** A button that leads into the desk, for messages that operators get. */
export function deskTap(label: string, to: Place): InlineKeyboardButton {
  return { text: shorten(label, MAX_LABEL), callback_data: encodePlace(to) };
}

/** The card as a message with its buttons. */
export function deskCard({ html, rows }: DeskCard): Card {
  return {
    text: bounded(html),
    keyboard: rows.map((row) =>
      row.map((button) =>
        "url" in button
          ? linkButton(shorten(button.label, MAX_LABEL), button.url)
          : deskTap(button.label, button.to),
      ),
    ),
  };
}

/** Whole lines only: no tag goes over two of them. */
function bounded(html: string): string {
  if (!isTooLong(html)) return html;
  const kept: string[] = [];
  for (const line of html.split("\n")) {
    if (isTooLong([...kept, line, "…"].join("\n"))) break;
    kept.push(line);
  }
  return [...kept, "…"].join("\n");
}

/** Shows the card where the tap came from. Anything else, and what cannot be edited, gets a new message. */
export async function present(ctx: ShopContext, shown: DeskCard): Promise<void> {
  const card = deskCard(shown);
  const options = messageOptions(card);
  const tapped = ctx.callbackQuery?.message;
  const chatId = ctx.chat?.id;
  if (
    shown.photoFileId &&
    chatId !== undefined &&
    (await sendPhoto(ctx.api, chatId, shown.photoFileId, card))
  ) {
    if (tapped) await removeMessage(ctx, tapped.message_id);
    return;
  }
  if (tapped && (await edit(ctx, card.text, options))) return;
  await ctx.reply(card.text, options);
}

/** Shows the card in a chat, as a new message. */
export async function presentIn(api: Api, chatId: number, shown: DeskCard): Promise<void> {
  const card = deskCard(shown);
  if (shown.photoFileId && (await sendPhoto(api, chatId, shown.photoFileId, card))) return;
  await api.sendMessage(chatId, card.text, messageOptions(card));
}

/** False: the message is not one whose text can be changed. */
async function edit(
  ctx: ShopContext,
  text: string,
  options: ReturnType<typeof messageOptions>,
): Promise<boolean> {
  try {
    await ctx.editMessageText(text, options);
    return true;
  } catch (error) {
    if (isNotModified(error)) return true;
    if (isRefused(error)) return false;
    throw error;
  }
}

/** False: the picture is gone, or the text is too long for it. */
async function sendPhoto(api: Api, chatId: number, fileId: string, card: Card): Promise<boolean> {
  if (card.text.length > MAX_CAPTION) return false;
  const { parse_mode, reply_markup } = messageOptions(card);
  try {
    await api.sendPhoto(chatId, fileId, { caption: card.text, parse_mode, reply_markup });
    return true;
  } catch (error) {
    if (isRefused(error) && !isBlocked(error)) return false;
    throw error;
  }
}

export async function sendFile(
  ctx: ShopContext,
  { name, caption, isPicture, read }: DeskFile,
): Promise<void> {
  const file = new InputFile(read, name);
  const options = { caption, parse_mode: "HTML" as const };
  if (isPicture) await ctx.replyWithPhoto(file, options);
  else await ctx.replyWithDocument(file, options);
}
