import { z } from "zod";
import type { NewMessage } from "../chat-state.ts";
import { CAPTION_TEXT, formatText, MESSAGE_TEXT } from "../entities.ts";
import { badRequest } from "../errors.ts";
import { parseReplyMarkup } from "../keyboard.ts";
import { chatId, flag, integer, json, optionalInteger, optionalText, text } from "../params.ts";
import type { Content, FormattedText, StoredMessage } from "../types.ts";
import type { World } from "../world.ts";
import { type CallContext, type MethodTable, method } from "./method.ts";

const replySchema = z.object({ message_id: integer, allow_sending_without_reply: flag }).optional();

/** Parameters that every method that sends has. */
export const sendFields = {
  chat_id: chatId,
  disable_notification: flag,
  message_thread_id: optionalInteger,
  reply_parameters: json(replySchema),
  reply_markup: json(z.unknown()),
};

const captionFields = {
  caption: optionalText,
  parse_mode: optionalText,
  caption_entities: json(z.unknown()),
};

interface SendParams {
  readonly chat_id: string | number;
  readonly disable_notification: boolean;
  readonly message_thread_id?: number | undefined;
  readonly reply_parameters?: z.infer<typeof replySchema>;
  readonly reply_markup?: unknown;
}

const ACTIONS = new Set([
  "typing",
  "upload_photo",
  "record_video",
  "upload_video",
  "record_voice",
  "upload_voice",
  "upload_document",
  "choose_sticker",
  "find_location",
  "record_video_note",
  "upload_video_note",
]);

/** Adds a message of the bot to the chat. Throws Telegram's refusal of the chat, the reply or the keyboard. */
export function send(
  world: World,
  params: SendParams,
  content: Content,
  extra: Pick<NewMessage, "forwardedFrom"> = {},
): StoredMessage {
  const markup = parseReplyMarkup(params.reply_markup, { onInvoice: content.kind === "invoice" });
  const chat = world.chats.writable(params.chat_id);
  world.forums.check(chat.id, params.message_thread_id);
  const reply = params.reply_parameters;
  const hasOriginal = reply !== undefined && world.chats.get(chat.id, reply.message_id) !== undefined;
  if (reply && !hasOriginal && !reply.allow_sending_without_reply) {
    throw badRequest("message to be replied not found");
  }
  world.rateLimit.spend(chat.id, "send");
  return world.chats.add(chat.id, {
    ...extra,
    from: world.bot,
    content,
    buttons: markup.inline,
    replyKeyboard: markup.replyKeyboard,
    replyToMessageId: hasOriginal ? reply?.message_id : undefined,
    silent: params.disable_notification,
    threadId: params.message_thread_id,
  });
}

const sendMessage = method(
  z.object({
    ...sendFields,
    text,
    parse_mode: optionalText,
    entities: json(z.unknown()),
    link_preview_options: json(z.unknown()),
  }),
  (world, params) => {
    const body = formatText(
      params.text,
      { parseMode: params.parse_mode, entities: params.entities },
      MESSAGE_TEXT,
    );
    return world.wire(send(world, params, { kind: "text", body }));
  },
);

const sendPhoto = method(
  z.object({ ...sendFields, ...captionFields, photo: optionalText }),
  (world, params, context) => {
    const { fileId } = storedFile(world, context, "photo", params.photo, "jpg");
    return world.wire(send(world, params, { kind: "photo", fileId, body: caption(params) }));
  },
);

const sendDocument = method(
  z.object({ ...sendFields, ...captionFields, document: optionalText }),
  (world, params, context) => {
    const { fileId, fileName } = storedFile(world, context, "document", params.document, "bin");
    return world.wire(send(world, params, { kind: "document", fileId, fileName, body: caption(params) }));
  },
);

