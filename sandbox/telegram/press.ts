import type { User } from "grammy/types";
import { type PaymentOutcome, pay } from "./payments.ts";
import { toTranscript } from "./transcript.ts";
import type { InlineButton, StoredMessage } from "./types.ts";
import { DEFAULT_WAIT_MS, within } from "./watch.ts";
import type { CallbackAnswer, World } from "./world.ts";

/** Selects a button by its label, its callback data or a condition. */
export type ButtonChoice = string | { readonly data: string } | ((button: InlineButton) => boolean);

export interface PressResult {
  /** The bot's answerCallbackQuery. Undefined: no answer in time, or a button without a callback. */
  readonly answer?: { readonly text?: string; readonly showAlert: boolean; readonly url?: string };
  /** The text of a copy button. */
  readonly copied?: string;
  /** The URL of a link button. */
  readonly url?: string;
  /** The query of a switch-inline button. */
  readonly inlineQuery?: string;
  readonly payment?: PaymentOutcome;
}

interface PressOptions {
  /** Real milliseconds to wait for the answer. */
  readonly timeoutMs?: number;
}

/** Presses a button that the message has now. Throws if there is none. */
export async function press(
  world: World,
  user: User,
  place: { readonly chatId: number; readonly messageId: number },
  choice: ButtonChoice,
  options: PressOptions = {},
): Promise<PressResult> {
  const message = world.chats.get(place.chatId, place.messageId);
  if (!message) throw new Error(`Message ${place.messageId} is not in the chat`);
  const buttons = toTranscript(message).buttons.flat();
  const button = buttons.find((candidate) => isChosen(candidate, choice));
  if (!button) {
    const labels = buttons.map(({ text }) => text).join(" | ");
    throw new Error(`No such button on message ${place.messageId}; it has: ${labels}`);
  }
  return act(world, user, message, button, options);
}

/** Sends callback data of no existing button, as a modified client can. */
export async function pressData(
  world: World,
  user: User,
  place: { readonly chatId: number; readonly messageId: number },
  data: string,
  options: PressOptions = {},
): Promise<PressResult> {
  const message = world.chats.get(place.chatId, place.messageId);
  const { id, answered } = world.callbacks.open();
  void answered.then((answer) => toast(world, user, answer));
  world.queue.push(
    "callback_query",
    {
      id,
      from: user,
      // Deleted messages reach the bot as inaccessible ones: no text, no buttons, date 0.
      message: message
        ? world.wire(message)
        : { chat: world.chats.find(place.chatId), message_id: place.messageId, date: 0 },
      chat_instance: String(place.chatId),
      data,
    },
    String(user.id),
  );
  const answer = await within(answered, options.timeoutMs ?? DEFAULT_WAIT_MS);
  return answer === undefined ? {} : { answer: toAnswer(answer) };
}

/** Pays an invoice message; `deliver: false` loses the successful_payment update. */
export async function payMessage(
  world: World,
  user: User,
  message: StoredMessage,
  options: { deliver: boolean },
): Promise<PaymentOutcome> {
  const { content } = message;
  if (content.kind !== "invoice") throw new Error(`Message ${message.messageId} is not an invoice`);
  if (content.paid) return { ok: false, errorMessage: "INVOICE_ALREADY_PAID" };
  // A forwarded invoice with a start parameter opens the bot instead of the payment sheet.
  if (message.chatId !== user.id && content.invoice.startParameter !== "") {
    return { ok: false, errorMessage: "FORWARDED_INVOICE_OPENS_BOT" };
  }
  return pay(world, user, content.invoice, { message, deliver: options.deliver });
}

async function act(
  world: World,
  user: User,
  message: StoredMessage,
  button: InlineButton,
  options: PressOptions,
): Promise<PressResult> {
  if (button.disabled) return {};
  if (button.callback_data !== undefined) {
    return pressData(world, user, message, button.callback_data, options);
  }
  if (button.pay) return { payment: await payMessage(world, user, message, { deliver: true }) };
  if (button.copy_text) return { copied: button.copy_text.text };
  const inlineQuery = button.switch_inline_query_current_chat ?? button.switch_inline_query;
  if (inlineQuery !== undefined) return { inlineQuery };
  const url = button.url ?? button.web_app?.url;
  return url === undefined ? {} : { url };
}

function isChosen(button: InlineButton, choice: ButtonChoice): boolean {
  if (typeof choice === "function") return choice(button);
  return typeof choice === "string" ? button.text === choice : button.callback_data === choice.data;
}

function toAnswer({ text, showAlert, url }: CallbackAnswer): NonNullable<PressResult["answer"]> {
  return { showAlert, ...(text === undefined ? {} : { text }), ...(url === undefined ? {} : { url }) };
}

function toast(world: World, user: User, answer: CallbackAnswer | undefined): void {
  if (answer?.text === undefined) return;
  world.events.emit({ type: "toast", userId: user.id, text: answer.text, showAlert: answer.showAlert });
}
