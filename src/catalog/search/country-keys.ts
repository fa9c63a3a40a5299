import type { CatalogData } from "../names/data.ts";
import { fold, foldedKey, splitWords } from "../names/fold.ts";
import type { SearchData } from "../names/search-data.ts";
import { arabicForms, romanceForms, russianAdjectives, russianCases } from "./forms.ts";
import { createKeyIndexBuilder, type Hit, type KeyIndex } from "./key-index.ts";

const QUALITY = { alias: 1, own: 0.97, form: 0.96, demonym: 0.95, other: 0.92, city: 0.94 };
/** The languages that the shop speaks. Names in others count less, and only if they are long enough to be sure. */
const SHOP_LANGUAGES = new Set(["en", "ru", "es", "pt", "id", "ar"]);
const MIN_OTHER_LATIN = 5;
const LATIN = /^[a-z]+$/;
/** Words in another order than the name's: just above what counts as exact. */
const MIXED = 0.98;
const MAX_MIXED = 4;

export interface CountryKeys {
  readonly names: KeyIndex;
  /** Countries whose name has just these folded words, in whatever order: "korea north". */
  inAnyOrder(words: readonly string[]): readonly Hit[];
  /** True for "american" and the like, if no country is called so. */
  isAdjective(key: string): boolean;
}

/**
 * Everything that people call a country, in any language, mapped to its id. Two Latin letters are left to the ISO codes,
 * unless they are an alias of ours that is no code of another country ("uk"). `unmapped`: the providers' names of ids that
 * are not countries.
 */
export function countryKeys(
  data: CatalogData,
  words: SearchData,
  unmapped: ReadonlyMap<string, string>,
): CountryKeys {
  const index = createKeyIndexBuilder();
  const [named, adjectives] = [new Set<string>(), new Set<string>()];
  const mixed = new Map<string, Hit[]>();
  const add = (name: string, id: string, quality: number, language: string | null = null): void => {
    const key = foldedKey(name);
    const isCode = key.length === 2 && LATIN.test(key);
    if (isCode && (quality < 1 || (data.countries.has(key.toUpperCase()) && key.toUpperCase() !== id)))
      return;
    index.add(key, { id, quality, language });
    (quality === QUALITY.demonym ? adjectives : named).add(key);
    const parts = sortedWords(splitWords(name).map(fold));
    if (parts !== undefined)
      mixed.set(parts, [...(mixed.get(parts) ?? []), { id, quality: MIXED * quality }]);
  };
  const sortedWords = (all: readonly string[]): string | undefined => {
    const telling = all.filter((word) => !words.links.has(word));
    return telling.length < 2 || telling.length > MAX_MIXED ? undefined : telling.sort().join(" ");
  };
  const addName = (name: string, id: string, quality: number, language: string | null): void => {
    add(name, id, quality, language);
    for (const form of russianCases(name)) add(form, id, QUALITY.form * quality, language);
  };

  for (const { name, ids } of words.ambiguous) for (const id of ids) add(name, id, QUALITY.alias);
  for (const table of [data.countryNames, words.nicknames]) {
    for (const [id, names] of table) for (const name of names) addName(name, id, QUALITY.alias, null);
  }
  for (const [language, byId] of Object.entries(words.names)) {
    const isOwn = SHOP_LANGUAGES.has(language);
    for (const [id, names] of Object.entries(byId)) {
      for (const name of names) {
        if (isOwn) addName(name, id, QUALITY.own, language);
        else if (!LATIN.test(foldedKey(name)) || foldedKey(name).length >= MIN_OTHER_LATIN)
          add(name, id, QUALITY.other);
      }
    }
  }
  addDemonyms(words, add);
  for (const [id, names] of words.cities) for (const name of names) addName(name, id, QUALITY.city, null);
  for (const [id, name] of unmapped) add(name, id, QUALITY.own);
  return {
    names: index.build(),
    inAnyOrder: (all) => mixed.get(sortedWords(all) ?? "") ?? [],
    isAdjective: (key) => adjectives.has(key) && !named.has(key),
  };
}

type Add = (name: string, id: string, quality: number, language: string | null) => void;

function addDemonyms(words: SearchData, add: Add): void {
  const formsOf: Readonly<Record<string, (word: string) => string[]>> = {
    en: (word) => [word, `${word}s`],
    es: romanceForms,
    pt: romanceForms,
    ru: russianAdjectives,
    ar: arabicForms,
  };
  for (const [language, byId] of Object.entries(words.demonyms)) {
    for (const [id, names] of byId) {
      const forms = names.flatMap((name) => formsOf[language]?.(name) ?? [name]);
      for (const form of forms) add(form, id, QUALITY.demonym, language);
    }
  }
}
