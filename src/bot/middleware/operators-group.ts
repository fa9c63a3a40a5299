import type { Context, MiddlewareFn } from "grammy";
import type { Logger } from "../../core/logger.ts";
import { groupTexts } from "../../texts/operator/desk.ts";
import type { Door, Reply } from "../desk/door.ts";
import { decodePlace, type Place } from "../desk/place.ts";
import { presentIn } from "../desk/present.ts";
import type { DeskCard } from "../desk/screen.ts";
import { isBlocked, isTelegramError, loggable } from "../telegram-errors.ts";

/** A toast holds 200 characters. */
const MAX_TOAST = 200;

/**
 * Taps in the operators' group. Who taps is what counts, not where: each goes through the door of the desk, and what it
 * leads to is shown in their private chat, because not everybody in the group may see it. A member who is no staff gets
 * nothing. Everything else in the group is left to the next one.
 */
export function operatorsGroup(deps: {
  readonly door: Door;
  /** Null: there is no group. */
  readonly chatId: number | null;
  readonly logger: Logger;
}): MiddlewareFn<Context> {
  const { door, chatId, logger } = deps;
  return async (ctx, next) => {
    const { callbackQuery: query, from } = ctx;
    if (chatId === null || ctx.chat?.id !== chatId || !query || !from) return await next();
    try {
      const place = decodePlace(query.data ?? "");
      const reply = place && (await knock(door, ctx, from.id, place));
      await answer(ctx, reply && (await showPrivately(ctx, from.id, place, reply)));
    } catch (error) {
      logger.error(
        { ...loggable(error), updateId: ctx.update.update_id },
        "a tap in the operators' group failed",
      );
      await answer(ctx, { text: groupTexts.failed }).catch((late: unknown) =>
        logger.debug(loggable(late), "a tap could not be answered"),
      );
    }
  };
}

type Answer = { readonly text: string } | { readonly url: string };

function knock(door: Door, ctx: Context, telegramId: number, place: Place): Promise<Reply | undefined> {
  const { update, me } = ctx;
  return door.knock({ telegramId, place, updateId: update.update_id, typed: null, botName: me.username });
}

/** What is typed is typed in the private chat: the question is asked there, by the same button. */
function cardOf(place: Place, reply: Reply): DeskCard {
  if (reply.kind === "card") return reply.card;
  return { html: groupTexts.goOn, rows: [[{ label: groupTexts.goOnButton, to: place }]] };
}

async function showPrivately(ctx: Context, telegramId: number, place: Place, reply: Reply): Promise<Answer> {
  try {
    await presentIn(ctx.api, telegramId, cardOf(place, reply));
  } catch (error) {
    if (!isBlocked(error)) throw error;
    // They have never opened the bot, or have blocked it.
    return { url: `https://t.me/${ctx.me.username}?start=desk` };
  }
  const toast = reply.kind === "card" ? reply.toast?.replace(/<[^>]+>/g, "") : undefined;
  return { text: (toast ?? groupTexts.openedPrivately).slice(0, MAX_TOAST) };
}

async function answer(ctx: Context, what: Answer | undefined): Promise<void> {
  try {
    await ctx.answerCallbackQuery(what ?? {});
  } catch (error) {
    // The tap is too old: nobody sees a spinner any more.
    if (!isTelegramError(error)) throw error;
  }
}
