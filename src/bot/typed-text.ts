import type { Context } from "grammy";
import type { Message } from "grammy/types";

const MAX_TEXT = 2000;

/** What a person wrote: a text or the words under a picture. Empty: nothing. */
export function typedText(message: Pick<Message, "text" | "caption"> | undefined): string {
  return (message?.text ?? message?.caption ?? "").trim().slice(0, MAX_TEXT);
}

/** The text that the tapped message is a reply to; empty when it is gone. */
export function repliedText(ctx: Context): string {
  const message = ctx.callbackQuery?.message;
  // Telegram tells nothing but the id of a message that it cannot reach any more: its date is 0.
  return message === undefined || message.date === 0 ? "" : typedText(message.reply_to_message);
}
