import type { Api } from "grammy";
import type { BotCommand } from "grammy/types";
import type { Logger } from "../core/logger.ts";
import { pickLanguage } from "../texts/index.ts";
import type { Texts } from "../texts/texts.ts";
import type { ShopContext } from "./context.ts";
import { loggable } from "./telegram-errors.ts";

/** The commands that the chat's menu lists; /settings, /terms, /privacy, /paysupport and the operators' answer unlisted. */
export const listedCommands = ["buy", "orders", "balance", "topup", "promo", "help"] as const;

export function commandMenu(texts: Texts): BotCommand[] {
  return listedCommands.map((command) => ({ command, description: texts.commands[command] }));
}

/**
 * The menu of one buyer's chat in the language they chose. By itself Telegram shows the one of their app's language, so
 * whoever chose that one needs no menu of their own. Nothing depends on it: a failure is only logged.
 */
export async function showMenuInOwnLanguage(ctx: ShopContext, logger: Logger): Promise<void> {
  const isUsual = pickLanguage(ctx.from?.language_code) === ctx.texts.language;
  await changeMenu(ctx, logger, (api, scope) =>
    isUsual ? api.deleteMyCommands({ scope }) : api.setMyCommands(commandMenu(ctx.texts), { scope }),
  );
}

/** For who had their data deleted: no trace of a chosen language stays at Telegram either. */
export async function forgetMenu(ctx: ShopContext, logger: Logger): Promise<void> {
  await changeMenu(ctx, logger, (api, scope) => api.deleteMyCommands({ scope }));
}

interface ChatScope {
  readonly type: "chat";
  readonly chat_id: number;
}

async function changeMenu(
  ctx: ShopContext,
  logger: Logger,
  change: (api: Api, scope: ChatScope) => Promise<unknown>,
): Promise<void> {
  if (ctx.chat === undefined) return;
  try {
    await change(ctx.api, { type: "chat", chat_id: ctx.chat.id });
  } catch (error) {
    logger.info(loggable(error), "Telegram did not take a chat's command menu");
  }
}
