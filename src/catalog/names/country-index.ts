import type { CountryNames } from "./country-names.ts";
import type { CatalogData } from "./data.ts";
import { countryKey } from "./normalise.ts";

/** Languages whose country names are understood, whatever language the shop speaks to the buyer. English first. */
const LANGUAGES = ["en", "ru", "es", "pt", "id", "fr", "de", "it", "tr", "uk", "ar", "fa", "zh", "vi", "hi"];

/**
 * Every name of every country → ISO code. Our own aliases come before the runtime's names, English before other
 * languages: where two say the same of different countries, the earlier one is meant.
 */
export function countryIndex(data: CatalogData, names: CountryNames): ReadonlyMap<string, string> {
  const index = new Map<string, string>();
  const add = (name: string, id: string): void => {
    // "+44" is a calling code and keeps its sign: 44 alone may be anything.
    const key = name.startsWith("+") ? name : countryKey(name);
    if (key !== "" && !index.has(key)) index.set(key, id);
  };
  for (const [id, aliases] of data.countryNames) for (const alias of aliases) add(alias, id);
  for (const language of LANGUAGES) {
    for (const id of data.countries) for (const name of names.standardNames(id, language)) add(name, id);
  }
  return index;
}