const copyMessage = method(
  z.object({ ...sendFields, ...captionFields, from_chat_id: chatId, message_id: integer }),
  (world, params) => {
    const original = visibleMessage(world, params.from_chat_id, params.message_id, "message to copy");
    const { content } = original;
    if (!("body" in content)) throw badRequest("message can't be copied");
    const body = params.caption === undefined || content.kind === "text" ? content.body : caption(params);
    return { message_id: send(world, params, { ...content, body }).messageId };
  },
);

const forwardMessage = method(
  z.object({ ...sendFields, from_chat_id: chatId, message_id: integer }),
  (world, params) => {
    const original = visibleMessage(world, params.from_chat_id, params.message_id, "message to forward");
    if (!("body" in original.content)) throw badRequest("message can't be forwarded");
    const forwardedFrom = original.forwardedFrom ?? original.from;
    return world.wire(
      send(world, { ...params, reply_markup: undefined }, original.content, { forwardedFrom }),
    );
  },
);

/** Bot API, deleteMessage: "A message can only be deleted if it was sent less than 48 hours ago." */
const DELETABLE_MS = 48 * 3_600_000;

const deleteMessage = method(z.object({ chat_id: chatId, message_id: integer }), (world, params) => {
  const message = visibleMessage(world, params.chat_id, params.message_id, "message to delete");
  if (world.clock.now().getTime() - message.sentAt.getTime() >= DELETABLE_MS)
    throw badRequest("message can't be deleted for everyone");
  return world.chats.remove(message.chatId, message.messageId, "bot");
});

const sendChatAction = method(
  z.object({ chat_id: chatId, action: text, message_thread_id: optionalInteger }),
  (world, params) => {
    world.chats.writable(params.chat_id);
    if (!ACTIONS.has(params.action.toLowerCase())) throw badRequest("wrong parameter action in request");
    return true;
  },
);

const getChat = method(z.object({ chat_id: chatId }), (world, params) => ({
  ...world.chats.find(params.chat_id),
  ...(world.forums.isForum(world.chats.find(params.chat_id).id) ? { is_forum: true } : {}),
  accent_color_id: 0,
  max_reaction_count: 11,
  accepted_gift_types: {
    unlimited_gifts: false,
    limited_gifts: false,
    unique_gifts: false,
    premium_subscription: false,
    gifts_from_channels: false,
  },
}));

export const messageMethods: MethodTable = {
  sendMessage,
  sendPhoto,
  sendDocument,
  copyMessage,
  forwardMessage,
  deleteMessage,
  sendChatAction,
  getChat,
  getFile: method(z.object({ file_id: text }), (world, params) => world.files.info(params.file_id)),
};

function caption(params: {
  caption?: string | undefined;
  parse_mode?: string | undefined;
  caption_entities?: unknown;
}): FormattedText {
  const options = { parseMode: params.parse_mode, entities: params.caption_entities };
  return formatText(params.caption ?? "", options, CAPTION_TEXT);
}

/** A message that the bot may edit or reply to. Throws "<what> not found". */
export function visibleMessage(
  world: World,
  rawChatId: string | number,
  messageId: number,
  what: string,
): StoredMessage {
  const message = world.chats.get(world.chats.find(rawChatId).id, messageId);
  if (!message) throw badRequest(`${what} not found`);
  return message;
}

/** A new upload (its own part, or `attach://part`), or a file that is there already. */
function storedFile(
  world: World,
  context: CallContext,
  field: string,
  value: string | undefined,
  extension: string,
): { fileId: string; fileName: string } {
  const part = value?.startsWith("attach://") ? value.slice("attach://".length) : field;
  const upload = context.files.get(part);
  if (upload) {
    const ownExtension = /\.(\w{1,8})$/.exec(upload.name)?.[1] ?? extension;
    return { fileId: world.files.add(upload.bytes, ownExtension), fileName: upload.name };
  }
  if (value === undefined || value.startsWith("attach://")) {
    throw badRequest(`there is no ${field} in the request`);
  }
  if (!world.files.has(value)) throw badRequest("wrong file identifier/HTTP URL specified");
  return { fileId: value, fileName: `file.${extension}` };
}
