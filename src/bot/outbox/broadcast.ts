import type { Api } from "grammy";
import { type BroadcastContent, type BroadcastState, textIn } from "../../core/broadcasts.ts";
import type { OutboxMessage, OwedMessage, SendOutcome } from "../../core/messages.ts";
import type { ShowBroadcast, Shown } from "../../desk/broadcast/broadcasts.ts";
import { textsFor } from "../../texts/index.ts";
import type { Texts } from "../../texts/texts.ts";
import { broadcastCard } from "../cards/broadcast.ts";
import { messageOptions } from "../cards/card.ts";
import { isRefused, isTelegramError, loggable } from "../telegram-errors.ts";
import type { OutboxDeps } from "./send.ts";

/** What a broadcast says, and whether it is still to be sent. */
export interface BroadcastSource {
  find(id: string): Promise<{ state: BroadcastState; content: BroadcastContent } | undefined>;
}

type BroadcastMessage = Extract<OutboxMessage, { kind: "broadcast" }>;

interface Reader {
  readonly buyer:
    | { readonly bannedAt: Date | null; readonly wantsNews: boolean; readonly notifyEdits: boolean }
    | undefined;
  readonly texts: Texts;
}

const gone: SendOutcome = { kind: "drop", reason: "gone" };

/** Sends a broadcast to one of its readers, or takes back what was sent. Rejects with Telegram's error. */
export async function carryBroadcast(
  deps: Pick<OutboxDeps, "api" | "broadcasts" | "logger">,
  { chatId, isHeld }: OwedMessage,
  { buyer, texts }: Reader,
  { broadcastId, removes }: BroadcastMessage,
): Promise<SendOutcome> {
  if (removes !== null) return isHeld() ? await takeBack(deps, chatId, removes) : { kind: "lost" };
  // Read again: it may have been stopped, or the reader may have turned it off, while the message waited.
  const broadcast = await deps.broadcasts.find(broadcastId);
  const isWanted = buyer !== undefined && buyer.bannedAt === null && buyer.wantsNews;
  const isOver = broadcast === undefined || (broadcast.state !== "running" && broadcast.state !== "paused");
  if (!isWanted || isOver) return gone;
  const html = textIn(broadcast.content, texts.language);
  if (html === undefined) return gone;
  if (!isHeld()) return { kind: "lost" };
  const isSilent = !buyer.notifyEdits;
  const messageId = await deliver(deps.api, chatId, { texts, html, content: broadcast.content, isSilent });
  return { kind: "sent", messageId };
}

/** The one way in which a broadcast is written, for readers and for the operator who looks at it. Returns the message's id. */
async function deliver(
  api: Api,
  chatId: number,
  given: { texts: Texts; html: string; content: BroadcastContent; isSilent: boolean },
): Promise<number> {
  const { texts, html, content, isSilent } = given;
  const card = broadcastCard(texts, html, content);
  const { parse_mode, reply_markup, link_preview_options } = messageOptions(card);
  const options = { parse_mode, reply_markup, disable_notification: isSilent };
  const message =
    content.photoFileId === null
      ? await api.sendMessage(chatId, card.text, { ...options, link_preview_options })
      : await api.sendPhoto(chatId, content.photoFileId, { ...options, caption: card.text });
  return message.message_id;
}

async function takeBack(
  { api, logger }: Pick<OutboxDeps, "api" | "logger">,
  chatId: number,
  messageId: number,
): Promise<SendOutcome> {
  try {
    await api.deleteMessage(chatId, messageId);
    return { kind: "sent" };
  } catch (error) {
    if (!isRefused(error)) throw error;
    // The reader has deleted it (then it is gone, as was asked), or it is too old.
    const isThere = !/message to delete not found/.test(String(error));
    if (!isThere) return { kind: "sent" };
    logger.info({ ...loggable(error) }, "a broadcast could not be taken back");
    return gone;
  }
}

/** Shows a broadcast to the operator who writes it. The reply of Telegram is the check of their HTML. */
export function createShowBroadcast(api: Api): ShowBroadcast {
  return async (chatId, content, languages): Promise<Shown> => {
    for (const language of languages) {
      const html = content.texts[language];
      if (html === undefined) continue;
      try {
        await deliver(api, chatId, { texts: textsFor(language), html, content, isSilent: true });
      } catch (error) {
        if (!isTelegramError(error)) throw error;
        const why = isRefused(error) && "description" in error ? error.description : undefined;
        return why === undefined ? { kind: "away" } : { kind: "refused", why };
      }
    }
    return { kind: "shown" };
  };
}
