/**
 * Writes src/catalog/names/data/country-facts.json: what search knows about every country of data/countries.json that
 * others publish. Run it again after an update of Node or of the two packages:
 *
 *   node --import tsx scripts/country-facts.ts
 *
 * - names: CLDR, as this Node's Intl has it, and ISO 3166-1 names from i18n-iso-countries (MIT)
 * - alpha3: ISO 3166-1 alpha-3, from i18n-iso-countries
 * - dial: calling codes of ITU-T E.164, from the metadata of libphonenumber-js (MIT; Google's libphonenumber, Apache-2.0)
 */
import { writeFileSync } from "node:fs";
import process from "node:process";
import { fileURLToPath } from "node:url";
import isoCodeRows from "i18n-iso-countries/codes.json" with { type: "json" };
import ar from "i18n-iso-countries/langs/ar.json" with { type: "json" };
import en from "i18n-iso-countries/langs/en.json" with { type: "json" };
import es from "i18n-iso-countries/langs/es.json" with { type: "json" };
import id from "i18n-iso-countries/langs/id.json" with { type: "json" };
import pt from "i18n-iso-countries/langs/pt.json" with { type: "json" };
import ru from "i18n-iso-countries/langs/ru.json" with { type: "json" };
import { Metadata } from "libphonenumber-js/core";
import metadata from "libphonenumber-js/metadata.min.json";
import { z } from "zod";
import { loadCatalogData } from "../src/catalog/names/data.ts";

/** The shop's languages first, then others that buyers use to name countries. */
const LANGUAGES = ["en", "ru", "es", "pt", "id", "ar", "fr", "de", "it", "tr", "uk", "fa", "zh", "vi", "hi"];
const isoTables: Readonly<Record<string, unknown>> = { ar, en, es, id, pt, ru };
const FILE = fileURLToPath(new URL("../src/catalog/names/data/country-facts.json", import.meta.url));

const isoNames = z.object({
  countries: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
});
const isoCodes = z.array(z.tuple([z.string(), z.string(), z.string(), z.string()]).rest(z.string()));

function isoNamesOf(language: string): (id: string) => readonly string[] {
  const table = isoTables[language];
  const countries = table === undefined ? {} : isoNames.parse(table).countries;
  return (id) => [countries[id] ?? []].flat();
}

function namesOf(language: string, ids: readonly string[]): Record<string, readonly string[]> {
  const tables = (["short", "long"] as const).map(
    (style) => new Intl.DisplayNames(language, { type: "region", style, fallback: "none" }),
  );
  const inIso = isoNamesOf(language);
  const entries = ids.map((id) => {
    const names = [...tables.map((table) => table.of(id) ?? ""), ...inIso(id)];
    return [id, [...new Set(names.filter((name) => name !== "" && !/^[A-Z]{1,2}$/.test(name)))]] as const;
  });
  return Object.fromEntries(entries.filter(([, names]) => names.length > 0));
}

/** "+1" leads to the country that libphonenumber calls the main one; "+1876" to the one with these leading digits. */
function dialCodes(ids: readonly string[]): Record<string, string> {
  const codes: Record<string, string> = {};
  const plan = new Metadata(metadata);
  for (const [code, countries] of Object.entries(metadata.country_calling_codes)) {
    const [main] = countries;
    if (main !== undefined && ids.includes(main)) codes[code] = main;
    for (const country of countries.slice(1)) {
      plan.selectNumberingPlan(country);
      const digits: unknown = plan.numberingPlan?.leadingDigits();
      if (typeof digits !== "string" || !/^\d+(\|\d+)*$/.test(digits) || !ids.includes(country)) continue;
      for (const leading of digits.split("|")) codes[code + leading] = country;
    }
  }
  return codes;
}

const ids = [...loadCatalogData().countries].sort();
const alpha3 = isoCodes.parse(isoCodeRows);
const facts = {
  source: `CLDR ${process.versions.cldr} (Intl), i18n-iso-countries, libphonenumber-js; made by scripts/country-facts.ts`,
  alpha3: Object.fromEntries(alpha3.filter(([id]) => ids.includes(id)).map(([id, code]) => [code, id])),
  dial: dialCodes(ids),
  names: Object.fromEntries(LANGUAGES.map((language) => [language, namesOf(language, ids)])),
};
writeFileSync(FILE, `${JSON.stringify(facts)}\n`);
