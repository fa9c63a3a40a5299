import type { User } from "grammy/types";
import type { NewMessage } from "./chat-state.ts";
import { typedText } from "./entities.ts";
import { type PaymentOutcome, pay } from "./payments.ts";
import { type ChatStatus, privateChat } from "./people.ts";
import { type ButtonChoice, type PressResult, payMessage, press, pressData } from "./press.ts";
import { toTranscript } from "./transcript.ts";
import type { Content, StoredMessage, TranscriptMessage } from "./types.ts";
import { DEFAULT_WAIT_MS, type MessageMatch, type WaitOptions, waitForMessage, within } from "./watch.ts";
import { toUnix } from "./wire.ts";
import type { InlineAnswer, InlineResult, World } from "./world.ts";

/** A message by what the transcript shows of it, or by its id in the private chat. */
type MessageRef = number | { readonly chatId: number; readonly messageId: number };

interface SendOptions {
  /** A group's id; the private chat when left out. */
  readonly chatId?: number;
  readonly replyToMessageId?: number;
  readonly forwardedFrom?: { readonly user: User };
}

/** One person with a Telegram client. */
export interface PretendUser {
  readonly id: number;
  readonly user: User;
  /** Sends a text; `/words` become commands. Throws while the user has the bot blocked. */
  send(text: string, options?: SendOptions): TranscriptMessage;
  /** `/start`, with a deep-link payload if given; lifts a block first, as the client's "Restart" does. */
  start(payload?: string): TranscriptMessage;
  sendPhoto(bytes: Uint8Array, caption?: string): TranscriptMessage;
  /** Changes one of the user's own texts; the bot gets `edited_message`. */
  edit(message: MessageRef, text: string): TranscriptMessage;
  press(message: MessageRef, choice: ButtonChoice, options?: { timeoutMs?: number }): Promise<PressResult>;
  pressData(message: MessageRef, data: string, options?: { timeoutMs?: number }): Promise<PressResult>;
  /** Pays an invoice message or link. `deliver: false` books the Stars but loses the update. */
  payInvoice(invoice: MessageRef | string, options?: { deliver?: boolean }): Promise<PaymentOutcome>;
  /** Asks the bot inline; undefined when it does not answer within the real time cap. */
  inlineQuery(
    query: string,
    options?: { offset?: string; timeoutMs?: number },
  ): Promise<InlineAnswer | undefined>;
  /** Posts a result of an inline query into the private chat. */
  chooseInlineResult(result: InlineResult): TranscriptMessage;
  block(): void;
  unblock(): void;
  /** The account is gone: sends to it are refused with "user is deactivated". */
  deactivate(): void;
  /** Deletes a message for both sides. Later edits of it are refused. */
  deleteMessage(message: MessageRef): void;
  messages(chatId?: number): TranscriptMessage[];
  lastMessage(): TranscriptMessage | undefined;
  /** The message as it is now; throws when it is gone. */
  message(message: MessageRef): TranscriptMessage;
  waitForMessage(match: MessageMatch, options?: WaitOptions): Promise<TranscriptMessage>;
}

export function createPretendUser(world: World, user: User, status: ChatStatus = "new"): PretendUser {
  world.chats.open(privateChat(user), status);
  const client = createClient(world, user);
  const locate = (message: MessageRef): { chatId: number; messageId: number } =>
    typeof message === "number" ? { chatId: user.id, messageId: message } : message;
  const get = (ref: MessageRef): StoredMessage => {
    const { chatId, messageId } = locate(ref);
    const found = world.chats.get(chatId, messageId);
    if (!found) throw new Error(`Message ${messageId} is not in the chat`);
    return found;
  };

  return {
    id: user.id,
    user,
    ...client,
    edit(message, text) {
      const edited = world.chats.edit(get(message), { kind: "text", body: typedText(text) }, undefined);
      world.queue.push("edited_message", world.wire(edited), String(user.id));
      return toTranscript(edited);
    },
    press: (message, choice, options) => press(world, user, locate(message), choice, options),
    pressData: (message, data, options) => pressData(world, user, locate(message), data, options),
    async payInvoice(invoice, options = {}) {
      const deliver = options.deliver ?? true;
      if (typeof invoice !== "string") return payMessage(world, user, get(invoice), { deliver });
      const linked = world.invoiceLinks.get(invoice);
      if (!linked) throw new Error("No invoice has this link");
      return pay(world, user, linked, { message: undefined, deliver });
    },
    async inlineQuery(query, options = {}) {
      const { id, answered } = world.inlineQueries.open();
      const offset = options.offset ?? "";
      world.queue.push(
        "inline_query",
        { id, from: user, query, offset, chat_type: "sender" },
        `inline:${user.id}`,
      );
      return within(answered, options.timeoutMs ?? DEFAULT_WAIT_MS);
    },
    deleteMessage(message) {
      const { chatId, messageId } = locate(message);
      world.chats.remove(chatId, messageId, "user");
    },
    messages: (chatId = user.id) => world.chats.list(chatId).map(toTranscript),
    lastMessage() {
      const last = world.chats.list(user.id).at(-1);
      return last && toTranscript(last);
    },
    message: (message) => toTranscript(get(message)),
    waitForMessage: (match, options) => waitForMessage(world, user.id, match, options),
  };
}

type Client = Pick<
  PretendUser,
  "send" | "start" | "sendPhoto" | "chooseInlineResult" | "block" | "unblock" | "deactivate"
>;

/** The actions that write to the chat or change whether the bot can reach the user. */
function createClient(world: World, user: User): Client {
  const { chats, queue } = world;

  const post = (
    content: Content,
    options: SendOptions & Pick<NewMessage, "viaBot" | "buttons">,
  ): TranscriptMessage => {
    const chatId = options.chatId ?? user.id;
    if (chats.status(chatId) === "blocked") throw new Error("The user has blocked the bot");
    if (chatId === user.id) chats.setStatus(chatId, "open");
    const message = chats.add(chatId, {
      from: user,
      content,
      replyToMessageId: options.replyToMessageId,
      buttons: options.buttons,
      viaBot: options.viaBot ?? false,
      ...(options.forwardedFrom ? { forwardedFrom: options.forwardedFrom.user } : {}),
    });
    queue.push("message", world.wire(message), String(chatId));
    return toTranscript(message);
  };
  const setBlocked = (blocked: boolean): void => {
    const status = blocked ? "blocked" : "open";
    if (chats.status(user.id) === status) return;
    chats.setStatus(user.id, status);
    const member = (isMember: boolean): object =>
      isMember ? { status: "member", user: world.bot } : { status: "kicked", user: world.bot, until_date: 0 };
    const change = {
      chat: privateChat(user),
      from: user,
      date: toUnix(world.clock.now()),
      old_chat_member: member(blocked),
      new_chat_member: member(!blocked),
    };
    queue.push("my_chat_member", change, String(user.id));
  };

  return {
    send: (text, options = {}) => post({ kind: "text", body: typedText(text) }, options),
    start(payload) {
      if (chats.status(user.id) === "blocked") setBlocked(false);
      const text = payload === undefined ? "/start" : `/start ${payload}`;
      return post({ kind: "text", body: typedText(text) }, {});
    },
    sendPhoto(bytes, caption = "") {
      const fileId = world.files.add(bytes, "jpg");
      return post({ kind: "photo", fileId, body: typedText(caption) }, {});
    },
    chooseInlineResult: (result) => post(result.content, { viaBot: true, buttons: result.buttons }),
    block: () => setBlocked(true),
    unblock: () => setBlocked(false),
    deactivate: () => chats.setStatus(user.id, "deactivated"),
  };
}
