import {
  hasDenial,
  isCountryAskedFor,
  isCountryUnsure,
  isNegated,
  isOfOrdinaryWords,
  isServiceUnsure,
} from "./doubt.ts";
import { EXACT, isSure, type Match, overlaps, type Proposing } from "./match.ts";
import type { Span, Word } from "./read-text.ts";
import type { SearchIndex } from "./search-index.ts";

/** One way to understand the text. */
export interface Reading {
  readonly service: Match | undefined;
  readonly country: Match | undefined;
  /** The letters of names, as a part of all letters that are not words of a wish. */
  readonly coverage: number;
  readonly hasTalk: boolean;
  /** Something is asked for: "need", "number". */
  readonly hasWish: boolean;
  /** Says no to something, so nothing of it opens a card. */
  readonly hasDenial: boolean;
  readonly isServiceUnsure: boolean;
  readonly isCountryUnsure: boolean;
  /** The country is asked for, and not only spoken of; matters where no service is named. */
  readonly isCountryAskedFor: boolean;
  /** Other services and countries that the text names elsewhere. */
  readonly otherServices: readonly Match[];
  readonly otherCountries: readonly Match[];
}

/** What a letter that is not understood takes from a reading. It costs, but it never vetoes. */
const UNKNOWN_LETTER = 0.3;
/** A name of several words is more than the names of its words. */
const EXTRA_WORD = 0.8;
const LITTLE_KNOWN = 0.95;
const SIGN_LETTERS = 4;
/** A second name is believed from here. */
const SECOND_SERVICE = 0.94;
const SECOND_COUNTRY = 0.93;
/** Of many matches only the best are combined. */
const MAX_OF_KIND = 30;

/**
 * The best pair of matches that do not overlap, or the best single one. Undefined: nothing is named. `hasService`: a service
 * was chosen before.
 */
export function bestReading(
  { index, language, words }: Pick<Proposing, "index" | "language" | "words">,
  proposed: readonly Match[],
  hasService: boolean,
): Reading | undefined {
  const matches = proposed.filter((match) => !isNegated(match, words));
  const weigh = (match: Match): number => weightOf(index, words, match);
  const ofKind = (kind: Match["kind"]): Match[] =>
    matches
      .filter((match) => match.kind === kind)
      .sort((a, b) => weigh(b) - weigh(a))
      .slice(0, MAX_OF_KIND);
  const [services, countries] = [ofKind("service"), ofKind("country")];
  let best: { service: Match | undefined; country: Match | undefined; weight: number } | undefined;
  for (const service of [...services, undefined]) {
    for (const country of [...countries, undefined]) {
      if (!isPossible(service, country, words, hasService)) continue;
      const chosen = [service, country].filter((match) => match !== undefined);
      const left = uncovered(words, chosen).reduce((sum, word) => sum + word.folded.length, 0);
      const weight = chosen.reduce((sum, match) => sum + weigh(match), 0) - UNKNOWN_LETTER * left;
      if (!best || weight > best.weight) best = { service, country, weight };
    }
  }
  if (!best) return undefined;
  return readingOf({ index, language, words }, best, matches, proposed);
}

