import { createHash } from "node:crypto";
import type { Api } from "grammy";
import type { Buyer } from "../../buyers/buyers.ts";
import type { Checkpoint } from "../../core/checkpoint.ts";
import type { OwedMessage, SendOutcome } from "../../core/messages.ts";
import { topicOf } from "../../core/operator-topics.ts";
import type { CardHashes } from "../../orders/card-hashes.ts";
import type { OrderView } from "../../orders/orders.ts";
import { textsFor } from "../../texts/index.ts";
import type { Texts } from "../../texts/texts.ts";
import type { BotDeps } from "../bot-deps.ts";
import { type Card, messageOptions } from "../cards/card.ts";
import { nameOrderCard, orderCard } from "../cards/order.ts";
import {
  floodWaitMs,
  isBlocked,
  isGone,
  isGroupClosed,
  isNotModified,
  isRefused,
  isTelegramError,
  isThreadGone,
  loggable,
} from "../telegram-errors.ts";
import { type BroadcastSource, carryBroadcast } from "./broadcast.ts";
import type { OperatorsGroup } from "./operators-group.ts";
import { type EventMessage, type RenderDeps, renderEvent } from "./render.ts";
import type { Rendered } from "./rendered.ts";

export interface OutboxDeps extends RenderDeps, Pick<BotDeps, "clock" | "logger"> {
  readonly api: Api;
  readonly checkpoint?: Checkpoint;
  readonly buyers: Pick<BotDeps["buyers"], "find" | "findByTelegramId" | "markBlocked">;
  readonly cardHashes: CardHashes;
  readonly broadcasts: BroadcastSource;
  /** The group that operators are told in. Null: each is told privately. */
  readonly operatorsGroup: OperatorsGroup | null;
}

/** Telegram's bound for the text under a picture. */
const MAX_CAPTION = 1024;

const sent: SendOutcome = { kind: "sent" };
const gone: SendOutcome = { kind: "drop", reason: "gone" };
const lost: SendOutcome = { kind: "lost" };

/** Whom a message is for. */
interface Reader {
  readonly buyer: Buyer | undefined;
  readonly texts: Texts;
}

/**
 * Sends one owed message, or says what hindered it. The words are made from what the database says now, so a card is
 * never older than its order, and what was purged meanwhile is not told. Rejects when the words could not be made.
 */
export function createOutboxSender(deps: OutboxDeps): (row: OwedMessage) => Promise<SendOutcome> {
  return async (row) => {
    try {
      const reader = await readerOf(deps, row);
      const { message } = row;
      if (message.kind === "order_card") return await updateCard(deps, row, reader, message.orderId);
      if (message.kind === "broadcast") return await carryBroadcast(deps, row, reader, message);
      return await sendEvent(deps, row, reader, message);
    } catch (error) {
      return await outcomeOf(deps, row, error);
    }
  };
}

async function readerOf(deps: OutboxDeps, row: OwedMessage): Promise<Reader> {
  const { buyers } = deps;
  const buyer =
    row.buyerId === null ? await buyers.findByTelegramId(row.chatId) : await buyers.find(row.buyerId);
  return { buyer, texts: textsFor(buyer?.language ?? "") };
}

async function sendEvent(
  deps: OutboxDeps,
  { chatId, isHeld }: OwedMessage,
  reader: Reader,
  message: EventMessage,
): Promise<SendOutcome> {
  const buyerId = reader.buyer?.id ?? null;
  const group = deps.operatorsGroup?.chatId === chatId ? deps.operatorsGroup : null;
  const rendered = await renderEvent(deps, message, {
    texts: reader.texts,
    buyerId,
    isGroup: group !== null,
  });
  if (!rendered) return gone;
  if (!isHeld()) return lost;
  const isSilent = !rendered.isUrgent && reader.buyer?.notifyEdits === false;
  const sendTo = (threadId?: number) => write(deps, { chatId, threadId }, rendered, isSilent);
  if (group) await group.within(topicOf(message), sendTo);
  else await sendTo();
  return sent;
}

/** A chat, or a topic of one. */
interface Target {
  readonly chatId: number;
  readonly threadId: number | undefined;
}

async function write(deps: OutboxDeps, target: Target, rendered: Rendered, isSilent: boolean): Promise<void> {
  if (rendered.photoFileId !== null && (await sendPhoto(deps, target, rendered, rendered.photoFileId)))
    return;
  const options = { ...messageOptions(rendered.card), ...inThread(target), disable_notification: isSilent };
  await deps.api.sendMessage(target.chatId, rendered.card.text, options);
}

