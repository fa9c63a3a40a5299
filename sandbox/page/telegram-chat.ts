import type {
  InlineButton,
  PretendTelegram,
  PretendUser,
  TelegramEvent,
  TranscriptMessage,
} from "../telegram/index.ts";
import type {
  ButtonStyle,
  ChatButton,
  ChatEvent,
  ChatMessage,
  ChatPerson,
  ChatServer,
  PaymentResult,
} from "./ports.ts";

export interface TelegramChat extends ChatServer {
  /** The chat of a user who exists already: the operator, by an id of ADMIN_IDS. */
  person(user: PretendUser): ChatPerson;
}

interface TelegramChatOptions {
  /** Shown above the first message. */
  readonly description: string;
}

/** How long the spinner of a pressed button is shown without an answer, in real time. */
const PRESS_TIMEOUT_MS = 10_000;
const STYLES: readonly ButtonStyle[] = ["primary", "success", "danger"];
const PAYMENT_PROBLEMS: Readonly<Record<string, string>> = {
  BOT_PRECHECKOUT_TIMEOUT: "The shop did not answer in time. Nothing was paid.",
  INVOICE_ALREADY_PAID: "This invoice is already paid.",
};

/** Adapts the pretend Telegram to the chat page. */
export function createTelegramChat(telegram: PretendTelegram, options: TelegramChatOptions): TelegramChat {
  return {
    profile: () => ({ name: telegram.bot.first_name, description: options.description }),
    commands: (userId) => telegram.commandsFor(telegram.user({ id: userId })),
    createPerson: ({ firstName, languageCode }) =>
      // Telegram's clients send the bare language for most languages.
      toPerson(telegram.user({ firstName, languageCode: languageCode.split("-")[0]?.toLowerCase() ?? "en" })),
    person: toPerson,
    subscribe: (listener) =>
      telegram.events.subscribe((event) => {
        const translated = toChatEvent(event);
        if (translated) listener(translated);
      }),
  };
}

function toPerson(user: PretendUser): ChatPerson {
  return {
    id: user.id,
    firstName: user.user.first_name,
    messages: () => user.messages().map(toChatMessage),
    async send(text) {
      user.send(text);
    },
    async press(messageId, row, column) {
      const data = user.message(messageId).buttons[row]?.[column]?.callback_data;
      if (data === undefined) return null;
      const { answer } = await user.pressData(messageId, data, { timeoutMs: PRESS_TIMEOUT_MS });
      return answer?.text ? { text: answer.text, isAlert: answer.showAlert } : null;
    },
    async pay(messageId): Promise<PaymentResult> {
      const outcome = await user.payInvoice(messageId);
      if (outcome.ok) return { ok: true };
      return { ok: false, errorMessage: PAYMENT_PROBLEMS[outcome.errorMessage] ?? outcome.errorMessage };
    },
  };
}

/** Converts an event for the page. Events of groups keep the group's id, so they match no person. */
function toChatEvent(event: TelegramEvent): ChatEvent | null {
  switch (event.type) {
    case "message_sent":
    case "message_edited":
      return { kind: "message", userId: event.message.chatId, message: toChatMessage(event.message) };
    case "message_deleted":
      return { kind: "deleted", userId: event.chatId, messageId: event.messageId };
    case "refunded":
      return { kind: "refunded", userId: event.userId, stars: event.stars };
    default:
      return null;
  }
}

function toChatMessage(message: TranscriptMessage): ChatMessage {
  const { invoice } = message;
  return {
    id: message.messageId,
    from: message.from.isBot ? "bot" : "person",
    sentAt: Math.floor(message.sentAt.getTime() / 1000),
    edited: message.edited,
    revision: message.revision,
    text: message.text,
    entities: message.entities.map(({ type, offset, length, url, unix_time, date_time_format }) => ({
      type,
      offset,
      length,
      ...(url === undefined ? {} : { url }),
      ...(unix_time === undefined ? {} : { unixTime: unix_time }),
      ...(date_time_format === undefined ? {} : { format: date_time_format }),
    })),
    keyboard: message.buttons.map((row) => row.map(toChatButton)),
    invoice: invoice
      ? { title: invoice.title, description: invoice.description, stars: invoice.stars, paid: invoice.paid }
      : null,
    attachment: message.kind === "photo" ? "Photo" : (message.fileName ?? null),
    notice: noticeOf(message),
  };
}

function noticeOf({ kind, payment }: TranscriptMessage): string | null {
  if (!payment) return null;
  return kind === "refund"
    ? `${payment.stars} pretend Stars came back`
    : `You paid ${payment.stars} pretend Stars`;
}

function toChatButton(button: InlineButton): ChatButton {
  const style = STYLES.find((known) => known === button.style);
  const base = { text: button.text, ...(style ? { style } : {}) };
  if (button.disabled) return { ...base, kind: "disabled" };
  if (button.callback_data !== undefined) return { ...base, kind: "press" };
  if (button.pay) return { ...base, kind: "pay" };
  if (button.copy_text) return { ...base, kind: "copy", copyText: button.copy_text.text };
  if (button.url && !isTelegramLink(button.url)) return { ...base, kind: "link", url: button.url };
  return { ...base, kind: "unsupported" };
}

/** True for links to the real Telegram, which do not work in the pretend one. */
function isTelegramLink(url: string): boolean {
  return /^(tg:|https?:\/\/(t|telegram)\.me\/)/i.test(url);
}
