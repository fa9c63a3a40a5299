import type { CountryItem, SearchResult, ServiceItem } from "../catalog.ts";
import { words } from "../names/normalise.ts";
import type { CountryMatch, CountrySearch } from "./search-countries.ts";
import type { ServiceMatch, ServiceSearch } from "./search-services.ts";

const MAX_TEXT = 120;
const MAX_WORDS = 8;
const MAX_COUNTRY_WORDS = 4;
const LIMIT = 10;
/** Results with a lower score are not shown. */
const SHOWN = 0.35;
/** A service with this score, and this margin before the next, leads directly to the confirm card. */
const CLEAR_SERVICE = 0.6;
const CLEAR_MARGIN = 0.06;
const CLEAR_COUNTRY = 0.6;

/** Words that are not part of a name. */
const FILLERS = new Set(
  "a the i need want buy get give me please pls number numbers phone virtual sms otp for code account нужен хочу купить номер для смс код numero número para comprar nomor beli untuk".split(
    " ",
  ),
);
/** Prepositions, ignored between other words only: as the first or last word, `in`, `to` and `de` are country codes. */
const JOINTS = new Set(["in", "to", "from", "of", "на", "в", "из", "en", "em", "de", "di"]);
const REGIONAL_INDICATORS = /[\u{1f1e6}-\u{1f1ff}]{2}/gu;
const CALLING_CODE = /^\+\d{1,4}$/;

export interface SearchParts {
  readonly services: ServiceSearch;
  readonly countries: CountrySearch;
  /** Shown when only a country was named. */
  readonly popular: () => readonly ServiceItem[];
  readonly countryItem: (id: string) => CountryItem;
}

interface Reading {
  readonly services: readonly ServiceMatch[];
  readonly country: CountryMatch | undefined;
  readonly score: number;
}

/** Understands "whatsapp uk", "uk whatsapp", "wa gb", "wa +44", "whatsapp 🇬🇧", a service alone, a country alone. */
export function search(text: string, parts: SearchParts): SearchResult {
  const typed = typedWords(text);
  if (typed.length === 0) return { kind: "none" };
  let best = bestReading(typed, parts);
  if (best.score < SHOWN) {
    const latin = typed.map(transliterate);
    if (latin.join() !== typed.join()) best = bestReading(latin, parts);
  }
  return best.score < SHOWN ? { kind: "none" } : resultOf(best, parts);
}

function typedWords(text: string): string[] {
  const plain = text.slice(0, MAX_TEXT).replace(REGIONAL_INDICATORS, flagToCode);
  const all = plain
    .split(/\s+/)
    .flatMap((word) => (CALLING_CODE.test(word) ? [word] : words(word)))
    .slice(0, MAX_WORDS);
  const inner = (at: number): boolean => at > 0 && at < all.length - 1;
  const joined = all.filter((word, at) => !(inner(at) && JOINTS.has(word)));
  const named = joined.filter((word) => !FILLERS.has(word));
  return named.length > 0 ? named : joined;
}

function flagToCode(flag: string): string {
  const letters = [...flag].map((symbol) => String.fromCharCode((symbol.codePointAt(0) ?? 0) - 0x1f1e6 + 97));
  return ` ${letters.join("")} `;
}

/** Tries every split into a country, at the beginning or the end, and a service. Returns the one with the best score. */
function bestReading(typed: readonly string[], parts: SearchParts): Reading {
  const services = parts.services(typed, LIMIT);
  let best: Reading = { services, country: undefined, score: services[0]?.score ?? 0 };
  const consider = (reading: Reading): void => {
    if (reading.score > best.score) best = reading;
  };
  for (let size = 1; size <= Math.min(MAX_COUNTRY_WORDS, typed.length); size += 1) {
    const cuts = size === typed.length ? [0] : [typed.length - size, 0];
    for (const start of cuts) {
      const country = parts.countries(typed.slice(start, start + size));
      if (!country) continue;
      const rest = [...typed.slice(0, start), ...typed.slice(start + size)];
      if (rest.length === 0) {
        consider({ services: [], country, score: country.score * 0.97 });
        continue;
      }
      const found = parts.services(rest, LIMIT);
      consider({ services: found, country, score: (found[0]?.score ?? 0) * country.score });
    }
  }
  return best;
}

function resultOf(reading: Reading, parts: SearchParts): SearchResult {
  const country = reading.country ? parts.countryItem(reading.country.id) : null;
  const [first, second] = reading.services;
  if (!first) return { kind: "services", services: parts.popular().slice(0, LIMIT), country };
  const isClear =
    first.score === 1 || (first.score >= CLEAR_SERVICE && first.score - (second?.score ?? 0) >= CLEAR_MARGIN);
  if (country && isClear && (reading.country?.score ?? 0) >= CLEAR_COUNTRY) {
    return { kind: "pair", service: first.service, country };
  }
  const shown = reading.services.filter(({ score }) => score >= SHOWN);
  return { kind: "services", services: shown.map(({ service }) => service), country };
}

const CYRILLIC: Readonly<Record<string, string>> = Object.fromEntries(
  "а:a б:b в:v г:g д:d е:e ж:zh з:z и:i к:k л:l м:m н:n о:o п:p р:r с:s т:t у:u ф:f х:h ц:ts ч:ch ш:sh щ:sch ъ: ы:y ь: э:e ю:yu я:ya і:i ї:i є:e ґ:g"
    .split(" ")
    .map((pair) => [pair.charAt(0), pair.slice(2)]),
);

/** Cyrillic to Latin: "дискорд" → "diskord", which is one edit from "discord". */
function transliterate(word: string): string {
  return [...word].map((letter) => CYRILLIC[letter] ?? letter).join("");
}
