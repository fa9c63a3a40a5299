import { z } from "zod";
import { CAPTION_TEXT, formatText, MESSAGE_TEXT } from "../entities.ts";
import { badRequest } from "../errors.ts";
import { parseReplyMarkup } from "../keyboard.ts";
import { chatId, integer, json, optionalText, text } from "../params.ts";
import type { ButtonRows, Content, StoredMessage } from "../types.ts";
import type { World } from "../world.ts";
import { visibleMessage } from "./messages.ts";
import { type MethodTable, method } from "./method.ts";

const editFields = {
  chat_id: chatId,
  message_id: integer,
  reply_markup: json(z.unknown()),
};

interface EditParams {
  readonly chat_id: string | number;
  readonly message_id: number;
  readonly reply_markup?: unknown;
}

/** Edits one of the bot's own messages. Without a keyboard in the call the old one is removed, as on Telegram. */
function edit(
  world: World,
  params: EditParams,
  change: (message: StoredMessage) => Content,
): Readonly<Record<string, unknown>> {
  const buttons = inlineOnly(params.reply_markup);
  const chat = world.chats.writable(params.chat_id);
  const message = visibleMessage(world, chat.id, params.message_id, "message to edit");
  if (message.from.id !== world.bot.id) throw badRequest("message can't be edited");
  const content = change(message);
  world.rateLimit.spend(chat.id, "edit");
  return world.wire(world.chats.edit(message, content, buttons));
}

function inlineOnly(rawMarkup: unknown): ButtonRows | undefined {
  const markup = parseReplyMarkup(rawMarkup);
  if (markup.replyKeyboard !== undefined) throw badRequest("inline keyboard expected");
  return markup.inline;
}

const editMessageText = method(
  z.object({ ...editFields, text, parse_mode: optionalText, entities: json(z.unknown()) }),
  (world, params) => {
    const options = { parseMode: params.parse_mode, entities: params.entities };
    const body = formatText(params.text, options, MESSAGE_TEXT);
    return edit(world, params, ({ content }) => {
      if (content.kind !== "text") throw badRequest("there is no text in the message to edit");
      return { ...content, body };
    });
  },
);

const editMessageCaption = method(
  z.object({
    ...editFields,
    caption: optionalText,
    parse_mode: optionalText,
    caption_entities: json(z.unknown()),
  }),
  (world, params) => {
    const options = { parseMode: params.parse_mode, entities: params.caption_entities };
    const body = formatText(params.caption ?? "", options, CAPTION_TEXT);
    return edit(world, params, ({ content }) => {
      if (content.kind !== "photo" && content.kind !== "document") {
        throw badRequest("there is no caption in the message to edit");
      }
      return { ...content, body };
    });
  },
);

const editMessageReplyMarkup = method(z.object(editFields), (world, params) =>
  edit(world, params, ({ content }) => content),
);

export const editMethods: MethodTable = { editMessageText, editMessageCaption, editMessageReplyMarkup };
