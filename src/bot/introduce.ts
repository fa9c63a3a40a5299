import { fileURLToPath } from "node:url";
import { type Api, InputFile } from "grammy";
import { messageOf } from "../core/errors.ts";
import { languages } from "../texts/index.ts";
import type { TextLanguage, Texts } from "../texts/texts.ts";
import { commandMenu } from "./command-menu.ts";

/** JPEG, the only format that Telegram takes for it. `npm run picture` draws it. */
const PICTURE = fileURLToPath(new URL("./picture/bot-picture.jpg", import.meta.url));

/** One of the texts that Telegram shows of the bot, for one language or (undefined) for everybody else. */
interface ProfileField {
  readonly read: (language: TextLanguage | undefined) => Promise<string>;
  readonly write: (text: string, language: TextLanguage | undefined) => Promise<unknown>;
  readonly textOf: (texts: Texts) => string;
}

/**
 * Tells Telegram the command menus, and whatever of name, descriptions and picture the operator has not set. The calls
 * are made one after the other, because bursts of them are rate limited; one that fails keeps none of the others back.
 * Throws in the end when one failed, so that all of it is tried again.
 */
export async function introduce(api: Api): Promise<void> {
  const steps = [
    () => setMenus(api),
    ...profileFields(api).map((field) => () => fillIn(field)),
    () => setPicture(api),
  ];
  const failures: string[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  if (failures.length > 0) throw new Error(failures.join("; "));
}

/** The first language for everyone, each language for its speakers. */
async function setMenus(api: Api): Promise<void> {
  const scope = { type: "all_private_chats" } as const;
  const [fallback] = languages;
  if (fallback) await api.setMyCommands(commandMenu(fallback), { scope });
  for (const texts of languages) {
    await api.setMyCommands(commandMenu(texts), { scope, language_code: texts.language });
  }
}

function profileFields(api: Api): ProfileField[] {
  const of = (language: TextLanguage | undefined) =>
    language === undefined ? {} : { language_code: language };
  return [
    {
      read: async (language) => (await api.getMyName(of(language))).name,
      write: (text, language) => api.setMyName(text, of(language)),
      textOf: (texts) => texts.botName,
    },
    {
      read: async (language) => (await api.getMyDescription(of(language))).description,
      write: (text, language) => api.setMyDescription(text, of(language)),
      textOf: (texts) => texts.description,
    },
    {
      read: async (language) => (await api.getMyShortDescription(of(language))).short_description,
      write: (text, language) => api.setMyShortDescription(text, of(language)),
      textOf: (texts) => texts.shortDescription,
    },
  ];
}

/** An operator who wrote a text of their own has taken it over, in every language. */
async function fillIn({ read, write, textOf }: ProfileField): Promise<void> {
  const [fallback] = languages;
  if (!fallback) return;
  const ours = textOf(fallback);
  const everybodys = await read(undefined);
  if (everybodys !== "" && everybodys !== ours) return;
  if (everybodys === "") await write(ours, undefined);
  for (const texts of languages) {
    // Where nothing is set for a language, Telegram may name the text that everybody gets.
    const isUnset = ["", ours].includes(await read(texts.language));
    if (isUnset && textOf(texts) !== ours) await write(textOf(texts), texts.language);
  }
}

/** Bot API 9.4. */
async function setPicture(api: Api): Promise<void> {
  const me = await api.getMe();
  const { total_count: count } = await api.getUserProfilePhotos(me.id, { limit: 1 });
  if (count > 0) return;
  await api.setMyProfilePhoto({ type: "static", photo: new InputFile(PICTURE) });
}
