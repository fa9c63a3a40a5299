import { performance } from "node:perf_hooks";
import process from "node:process";
import { createCountryNames } from "../src/catalog/names/country-names.ts";
import { loadCatalogData } from "../src/catalog/names/data.ts";
import { loadSearchData } from "../src/catalog/names/search-data.ts";
import { search as searchText } from "../src/catalog/search/search.ts";
import { createSearchIndex, type SearchIndex } from "../src/catalog/search/search-index.ts";
import type { Bench } from "./support/bench.ts";
import { percentile } from "./support/statistics.ts";

const SERVICES = 2_000;
const COUNTRIES = 205;
const QUERIES = 2_000;
const BUILDS = 5;
const MEGABYTE = 1_048_576;
const languages = ["en", "ru", "es", "pt", "id", "ar"] as const;

/** The ways to type a wish; {s} is a service, {c} a country. */
const wishes: Readonly<Record<(typeof languages)[number], readonly string[]>> = {
  en: ["{s} {c}", "i need a cheap {s} number from {c} please", "{c} {s}"],
  ru: ["{s} {c}", "нужен номер {c} для {s} недорого", "{c} {s}"],
  es: ["{s} {c}", "quiero comprar un número de {s} para {c} por favor", "{c} {s}"],
  pt: ["{s} {c}", "preciso de um número do {s} de {c} bem barato", "{c} {s}"],
  id: ["{s} {c}", "kak mau beli nomor {s} {c} yang murah", "{c} {s}"],
  ar: ["{s} {c}", "اريد رقم {s} {c} لو سمحت", "{c} {s}"],
};

export const search: Bench = {
  name: "search",
  about: `typed search among ${SERVICES} services and ${COUNTRIES} countries, and what its index takes`,
  run(context) {
    const data = loadCatalogData();
    const known = [...data.services].map(([id, name]) => ({ id, name }));
    const services = [
      ...known,
      ...Array.from({ length: SERVICES - known.length }, (_, at) => ({
        id: `~own${at}`,
        name: `Own service ${at}`,
      })),
    ].slice(0, SERVICES);
    const build = (earlier?: SearchIndex): SearchIndex =>
      createSearchIndex(
        data,
        loadSearchData(),
        { services, providerNames: new Map(), countryNames: new Map() },
        earlier,
      );

    const heapBefore = process.memoryUsage().heapUsed;
    const builds = Array.from({ length: BUILDS }, () => timed(() => build()));
    const index = builds[0]?.result ?? build();
    const again = Array.from({ length: BUILDS }, () => timed(() => build(index)).ms);
    context.table(
      "the index",
      ["", "ms", "CPU ms"],
      [
        ["first build, with reading the tables", builds[0]?.ms ?? Number.NaN, builds[0]?.cpuMs ?? Number.NaN],
        [
          "later builds, all",
          percentile(
            builds.slice(1).map(({ ms }) => ms),
            50,
          ),
          "",
        ],
        ["later builds, services only", percentile(again, 50), ""],
      ],
    );
    context.note(
      `heap grown by at most ${((process.memoryUsage().heapUsed - heapBefore) / MEGABYTE).toFixed(0)} MB, garbage included`,
    );

    const names = createCountryNames(data, () => undefined);
    const ask = (text: string, language: string): void => {
      searchText(text, index, {
        language,
        chosen: {},
        popular: () => services,
        countryItem: (id) => names.item(id, language),
      });
    };
    const texts = typedTexts(
      services.map(({ name }) => name),
      [...data.countries].slice(0, COUNTRIES),
      (id, language) => names.item(id, language).name,
    );
    for (const { text, language } of texts) ask(text, language);
    const rows = languages.map((language) => {
      const own = texts.filter((one) => one.language === language);
      const runs = own.map(({ text }) => timed(() => ask(text, language)));
      const times = runs.map(({ ms }) => ms);
      const cpuTimes = runs.map(({ cpuMs }) => cpuMs);
      return [
        language,
        own.length,
        percentile(times, 50),
        percentile(times, 95),
        percentile(cpuTimes, 50),
        percentile(cpuTimes, 95),
      ];
    });
    context.table("one search, ms", ["language", "texts", "p50", "p95", "CPU p50", "CPU p95"], rows);
    return Promise.resolve();
  },
};

/** Wishes for services and countries in turn; every third one misspelt. */
function typedTexts(
  services: readonly string[],
  countries: readonly string[],
  nameOf: (id: string, language: string) => string,
): { text: string; language: (typeof languages)[number] }[] {
  return Array.from({ length: QUERIES }, (_, at) => {
    const language = languages[at % languages.length] ?? "en";
    const wish = wishes[language][at % 3] ?? "{s} {c}";
    const service = services[(at * 37) % services.length] ?? "";
    const country = nameOf(countries[(at * 13) % countries.length] ?? "", language);
    const text = wish
      .replace("{s}", at % 3 === 0 ? misspelt(service) : service)
      .replace("{c}", misspelt(country));
    return { text, language };
  });
}

/** Swaps two letters in the middle. */
function misspelt(name: string): string {
  const letters = [...name];
  const middle = letters.length >> 1;
  const [left = "", right = ""] = [letters[middle - 1], letters[middle]];
  return [...letters.slice(0, Math.max(0, middle - 1)), right, left, ...letters.slice(middle + 1)].join("");
}

function timed<T>(work: () => T): { result: T; ms: number; cpuMs: number } {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const result = work();
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  return { result, ms, cpuMs: (user + system) / 1000 };
}
