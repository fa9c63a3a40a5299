import type { Chosen, CountryItem, SearchResult, ServiceItem } from "../catalog.ts";
import { bestReading, type Reading } from "./choose.ts";
import type { Hit } from "./key-index.ts";
import { EXACT, type Match, merge } from "./match.ts";
import { proposeMatches } from "./propose.ts";
import { readText, type Word } from "./read-text.ts";
import type { SearchIndex } from "./search-index.ts";

export interface SearchView {
  /** The buyer's language: names in it are preferred. */
  readonly language: string;
  /** What the buyer chose before; the text may name only the other half. */
  readonly chosen: Chosen;
  /** Shown when only a country was named. */
  readonly popular: () => readonly ServiceItem[];
  readonly countryItem: (id: string) => CountryItem;
}

const LIMIT = 10;
const MAX_COUNTRIES = 8;
/** One letter wrong: good enough for a card. */
const CLOSE = 0.78;
/** A misspelt name of fewer letters may as well be another word: "shop" is not Shopee, "iron" not Iran, "beranda" not Belanda. */
const MIN_MISSPELT = 8;
/** A shorter word must be more than a little like a service to be one beside a country. */
const MIN_LIKE = 5;
/** So like a service that is not on sale that no other is offered in its place. */
const SIMILAR = 0.72;
/** Of two guesses one must be at least this good. */
const GUESSED = 0.75;
const CLEAR_MARGIN = 0.05;
const EXACT_MARGIN = 0.012;
/** Guesses weaker than this are not shown. */
const SHOWN = 0.6;
/** How much of the text must be understood. */
const COVERED = { pair: 0.4, list: 0.3, unknownService: 0.6, guess: 0.6, lone: 0.75 };
const LONE_COUNTRY_GUESS = 0.78;

/**
 * Understands what a person would write: a service and a country in any order, words around them, nicknames, codes, flags
 * and calling codes, misspelt or in another script. Two things are a pair only if both are beyond doubt.
 */
export function search(text: string, index: SearchIndex, view: SearchView): SearchResult {
  const read = readText(text, index.words, index.isCountry, view.language);
  const words = read.tokens.filter((token): token is Word => token.kind === "word");
  const proposing = { index, language: view.language, read, words };
  const reading = bestReading(proposing, proposeMatches(proposing), view.chosen.serviceId !== undefined);
  if (!reading) return { kind: "none" };
  return resultOf(reading, index, view) ?? { kind: "none" };
}

interface Side {
  readonly hits: readonly Hit[];
  readonly top: Hit;
  readonly isExact: boolean;
  /** Nothing else is nearly as likely. */
  readonly isClear: boolean;
  readonly letters: number;
}

function sideOf(
  match: Match | undefined,
  popularity: (id: string) => number,
  isKnown: (id: string) => boolean,
): Side | undefined {
  const [top, second] = match?.hits ?? [];
  if (!match || !top) return undefined;
  const isExact = top.quality >= EXACT;
  const gap = second ? top.quality - second.quality : 1;
  const isPopularGap = second !== undefined && isKnown(top.id) && !isKnown(second.id);
  const isClear = isExact
    ? gap >= EXACT_MARGIN || isPopularGap
    : second === undefined ||
      top.quality + popularity(top.id) - second.quality - popularity(second.id) >= CLEAR_MARGIN;
  return { hits: match.hits, top, isExact, isClear, letters: match.end - match.start };
}

function resultOf(reading: Reading, index: SearchIndex, view: SearchView): SearchResult | undefined {
  const { services } = index;
  const service = sideOf(reading.service, services.popularity, services.isKnown);
  const country = sideOf(reading.country, index.countryPopularity, () => false);
  if (service && country) return resultOfBoth({ reading, service, country, index, view });
  if (service) return serviceAlone({ reading, service, index, view });
  return country && countryAlone({ reading, country, index, view });
}

interface Both {
  readonly reading: Reading;
  readonly service: Side;
  readonly country: Side;
  readonly index: SearchIndex;
  readonly view: SearchView;
}

