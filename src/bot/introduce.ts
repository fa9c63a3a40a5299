import type { Api } from "grammy";
import { languages } from "../texts/index.ts";
import type { TextLanguage, Texts } from "../texts/texts.ts";

/** The commands that the chat's menu lists; /terms, /privacy, /paysupport and the operators' answer unlisted. */
const listed = ["buy", "orders", "balance", "topup", "settings", "help"] as const;

/**
 * Tells Telegram the command menu and descriptions: the first language for everyone, each language for its speakers.
 * Sent one after the other, because bursts of these calls are rate limited.
 */
export async function introduce(api: Api): Promise<void> {
  const [fallback] = languages;
  if (fallback) await introduceIn(api, fallback, undefined);
  for (const texts of languages) await introduceIn(api, texts, texts.language);
}

async function introduceIn(api: Api, texts: Texts, language: TextLanguage | undefined): Promise<void> {
  const commands = listed.map((command) => ({ command, description: texts.commands[command] }));
  const scope = { type: "all_private_chats" } as const;
  const where = language === undefined ? {} : { language_code: language };
  await api.setMyCommands(commands, { scope, ...where });
  await api.setMyDescription(texts.description, where);
  await api.setMyShortDescription(texts.shortDescription, where);
}
