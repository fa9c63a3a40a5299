import type { User } from "grammy/types";
import type { Clock } from "../../src/core/clock.ts";
import { badRequest, refusals } from "./errors.ts";
import type { EventHub } from "./events.ts";
import type { ChatStatus, WireChat } from "./people.ts";
import { toTranscript } from "./transcript.ts";
import type { ButtonRows, Content, StoredMessage } from "./types.ts";

/** Beyond this the oldest messages of a chat are dropped, as if they were deleted. */
const MAX_MESSAGES_PER_CHAT = 5_000;

export interface NewMessage {
  readonly from: User;
  readonly content: Content;
  readonly buttons?: ButtonRows | undefined;
  readonly replyKeyboard?: readonly (readonly string[])[] | undefined;
  readonly replyToMessageId?: number | undefined;
  /** The topic of a group that has them. */
  readonly threadId?: number | undefined;
  readonly forwardedFrom?: User;
  readonly viaBot?: boolean;
  readonly silent?: boolean;
}

interface ChatRecord {
  readonly chat: WireChat;
  status: ChatStatus;
  readonly messages: Map<number, StoredMessage>;
}

export interface ChatStore {
  open(chat: WireChat, status: ChatStatus): void;
  status(chatId: number): ChatStatus | undefined;
  setStatus(chatId: number, status: ChatStatus): void;
  /** The chat, if the bot may read it; throws "chat not found". */
  find(chatId: unknown): WireChat;
  /** The chat, if the bot may write there; throws 400 (unknown) or 403 (blocked, deactivated). */
  writable(chatId: unknown): WireChat;
  add(chatId: number, message: NewMessage): StoredMessage;
  /** An id for a message that nobody sees. */
  takeMessageId(): number;
  get(chatId: number, messageId: number): StoredMessage | undefined;
  /** Replaces content and buttons. Throws "message is not modified" if nothing would change. */
  edit(message: StoredMessage, content: Content, buttons: ButtonRows | undefined): StoredMessage;
  /** A change by Telegram itself (an invoice becomes a receipt): without an edit mark, and never refused. */
  replace(message: StoredMessage, content: Content): void;
  remove(chatId: number, messageId: number, by: "bot" | "user"): boolean;
  list(chatId: number): StoredMessage[];
}

/** Chats and their messages. Message ids grow over all chats, as they do for one Telegram account. */
export function createChatStore(deps: { clock: Clock; events: EventHub }): ChatStore {
  const { clock, events } = deps;
  const chats = new Map<number, ChatRecord>();
  let lastMessageId = 0;

  const record = (chatId: number): ChatRecord => {
    const found = chats.get(chatId);
    if (!found) throw refusals.chatNotFound();
    return found;
  };
  const put = (message: StoredMessage, type: "message_sent" | "message_edited"): StoredMessage => {
    const { messages } = record(message.chatId);
    messages.set(message.messageId, message);
    const oldest = messages.keys().next().value;
    if (messages.size > MAX_MESSAGES_PER_CHAT && oldest !== undefined) messages.delete(oldest);
    events.emit({ type, message: toTranscript(message) });
    return message;
  };
  const find = (rawChatId: unknown): ChatRecord => {
    if (rawChatId === undefined || rawChatId === "") throw badRequest("chat_id is empty");
    const found = chats.get(Number(rawChatId));
    if (!found || found.status === "new") throw refusals.chatNotFound();
    return found;
  };

  return {
    open(chat, status) {
      if (!chats.has(chat.id)) chats.set(chat.id, { chat, status, messages: new Map() });
    },
    status: (chatId) => chats.get(chatId)?.status,
    setStatus(chatId, status) {
      record(chatId).status = status;
    },
    find: (chatId) => find(chatId).chat,
    writable(chatId) {
      const { chat, status } = find(chatId);
      if (status === "blocked") throw refusals.blocked();
      if (status === "deactivated") throw refusals.deactivated();
      if (status === "kicked") throw refusals.kicked();
      return chat;
    },
    add(chatId, message) {
      lastMessageId += 1;
      return put(toStored(message, chatId, lastMessageId, clock.now()), "message_sent");
    },
    takeMessageId() {
      lastMessageId += 1;
      return lastMessageId;
    },
    get: (chatId, messageId) => chats.get(chatId)?.messages.get(messageId),
    edit(message, content, buttons) {
      if (same(message.content, content) && same(message.buttons, buttons)) throw refusals.notModified();
      const next = { content, buttons, editedAt: clock.now(), revision: message.revision + 1 };
      return put({ ...message, ...next }, "message_edited");
    },
    replace(message, content) {
      put({ ...message, content, revision: message.revision + 1 }, "message_edited");
    },
    remove(chatId, messageId, by) {
      const removed = chats.get(chatId)?.messages.delete(messageId) ?? false;
      if (removed) events.emit({ type: "message_deleted", chatId, messageId, by });
      return removed;
    },
    list: (chatId) => [...(chats.get(chatId)?.messages.values() ?? [])],
  };
}

function toStored(message: NewMessage, chatId: number, messageId: number, sentAt: Date): StoredMessage {
  return {
    messageId,
    chatId,
    from: message.from,
    sentAt,
    content: message.content,
    buttons: message.buttons,
    replyKeyboard: message.replyKeyboard,
    replyToMessageId: message.replyToMessageId,
    threadId: message.threadId,
    forwardedFrom: message.forwardedFrom,
    viaBot: message.viaBot ?? false,
    silent: message.silent ?? false,
    editedAt: undefined,
    revision: 1,
  };
}

/** Both sides were built by the same parser, so their keys come in the same order. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
