import { ar } from "./ar/index.ts";
import { en } from "./en/index.ts";
import { es } from "./es/index.ts";
import { id } from "./id/index.ts";
import { pt } from "./pt/index.ts";
import { ru } from "./ru/index.ts";
import type { Texts } from "./texts.ts";

/** The version of /terms that a buyer accepts; raise it when their meaning changes, and everyone is asked again. */
export const TERMS_VERSION = 1;

/** Every language of the shop, in the order of the settings menu. */
export const languages: readonly Texts[] = [en, ru, es, pt, id, ar];

/** The texts of a stored language; English for one that we do not speak. */
export function textsFor(language: string): Texts {
  return languages.find((texts) => texts.language === language) ?? en;
}

/** The language for a Telegram `language_code` ("pt-br", undefined, …). */
export function pickLanguage(languageCode: string | undefined): string {
  return textsFor(languageCode?.toLowerCase().split(/[-_]/)[0] ?? "").language;
}