function inThread({ threadId }: Target): { message_thread_id?: number } {
  return threadId === undefined ? {} : { message_thread_id: threadId };
}

/** False: the picture cannot be sent (a file id of another bot, a caption too long), and the text has to go alone. */
async function sendPhoto(
  deps: OutboxDeps,
  target: Target,
  rendered: Rendered,
  fileId: string,
): Promise<boolean> {
  const { text } = rendered.card;
  if (text.length > MAX_CAPTION) return false;
  const { parse_mode, reply_markup } = messageOptions(rendered.card);
  try {
    const options = { caption: text, parse_mode, reply_markup, ...inThread(target) };
    await deps.api.sendPhoto(target.chatId, fileId, options);
    return true;
  } catch (error) {
    if (!isRefused(error) || isGroupClosed(error) || isThreadGone(error)) throw error;
    deps.logger.warn({ ...loggable(error) }, "a receipt could not be shown");
    return false;
  }
}

/** Brings the order's card up to date: edits it, or sends a new one where there is none to edit. */
async function updateCard(
  deps: OutboxDeps,
  { isHeld }: OwedMessage,
  reader: Reader,
  orderId: string,
): Promise<SendOutcome> {
  const order = await deps.orders.load(orderId);
  // The person had their data deleted: nobody is left to show it to.
  if (!order || order.chatId === 0) return gone;
  const card = await renderCard(deps, reader, order);
  const hash = hashOf(card);
  if (order.cardMessageId !== null) {
    if ((await deps.cardHashes.get(orderId)) === hash) return sent;
    if (!isHeld()) return lost;
    if (await edit(deps, order.chatId, order.cardMessageId, card)) {
      deps.checkpoint?.("outbox/card-edited");
      await deps.cardHashes.set(orderId, hash);
      return sent;
    }
    // The buyer reopened the card while we were editing: the new one has its own message.
    const moved = await deps.orders.load(orderId);
    if (moved && moved.cardMessageId !== order.cardMessageId) {
      return { kind: "retry", reason: "card moved" };
    }
  }
  if (!isHeld()) return lost;
  const message = await deps.api.sendMessage(order.chatId, card.text, {
    ...messageOptions(card),
    disable_notification: true,
  });
  deps.checkpoint?.("outbox/card-sent");
  await deps.orders.moveCard(orderId, order.chatId, message.message_id);
  deps.checkpoint?.("outbox/card-moved");
  await deps.cardHashes.set(orderId, hash);
  return sent;
}

async function renderCard(deps: OutboxDeps, reader: Reader, order: OrderView): Promise<Card> {
  const { texts } = reader;
  return orderCard(texts, await nameOrderCard(deps.catalog, order, texts.language), deps.clock.now());
}

/** False: there is no such message to edit any more. */
async function edit(deps: OutboxDeps, chatId: number, messageId: number, card: Card): Promise<boolean> {
  try {
    await deps.api.editMessageText(chatId, messageId, card.text, messageOptions(card));
    return true;
  } catch (error) {
    if (isNotModified(error)) return true;
    if (isGone(error)) return false;
    throw error;
  }
}

function hashOf(card: Card): string {
  return createHash("sha256").update(JSON.stringify(card)).digest("base64url").slice(0, 22);
}

/** What a failure of Telegram means for this message and its chat. Rethrows what is no failure of Telegram. */
async function outcomeOf(deps: OutboxDeps, row: OwedMessage, error: unknown): Promise<SendOutcome> {
  const { logger, buyers } = deps;
  if (!isTelegramError(error)) throw error;
  const facts = { outboxId: row.id.toString(), kind: row.message.kind, ...loggable(error) };
  const isGroup = row.chatId === deps.operatorsGroup?.chatId;
  if (isGroup && isGroupClosed(error)) return { kind: "drop", reason: "blocked" };
  if (isBlocked(error)) {
    await buyers.markBlocked(row.chatId);
    logger.info(facts, "a chat is closed to us");
    return { kind: "drop", reason: "blocked" };
  }
  const waitMs = floodWaitMs(error);
  if (waitMs !== undefined) return { kind: "retry", reason: "flood", afterMs: waitMs };
  if (isRefused(error)) {
    // Telegram would refuse the same message for ever; a person has to look at it.
    logger.error(facts, "Telegram refused a message");
    return { kind: "drop", reason: "refused" };
  }
  logger.warn(facts, "a message could not be sent");
  return { kind: "retry", reason: "outage" };
}
