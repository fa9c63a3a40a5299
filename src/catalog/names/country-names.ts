import type { CountryItem, LanguageCode } from "../catalog.ts";
import type { CatalogData } from "./data.ts";

/** English names that differ from those of the runtime. */
const ENGLISH: Readonly<Record<string, string>> = {
  US: "USA",
  CD: "DR Congo",
  CG: "Congo",
  BA: "Bosnia and Herzegovina",
  CI: "Ivory Coast",
  AE: "UAE",
};
const FLAG_OFFSET = 0x1f1e6 - "A".charCodeAt(0);
const FALLBACK_LANGUAGE = "en";

export interface CountryNames {
  item(countryId: string, language: LanguageCode): CountryItem;
  /** The runtime's long and short name. Empty for an id that is not a country. */
  standardNames(countryId: string, language: LanguageCode): readonly string[];
}

/**
 * Names and flags of countries. The runtime's tables (CLDR) name real countries in every language. `unmappedName` returns
 * the provider's name for ids that are not countries.
 */
export function createCountryNames(
  data: CatalogData,
  unmappedName: (countryId: string) => string | undefined,
): CountryNames {
  const tables = new Map<string, Intl.DisplayNames | undefined>();

  function table(language: LanguageCode, style: "long" | "short"): Intl.DisplayNames | undefined {
    const key = `${language}/${style}`;
    if (!tables.has(key)) tables.set(key, displayNames(language, style));
    return tables.get(key);
  }

  function standardNames(countryId: string, language: LanguageCode): readonly string[] {
    if (!data.countries.has(countryId)) return [];
    const names = [table(language, "short")?.of(countryId), table(language, "long")?.of(countryId)];
    return names.filter((name) => name !== undefined);
  }

  function name(countryId: string, language: LanguageCode): string {
    if (!data.countries.has(countryId)) return unmappedName(countryId) ?? countryId;
    const known = language.startsWith("en") ? ENGLISH[countryId] : undefined;
    return known ?? standardNames(countryId, language)[0] ?? countryId;
  }

  return {
    standardNames,
    item: (id, language) => ({
      id,
      name: name(id, language),
      flag: data.countries.has(id) ? flagOf(id) : "",
    }),
  };
}

function displayNames(language: LanguageCode, style: "long" | "short"): Intl.DisplayNames | undefined {
  try {
    return new Intl.DisplayNames([language, FALLBACK_LANGUAGE], { type: "region", style });
  } catch {
    // `language` is not a valid language tag: fall back to English.
    return new Intl.DisplayNames(FALLBACK_LANGUAGE, { type: "region", style });
  }
}

/** The flag as two regional indicator symbols, which clients show as one emoji. */
function flagOf(iso2: string): string {
  return String.fromCodePoint(...[...iso2].map((letter) => letter.charCodeAt(0) + FLAG_OFFSET));
}
