import type { Content, Entity, FormattedText, StoredMessage, TranscriptMessage } from "./types.ts";

/** The message as a person sees it in the chat. */
export function toTranscript(message: StoredMessage): TranscriptMessage {
  const { content, from } = message;
  const body = visibleText(content);
  return {
    chatId: message.chatId,
    messageId: message.messageId,
    from: { id: from.id, isBot: from.is_bot, name: from.first_name },
    sentAt: message.sentAt,
    kind: content.kind,
    text: body.text,
    entities: body.entities,
    buttons: visibleButtons(message),
    edited: message.editedAt !== undefined,
    revision: message.revision,
    silent: message.silent,
    ...(message.replyKeyboard === undefined ? {} : { replyKeyboard: message.replyKeyboard }),
    ...(message.replyToMessageId === undefined ? {} : { replyToMessageId: message.replyToMessageId }),
    ...(message.threadId === undefined ? {} : { threadId: message.threadId }),
    ...(content.kind === "photo" || content.kind === "document" ? { fileId: content.fileId } : {}),
    ...(content.kind === "document" ? { fileName: content.fileName } : {}),
    ...(content.kind === "invoice" ? { invoice: { ...content.invoice, paid: content.paid } } : {}),
    ...(content.kind === "payment" || content.kind === "refund" ? { payment: content.payment } : {}),
  };
}

/** The visible text of a message. Texts by Telegram itself have no entities. */
function visibleText(content: Content): FormattedText {
  const plain = (text: string): { text: string; entities: readonly Entity[] } => ({ text, entities: [] });
  switch (content.kind) {
    case "invoice":
      return plain(`${content.invoice.title}\n${content.invoice.description}`);
    case "payment":
      return plain(`Payment of ${content.payment.stars} Stars`);
    case "refund":
      return plain(`Refund of ${content.payment.stars} Stars`);
    default:
      return content.body;
  }
}

/** Telegram adds a pay button if the bot sent none, and shows a receipt after the payment. */
function visibleButtons(message: StoredMessage): TranscriptMessage["buttons"] {
  const { content, buttons } = message;
  if (content.kind !== "invoice") return buttons ?? [];
  const rows = buttons ?? [[{ text: `Pay ${content.invoice.stars} Stars`, pay: true }]];
  if (!content.paid) return rows;
  return rows.map((row) => row.map((button) => (button.pay ? { text: "Receipt", disabled: {} } : button)));
}