function resultOfBoth(both: Both): SearchResult | undefined {
  const { reading, service, country, index, view } = both;
  const isExact = service.isExact && country.isExact;
  if (reading.coverage < (isExact ? COVERED.list : COVERED.guess)) return undefined;
  if (!isExact && reading.hasTalk) return undefined;
  // "made in china": a word that is only a little like a service.
  if (!service.isExact && service.top.quality < CLOSE && service.letters < MIN_LIKE && !reading.hasWish)
    return undefined;
  const isGuess = !service.isExact && !country.isExact;
  if (isGuess && Math.max(service.top.quality, country.top.quality) < GUESSED) return undefined;
  const countries = countryChoices(both);
  const item = index.services.item(service.top.id);
  if (item && isPair(both) && countries.length === 1)
    return { kind: "pair", service: item, country: view.countryItem(country.top.id) };
  const isCountryUnsure = reading.isCountryUnsure || (service.isExact && !country.isExact);
  const isOfOneService = reading.otherServices.length === 0 && service.isClear && !reading.isServiceUnsure;
  if (!isOfOneService || (countries.length === 1 && !isCountryUnsure)) {
    const found = serviceChoices(reading, service, index);
    return found && { kind: "services", services: found, country: view.countryItem(country.top.id) };
  }
  return item && { kind: "countries", service: item, countries: countries.map(view.countryItem) };
}

function isPair({ reading, service, country, index }: Both): boolean {
  if (reading.otherServices.length > 0 || !service.isClear || !country.isClear) return false;
  if (reading.isServiceUnsure || reading.isCountryUnsure || reading.hasDenial) return false;
  if (reading.hasTalk && !reading.hasWish) return false;
  const isKnown = index.services.isKnown(service.top.id);
  if (service.isExact && country.isExact) {
    return reading.coverage >= (isKnown ? COVERED.pair : COVERED.unknownService);
  }
  const isClose = ({ top, isExact, letters }: Side): boolean =>
    isExact || (top.quality >= CLOSE && letters >= MIN_MISSPELT);
  return (
    isClose(service) && isClose(country) && (isKnown || service.isExact) && reading.coverage >= COVERED.lone
  );
}

/** The countries that could be meant: those named elsewhere in the text too, and those that are as likely. */
function countryChoices({ reading, country }: Both): string[] {
  const near = country.isClear
    ? [country.top]
    : country.hits.filter(({ quality }) => quality >= country.top.quality - 0.1);
  const others = reading.otherCountries.flatMap(({ hits }) => hits.slice(0, 1));
  return [...new Set([...near, ...others].map(({ id }) => id))].slice(0, MAX_COUNTRIES);
}

/**
 * The services that could be meant, those on sale only. Undefined: what was named is not on sale, so that something else
 * with a similar name is not offered in its place.
 */
function serviceChoices(reading: Reading, service: Side, index: SearchIndex): ServiceItem[] | undefined {
  const others = reading.otherServices.flatMap(({ hits }) => hits.slice(0, 1));
  const isSold = ({ id }: Hit): boolean => index.services.item(id) !== undefined;
  if (!isSold(service.top) && !others.some(isSold) && service.top.quality >= SIMILAR) return undefined;
  const hits = service.isExact
    ? service.hits.filter(({ quality }) => quality >= EXACT || !service.isClear)
    : merge(
        { index },
        "service",
        service.hits.filter(({ quality }) => quality >= SHOWN),
      );
  const ids = new Set([...hits.slice(0, 1), ...others, ...hits.slice(1)].map(({ id }) => id));
  const items = [...ids].flatMap((id) => index.services.item(id) ?? []).slice(0, LIMIT);
  return items.length > 0 ? items : undefined;
}

function serviceAlone(alone: Omit<Both, "country">): SearchResult | undefined {
  const { reading, service, index, view } = alone;
  const isKnown = index.services.isKnown(service.top.id);
  const needed = !service.isExact ? COVERED.lone : isKnown ? COVERED.list : COVERED.unknownService;
  if (reading.coverage < needed) return undefined;
  if (reading.hasTalk && !(service.isExact && isKnown)) return undefined;
  if (!service.isExact && service.top.quality < SHOWN) return undefined;
  if (view.chosen.countryId !== undefined)
    return resultOfBoth({ ...alone, country: sure(view.chosen.countryId) });
  const found = serviceChoices(reading, service, index);
  return found && { kind: "services", services: found, country: null };
}

function countryAlone(alone: Omit<Both, "service">): SearchResult | undefined {
  const { reading, country, index, view } = alone;
  if (reading.hasTalk || !reading.isCountryAskedFor) return undefined;
  const { serviceId } = view.chosen;
  if (serviceId !== undefined && index.services.item(serviceId)) {
    return resultOfBoth({ ...alone, service: sure(serviceId) });
  }
  if (!country.isExact && (country.top.quality < LONE_COUNTRY_GUESS || reading.coverage < 1))
    return undefined;
  const services = view.popular().slice(0, LIMIT);
  return { kind: "services", services, country: view.countryItem(country.top.id) };
}

/** A side that was chosen before. */
function sure(id: string): Side {
  const top = { id, quality: 1 };
  return { hits: [top], top, isExact: true, isClear: true, letters: 0 };
}