function readingOf(
  { index, language, words }: Pick<Proposing, "index" | "language" | "words">,
  best: { service: Match | undefined; country: Match | undefined },
  matches: readonly Match[],
  proposed: readonly Match[],
): Reading {
  const { service } = best;
  const country = best.country && agreed(best.country, matches);
  const chosen = [service, country].filter((match) => match !== undefined);
  const isApart = (match: Match): boolean => chosen.every((one) => !overlaps(one, match));
  const others = matches.filter((match) => isSure(match) && isApart(match));
  const otherServices = others.filter(
    ({ kind, hits }) =>
      kind === "service" &&
      hits.some(({ id, quality }) => quality >= SECOND_SERVICE && index.services.isKnown(id)),
  );
  const countries = others.filter(
    (match) =>
      match.kind === "country" &&
      (match.hits[0]?.quality ?? 0) >= SECOND_COUNTRY &&
      !isOfOrdinaryWords(match, { index, words }),
  );
  const isSame = ({ hits }: Match): boolean =>
    hits.some(({ id, quality }) => id === country?.hits[0]?.id && quality >= EXACT);
  const otherCountries = countries.filter((match) => !isSame(match));
  const negated = proposed.filter((match) => isNegated(match, words));
  const explained = [...chosen, ...otherServices, ...countries, ...negated];
  const left = uncovered(words, explained);
  const covered = explained.reduce((sum, match) => sum + lettersOf(match, words), 0);
  const unknown = left.reduce((sum, word) => sum + word.folded.length, 0);
  const coverage = covered / Math.max(1, covered + unknown);
  const around = { index, language, words, unexplained: left };
  return {
    service,
    country,
    coverage,
    hasTalk: left.some((word) => word.class === "talk"),
    hasWish: words.some((word) => word.isWish),
    hasDenial: hasDenial(chosen, around),
    isServiceUnsure: service !== undefined && isServiceUnsure(service, around),
    isCountryUnsure: country !== undefined && isCountryUnsure(country, around),
    isCountryAskedFor: country !== undefined && isCountryAskedFor(country, coverage, around),
    otherServices,
    otherCountries,
  };
}

/** "atlanta georgia": of what one name may mean, the country that another name in the text means too. */
function agreed(country: Match, matches: readonly Match[]): Match {
  const others = matches.filter(
    (match) => match.kind === "country" && isSure(match) && !overlaps(match, country),
  );
  const both = country.hits.filter(
    ({ id, quality }) =>
      quality >= EXACT &&
      others.some(({ hits }) => hits.some((hit) => hit.id === id && hit.quality >= EXACT)),
  );
  return both.length === 1 ? { ...country, hits: both } : country;
}

function weightOf(index: SearchIndex, words: readonly Word[], match: Match): number {
  const [top] = match.hits;
  if (!top) return 0;
  const isLittleKnown = match.kind === "service" && !index.services.isKnown(top.id);
  const count = words.filter((word) => overlaps(word, match)).length;
  const extra = top.quality >= EXACT ? EXTRA_WORD * Math.max(0, count - 1) : 0;
  return top.quality ** 2 * lettersOf(match, words) * (isLittleKnown ? LITTLE_KNOWN : 1) + extra;
}

function lettersOf(match: Span, words: readonly Word[]): number {
  const inside = words.filter((word) => overlaps(word, match));
  if (inside.length === 0) return SIGN_LETTERS;
  const letters = inside.reduce((sum, word) => sum + word.folded.length, 0);
  // A part of a word that was written together counts its own letters.
  return Math.min(letters, Math.max(1, match.end - match.start));
}

/** Words of a name that are covered by nothing. Words of a wish do not count. */
function uncovered(words: readonly Word[], matches: readonly Match[]): Word[] {
  return words.filter(
    (word) =>
      word.class !== "request" &&
      word.class !== "negation" &&
      !matches.some((match) => overlaps(match, word)),
  );
}

function isPossible(
  service: Match | undefined,
  country: Match | undefined,
  words: readonly Word[],
  hasService: boolean,
): boolean {
  if (!service && !country) return false;
  if (service && country && overlaps(service, country)) return false;
  const isServiceSure = service !== undefined && (service.hits[0]?.quality ?? 0) >= EXACT;
  const isCountrySure = country !== undefined && (country.hits[0]?.quality ?? 0) >= EXACT;
  if (country?.needsService && !isServiceSure && !(hasService && !service)) return false;
  // "whatsapp in" is India, "do you have whatsapp" is not the Dominican Republic.
  if (country?.isStop && !(words.length === 2 && isServiceSure && !service?.isStop)) return false;
  if (service?.isStop) {
    const isAlone = words.length === 1 && words[0]?.class === "request";
    const isBeside = words.length === 2 && isCountrySure && !country?.isStop;
    const isName = words.length > 1 && !country && words.every((word) => overlaps(word, service));
    return isAlone || isBeside || isName;
  }
  return true;
}
