import { z } from "zod";
import { badRequest } from "../errors.ts";
import { chatId, optionalInteger, text } from "../params.ts";
import { type MethodTable, method } from "./method.ts";

const MAX_NAME = 128;
/** "one of" the six colours that the Bot API names; this one where none is asked for. */
const DEFAULT_COLOR = 0x6fb9f0;

/** The topic begins with a service message, whose id names it; the bot gets no update of its own message. */
const createForumTopic = method(
  z.object({ chat_id: chatId, name: text, icon_color: optionalInteger }),
  (world, params) => {
    const chat = world.chats.writable(params.chat_id);
    if (params.name.length > MAX_NAME) throw badRequest("TOPIC_TITLE_INVALID");
    if (!world.forums.isForum(chat.id)) throw badRequest("the chat is not a forum");
    const threadId = world.chats.takeMessageId();
    world.forums.create(chat.id, { threadId, name: params.name });
    return {
      message_thread_id: threadId,
      name: params.name,
      icon_color: params.icon_color ?? DEFAULT_COLOR,
    };
  },
);

export const forumMethods: MethodTable = { createForumTopic };
