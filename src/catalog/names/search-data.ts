import { readFileSync } from "node:fs";
import { z } from "zod";
import { fold } from "./fold.ts";

/** What search knows beyond names: what people call countries, and the words around a wish. data/README.md has the sources. */
export interface SearchData {
  /** Language → ISO code → names, as published. */
  readonly names: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** ISO 3166-1 alpha-3 → alpha-2. */
  readonly alpha3: ReadonlyMap<string, string>;
  /** Calling code without "+" → ISO code. */
  readonly dial: ReadonlyMap<string, string>;
  readonly nicknames: NamesById;
  readonly cities: NamesById;
  /** Names that mean several countries: the name → their ISO codes. */
  readonly ambiguous: readonly { readonly name: string; readonly ids: readonly string[] }[];
  /** Language → ISO code → "American" and the like; in Russian the stem. */
  readonly demonyms: Readonly<Record<string, NamesById>>;
  /** Words of a wish that name nothing: "need", "number", "for"; folded. */
  readonly request: ReadonlySet<string>;
  /** Those of them that tell that something is wanted: "need", "number", but not "for", "hello". */
  readonly wish: ReadonlySet<string>;
  /** Those of them that only join or ask kindly: "from", "please". */
  readonly links: ReadonlySet<string>;
  /** "my": a number that is spoken of after it is no wish. */
  readonly own: ReadonlySet<string>;
  /** Language → codes and names that are ordinary words there: "it", "no", "lima"; folded. */
  readonly everyday: ReadonlyMap<string, ReadonlySet<string>>;
  /** Words that make another place of a country's name: "new", "south"; folded. */
  readonly places: ReadonlySet<string>;
  /** Words of conversation: "thanks", "how"; folded. A text made of them is no wish. */
  readonly talk: ReadonlySet<string>;
  /** "not", "except": what follows is not wanted; folded. */
  readonly negations: ReadonlySet<string>;
  /** Language → words that say no there and may be harmless elsewhere: "no" is "in the" in Portuguese; folded. */
  readonly denials: ReadonlyMap<string, ReadonlySet<string>>;
  /** Language → its own words of `request`. */
  readonly requestOf: ReadonlyMap<string, ReadonlySet<string>>;
}

export type NamesById = ReadonlyMap<string, readonly string[]>;

/** Names of one thing in one string, with "|" between them. */
const names = z.record(
  z.string(),
  z.string().transform((text) => text.split("|")),
);
const words = z.string().transform((text) => text.split(" ").map(fold));

const facts = z.object({
  alpha3: z.record(z.string(), z.string()),
  dial: z.record(z.string(), z.string()),
  names: z.record(z.string(), z.record(z.string(), z.array(z.string()))),
});
const countryWords = z.object({
  nicknames: names,
  ambiguous: names,
  cities: names,
  demonyms: z.record(z.string(), names),
});
const wordsOf = z.record(z.string(), words);
const searchWords = z.object({
  wish: wordsOf,
  request: wordsOf,
  links: wordsOf,
  own: words,
  everyday: wordsOf,
  places: wordsOf,
  talk: wordsOf,
  negations: words,
  denials: wordsOf,
});

/** Reads the tables. Called once at start; throws when a file of the installation is damaged. */
export function loadSearchData(): SearchData {
  const published = read("country-facts", facts);
  const spoken = read("country-words", countryWords);
  const around = read("search-words", searchWords);
  return {
    names: published.names,
    alpha3: new Map(Object.entries(published.alpha3)),
    dial: new Map(Object.entries(published.dial)),
    nicknames: new Map(Object.entries(spoken.nicknames)),
    cities: new Map(Object.entries(spoken.cities)),
    ambiguous: Object.entries(spoken.ambiguous).flatMap(([ids, all]) =>
      all.map((name) => ({ name, ids: ids.split(" ") })),
    ),
    demonyms: Object.fromEntries(
      Object.entries(spoken.demonyms).map(([language, byId]) => [language, new Map(Object.entries(byId))]),
    ),
    request: new Set(
      [around.wish, around.request, around.links].flatMap((byId) => Object.values(byId).flat()),
    ),
    wish: new Set(Object.values(around.wish).flat()),
    links: new Set(Object.values(around.links).flat()),
    own: new Set(around.own),
    everyday: setsOf(around.everyday),
    places: new Set(Object.values(around.places).flat()),
    talk: new Set(Object.values(around.talk).flat()),
    negations: new Set(around.negations),
    denials: setsOf(around.denials),
    requestOf: new Map(
      Object.keys(around.request).map((language) => [
        language,
        new Set([around.wish, around.request, around.links].flatMap((all) => all[language] ?? [])),
      ]),
    ),
  };
}

function setsOf(byLanguage: Readonly<Record<string, readonly string[]>>): Map<string, Set<string>> {
  return new Map(Object.entries(byLanguage).map(([language, all]) => [language, new Set(all)]));
}

function read<T>(name: string, schema: z.ZodType<T>): T {
  const text = readFileSync(new URL(`./data/${name}.json`, import.meta.url), "utf8");
  return schema.parse(JSON.parse(text));
}
