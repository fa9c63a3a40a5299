import type { CountryNames } from "./country-names.ts";
import type { CatalogData } from "./data.ts";
import { countryKey } from "./normalise.ts";

/** Languages in which country names are understood, also when the buyer uses another one. English first. */
const LANGUAGES = ["en", "ru", "es", "pt", "id", "fr", "de", "it", "tr", "uk", "ar", "fa", "zh", "vi", "hi"];

/** "RU" is a Spanish abbreviation of the United Kingdom and the code of Russia: two letters are left to the codes. */
const TWO_LETTERS = /^[a-z]{2}$/;

/**
 * Maps every name of every country to its ISO code. If two countries share a name, the earlier entry wins: our aliases
 * before the runtime's names, English before other languages.
 */
export function countryIndex(data: CatalogData, names: CountryNames): ReadonlyMap<string, string> {
  const index = new Map<string, string>();
  const add = (name: string, id: string): void => {
    const key = countryKey(name);
    if (key !== "" && !index.has(key)) index.set(key, id);
  };
  for (const [id, aliases] of data.countryNames) for (const alias of aliases) add(alias, id);
  for (const language of LANGUAGES) {
    for (const id of data.countries) {
      for (const name of names.standardNames(id, language))
        if (!TWO_LETTERS.test(countryKey(name))) add(name, id);
    }
  }
  return index;
}
