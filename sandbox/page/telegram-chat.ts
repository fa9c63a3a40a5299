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

/** How long the spinner of a pressed button is shown without an answer, in real time. */
const PRESS_TIMEOUT_MS = 10_000;
const PHOTO_NAME = "Photo";
const STYLES: readonly ButtonStyle[] = ["primary", "success", "danger"];
const PAYMENT_PROBLEMS: Readonly<Record<string, string>> = {
  BOT_PRECHECKOUT_TIMEOUT: "The shop did not answer in time. Nothing was paid.",
  INVOICE_ALREADY_PAID: "This invoice is already paid.",
};

/** Adapts the pretend Telegram to the chat page. */
export function createTelegramChat(telegram: PretendTelegram): TelegramChat {
  const { username } = telegram.bot;
  const person = (user: PretendUser): ChatPerson => toPerson(telegram, user);
  return {
    profile(languageCode) {
      const { name, description, picture } = telegram.profile(bareLanguage(languageCode));
      return { name, username, description, hasPicture: picture !== undefined };
    },
    picture: () => telegram.profile("").picture ?? null,
    commands: (userId) => telegram.commandsFor(telegram.user({ id: userId })),
    createPerson: ({ firstName, languageCode }) =>
      person(telegram.user({ firstName, languageCode: bareLanguage(languageCode) })),
    person,
    subscribe: (listener) =>
      telegram.events.subscribe((event) => {
        const translated = toChatEvent(event, username);
        if (translated) listener(translated);
      }),
  };
}

/** "pt" of "pt-BR": Telegram's clients send the bare language for most languages. */
function bareLanguage(tag: string): string {
  return tag.split("-")[0]?.toLowerCase() ?? "en";
}

function toPerson(telegram: PretendTelegram, user: PretendUser): ChatPerson {
  const { username } = telegram.bot;
  return {
    id: user.id,
    firstName: user.user.first_name,
    messages: () => user.messages().map((message) => toChatMessage(message, username)),
    ...inlineSearch(user),
    file(messageId) {
      const { fileId, fileName = PHOTO_NAME } = user.message(messageId);
      const bytes = fileId === undefined ? undefined : telegram.fileBytes(fileId);
      return bytes ? { name: fileName, bytes } : null;
    },
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

/** Keeps what the latest query found, page by page, because a pick names only the id of a choice. */
function inlineSearch(user: PretendUser): Pick<ChatPerson, "ask" | "pick"> {
  type Result = Parameters<PretendUser["chooseInlineResult"]>[0];
  const found = new Map<string, Result>();
  return {
    async ask(query, offset) {
      const answer = await user.inlineQuery(query, { offset, timeoutMs: PRESS_TIMEOUT_MS });
      if (!answer) return null;
      if (offset === "") found.clear();
      for (const result of answer.results) found.set(result.id, result);
      const { nextOffset } = answer;
      const choices = answer.results.map(({ id, title, description = "" }) => ({ id, title, description }));
      return { choices, nextOffset };
    },
    pick(choiceId) {
      const result = found.get(choiceId);
      if (result) user.chooseInlineResult(result);
      return result !== undefined;
    },
  };
}

/** Converts an event for the page. Events of groups keep the group's id, so they match no person. */
function toChatEvent(event: TelegramEvent, username: string): ChatEvent | null {
  switch (event.type) {
    case "message_sent":
    case "message_edited":
      return {
        kind: "message",
        userId: event.message.chatId,
        message: toChatMessage(event.message, username),
      };
    case "message_deleted":
      return { kind: "deleted", userId: event.chatId, messageId: event.messageId };
    case "refunded":
      return { kind: "refunded", userId: event.userId, stars: event.stars };
    default:
      return null;
  }
}

function toChatMessage(message: TranscriptMessage, username: string): ChatMessage {
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
    keyboard: message.buttons.map((row) => row.map((button) => toChatButton(button, username))),
    invoice: invoice
      ? { title: invoice.title, description: invoice.description, stars: invoice.stars, paid: invoice.paid }
      : null,
    attachment: attachmentOf(message),
    notice: noticeOf(message),
  };
}

function noticeOf({ kind, payment }: TranscriptMessage): string | null {
  if (!payment) return null;
  return kind === "refund"
    ? `${payment.stars} pretend Stars came back`
    : `You paid ${payment.stars} pretend Stars`;
}

function attachmentOf({ kind, fileName }: TranscriptMessage): ChatMessage["attachment"] {
  if (kind === "photo") return { name: PHOTO_NAME, isFile: false };
  return fileName === undefined ? null : { name: fileName, isFile: true };
}

function toChatButton(button: InlineButton, username: string): ChatButton {
  const style = STYLES.find((known) => known === button.style);
  const base = { text: button.text, ...(style ? { style } : {}) };
  if (button.disabled) return { ...base, kind: "disabled" };
  if (button.callback_data !== undefined) return { ...base, kind: "press" };
  if (button.pay) return { ...base, kind: "pay" };
  if (button.copy_text) return { ...base, kind: "copy", copyText: button.copy_text.text };
  const query = button.switch_inline_query_current_chat;
  if (query !== undefined) return { ...base, kind: "query", query };
  return button.url !== undefined && URL.canParse(button.url)
    ? linkButton(base, new URL(button.url), username)
    : { ...base, kind: "unsupported" };
}

/** Links to the real Telegram do not work in the pretend one, but for those that lead to this bot. */
function linkButton(base: { text: string; style?: ButtonStyle }, url: URL, username: string): ChatButton {
  const isTelegrams = url.protocol === "tg:" || ["t.me", "telegram.me"].includes(url.host);
  if (!isTelegrams) return { ...base, kind: "link", url: url.href };
  const payload = payloadOf(url, username);
  if (payload !== null) return { ...base, kind: "start", payload };
  const shared = url.pathname === "/share/url" ? (url.searchParams.get("url") ?? "") : "";
  const sharedPayload = URL.canParse(shared) ? payloadOf(new URL(shared), username) : null;
  if (sharedPayload === null) return { ...base, kind: "unsupported" };
  return { ...base, kind: "share", url: shared, payload: sharedPayload };
}

/** The payload of `https://t.me/<username>?start=…`; null for any other link. */
function payloadOf(url: URL, username: string): string | null {
  const isOurs = url.host === "t.me" && url.pathname.toLowerCase() === `/${username.toLowerCase()}`;
  return isOurs ? url.searchParams.get("start") : null;
}
