import type { User } from "grammy/types";
import type { WireChat } from "./people.ts";
import type { Content, Payment, StoredMessage } from "./types.ts";

/** Any JSON object that goes out to the bot. */
export type WireObject = Readonly<Record<string, unknown>>;

/** Unix seconds, the only time format on the wire. */
export function toUnix(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

/** The Bot API's Message object. `original` is the message that this one replies to, if it still exists. */
export function toWireMessage(
  message: StoredMessage,
  context: { chat: WireChat; bot: User; original?: StoredMessage | undefined },
): WireObject {
  const { original } = context;
  return {
    message_id: message.messageId,
    from: message.from,
    chat: context.chat,
    date: toUnix(message.sentAt),
    ...(message.editedAt ? { edit_date: toUnix(message.editedAt) } : {}),
    ...(message.forwardedFrom
      ? {
          forward_origin: {
            type: "user",
            sender_user: message.forwardedFrom,
            date: toUnix(message.sentAt),
          },
        }
      : {}),
    ...(original
      ? { reply_to_message: toWireMessage(original, { chat: context.chat, bot: context.bot }) }
      : {}),
    ...(message.viaBot ? { via_bot: context.bot } : {}),
    ...(message.threadId === undefined
      ? {}
      : { message_thread_id: message.threadId, is_topic_message: true }),
    ...wireContent(message.content),
    ...(message.buttons ? { reply_markup: { inline_keyboard: message.buttons } } : {}),
  };
}

/** `successful_payment` and `refunded_payment` share their fields; a Stars payment has no provider charge. */
function wirePayment(payment: Payment): WireObject {
  return {
    currency: "XTR",
    total_amount: payment.stars,
    invoice_payload: payment.payload,
    telegram_payment_charge_id: payment.chargeId,
    provider_payment_charge_id: `${payment.userId}_${payment.stars}`,
  };
}

function wireContent(content: Content): WireObject {
  switch (content.kind) {
    case "text":
      return { text: content.body.text, ...entitiesField("entities", content.body.entities) };
    case "photo":
      return {
        photo: [
          { file_id: content.fileId, file_unique_id: `u${content.fileId}`, width: 320, height: 320 },
          { file_id: content.fileId, file_unique_id: `u${content.fileId}`, width: 800, height: 800 },
        ],
        ...captionFields(content.body),
      };
    case "document":
      return {
        document: {
          file_id: content.fileId,
          file_unique_id: `u${content.fileId}`,
          file_name: content.fileName,
        },
        ...captionFields(content.body),
      };
    case "invoice":
      return {
        invoice: {
          title: content.invoice.title,
          description: content.invoice.description,
          start_parameter: content.invoice.startParameter,
          currency: "XTR",
          total_amount: content.invoice.stars,
        },
      };
    case "payment":
      return { successful_payment: wirePayment(content.payment) };
    case "refund":
      return { refunded_payment: wirePayment(content.payment) };
  }
}

function captionFields(body: { text: string; entities: readonly unknown[] }): WireObject {
  return body.text === "" ? {} : { caption: body.text, ...entitiesField("caption_entities", body.entities) };
}

function entitiesField(name: string, entities: readonly unknown[]): WireObject {
  return entities.length > 0 ? { [name]: entities } : {};
}
