import type {
  ButtonStyle,
  ChatButton,
  ChatEvent,
  ChatMessage,
  ChatPerson,
  ChatServer,
} from "./page/ports.ts";
import type {
  InlineButton,
  PretendTelegram,
  PretendUser,
  TelegramEvent,
  TranscriptMessage,
} from "./telegram/index.ts";

/** The pretend Telegram as the chat page wants to see it. */
export function createChatServer(telegram: PretendTelegram): ChatServer {
  const description = "Rent a phone number and receive the SMS code here. You pay only when a code arrives.";
  return {
    profile: () => ({ name: telegram.bot.first_name, description }),
    commands: (userId) => telegram.commandsFor(telegram.user({ id: userId })),
    createPerson: (profile) => toPerson(telegram.user(profile)),
    subscribe: (listener) =>
      telegram.events.subscribe((event) => {
        const translated = toChatEvent(telegram, event);
        if (translated) listener(translated);
      }),
  };
}

function toPerson(user: PretendUser): ChatPerson {
  return {
    id: user.id,
    firstName: user.user.first_name,
    messages: () => user.messages().map(toChatMessage),
    send: async (text) => {
      user.send(text);
    },
    async press(messageId, row, column) {
      const data = user.message(messageId).buttons[row]?.[column]?.callback_data;
      if (data === undefined) return null;
      const { answer } = await user.press(messageId, { data }, { timeoutMs: 20_000 });
      return answer?.text ? { text: answer.text, isAlert: answer.showAlert } : null;
    },
    async pay(messageId) {
      const outcome = await user.payInvoice(messageId);
      return outcome.ok ? { ok: true } : { ok: false, errorMessage: outcome.errorMessage };
    },
  };
}

function toChatEvent(telegram: PretendTelegram, event: TelegramEvent): ChatEvent | undefined {
  switch (event.type) {
    case "message_sent":
    case "message_edited":
      return { kind: "message", userId: event.message.chatId, message: toChatMessage(event.message) };
    case "message_deleted":
      return { kind: "deleted", userId: event.chatId, messageId: event.messageId };
    case "refunded":
      return { kind: "refunded", userId: event.userId, stars: event.stars };
    case "invoice_paid": {
      // The invoice card shows "paid" from now on.
      const invoice = telegram.messages(event.userId).findLast((message) => message.invoice?.paid);
      return invoice && { kind: "message", userId: event.userId, message: toChatMessage(invoice) };
    }
    default:
      return undefined;
  }
}

function toChatMessage(message: TranscriptMessage): ChatMessage {
  const { invoice } = message;
  const isNotice = message.kind === "payment" || message.kind === "refund";
  return {
    id: message.messageId,
    from: message.from.isBot ? "bot" : "person",
    sentAt: Math.floor(message.sentAt.getTime() / 1000),
    edited: message.edited,
    revision: message.revision,
    text: message.text,
    entities: message.entities.map((entity) => ({
      type: entity.type,
      offset: entity.offset,
      length: entity.length,
      ...(entity.url !== undefined && { url: entity.url }),
      ...(entity.unix_time !== undefined && { unixTime: entity.unix_time }),
      ...(entity.date_time_format !== undefined && { format: entity.date_time_format }),
    })),
    keyboard: message.buttons.map((row) => row.map(toChatButton)),
    invoice: invoice
      ? { title: invoice.title, description: invoice.description, stars: invoice.stars, paid: invoice.paid }
      : null,
    attachment: message.kind === "photo" ? "Picture" : (message.fileName ?? null),
    notice: isNotice ? message.text : null,
  };
}

const styles: readonly ButtonStyle[] = ["primary", "success", "danger"];

function toChatButton(button: InlineButton): ChatButton {
  const { text } = button;
  const style = styles.find((known) => known === button.style);
  const base = { text, ...(style && { style }) };
  if (button.callback_data !== undefined) return { ...base, kind: "press" };
  if (button.copy_text) return { ...base, kind: "copy", copyText: button.copy_text.text };
  if (button.url !== undefined) return { ...base, kind: "link", url: button.url };
  if (button.pay) return { ...base, kind: "pay" };
  return { ...base, kind: button.disabled ? "disabled" : "unsupported" };
}
