import { unmixed, withoutPrefixes } from "../names/fold.ts";
import { isoHits } from "./iso-hits.ts";
import type { Hit } from "./key-index.ts";
import { layoutMatches } from "./layout-matches.ts";
import { isSure, type Kind, type Match, merge, overlaps, type Proposing, spanOf } from "./match.ts";
import { isStopWord, type Word } from "./read-text.ts";
import { splitRunTogether } from "./split-words.ts";

const CODE = { popular: 0.9, other: 0.6 };
const BARE_DIAL = 0.93;
/** Just below what opens a card by itself. */
const FIRST_WORD = 0.89;
const MAX_SPAN = 9;
/** Longer names are compared letter by letter only. */
const MAX_SOUND_SPAN = 4;
/** Ordinary words that together are a name: "like app", "u k". */
const NAME_OF_STOPS = 0.97;
const OWN_NAME = 0.99;
const MAX_FUZZY_SPAN = 3;
/** Fuzzy look-ups are the slow ones. */
const MAX_FUZZY = 12;
const MIN_FUZZY_SPAN = 8;
const MIN_ORDINARY = 3;
const MIN_BEGINNING = { service: 3, country: 4 };
const MIN_PLURAL = 4;

/** Everything in the text that may name a service or a country, in any reading of its letters. */
export function proposeMatches(input: Proposing): Match[] {
  const matches: Match[] = [];
  for (const token of input.read.tokens) {
    if (token.kind !== "sign") continue;
    const hits = [{ id: token.countryId, quality: 1 }];
    matches.push({ ...spanOf([token]), kind: "country", hits, isStop: false, needsService: false });
  }
  const runs = wordRuns(input);
  for (const run of runs)
    for (const span of spansOf(run, MAX_SPAN)) matches.push(...exactMatches(input, span));
  const isNamed = (span: readonly Word[]): boolean =>
    matches.some((match) => overlaps(match, spanOf(span)) && isSure(match));
  for (const [word] of runs.flatMap((run) => spansOf(run, 1))) {
    if (word?.class === "word" && !isNamed([word])) matches.push(...splitRunTogether(input, word));
  }
  matches.push(...layoutMatches(input, isNamed));
  matches.push(...fuzzyMatches(input, runs, isNamed));
  return together(input, matches);
}

/** One match for what several look-ups said about the same words. */
function together(input: Proposing, matches: readonly Match[]): Match[] {
  const bySpan = new Map<string, Match>();
  for (const match of matches) {
    const key = `${match.kind} ${match.start} ${match.end} ${match.needsService}`;
    const known = bySpan.get(key);
    const hits = known ? merge(input, match.kind, [...known.hits, ...match.hits]) : match.hits;
    bySpan.set(key, { ...match, hits });
  }
  return [...bySpan.values()];
}

/** The words, cut where a flag or a calling code stands between them. */
function wordRuns({ read }: Proposing): Word[][] {
  const runs: Word[][] = [[]];
  for (const token of read.tokens) {
    if (token.kind === "word") runs.at(-1)?.push(token);
    else runs.push([]);
  }
  return runs;
}

function spansOf(words: readonly Word[], longest: number): Word[][] {
  return words.flatMap((_, start) =>
    Array.from({ length: Math.min(longest, words.length - start) }, (__, size) =>
      words.slice(start, start + size + 1),
    ),
  );
}

function exactMatches(input: Proposing, span: readonly Word[]): Match[] {
  const { index, language } = input;
  const [first] = span;
  if (!first || (span.length < 3 && span.some((word) => word.class === "negation"))) return [];
  // "india no" is not "indiano".
  if (span.length === 2 && span[1]?.isDenial) return [];
  const isSingle = span.length === 1;
  const keys = keysOf(span);
  const isPlain = span.every((word) => isStopWord(word) || word.class === "negation");
  const matches: Match[] = [];
  const push = (kind: Kind, hits: readonly Hit[], needsService = false): void => {
    if (hits.length === 0) return;
    const merged = merge(input, kind, hits);
    const isName =
      !isSingle && merged.some(({ id, quality }) => quality >= NAME_OF_STOPS && isKnown(input, kind, id));
    const isWhole = span.length === input.words.length && (merged[0]?.quality ?? 0) >= OWN_NAME;
    if (isPlain && !isSingle && !isName && !isWhole) return;
    matches.push({ ...spanOf(span), isStop: isPlain && isSingle, kind, hits: merged, needsService });
  };
  const canSound = !isPlain && span.length <= MAX_SOUND_SPAN;
  for (const kind of ["service", "country"] as const) {
    const names = kind === "service" ? index.services.names : index.countries.names;
    const codes = kind === "service" ? codeHits(input, first) : isoHits(index, first);
    const begun = kind === "service" && isSingle && !isPlain ? firstWordHits(input, keys) : [];
    const sounding = canSound ? keys.flatMap((key) => names.sounding(key)) : [];
    push(kind, [
      ...keys.flatMap((key) => names.named(key, language)),
      ...(begun.length > 0 ? sounding.map(notAboveFirstWord) : sounding),
      ...begun,
      ...(isSingle ? codes : []),
      ...(kind === "country" ? index.countries.inAnyOrder(span.map(({ folded }) => folded)) : []),
    ]);
  }
  const dialled = isSingle && first.class === "digits" ? index.words.dial.get(first.folded) : undefined;
  if (dialled !== undefined && !isQuantity(input, first))
    push("country", [{ id: dialled, quality: BARE_DIAL }], true);
  return matches;
}

/** The first word of a longer name, letter by letter: as likely as another name that only sounds like it, so no name's card. */
function firstWordHits({ index }: Proposing, keys: readonly string[]): Hit[] {
  return keys.flatMap((key) => index.services.withFirstWord(key).map((id) => ({ id, quality: FIRST_WORD })));
}

function notAboveFirstWord(hit: Hit): Hit {
  return { ...hit, quality: Math.min(hit.quality, FIRST_WORD) };
}

/** The ways to read these words as one name. */
function keysOf([first, ...others]: readonly Word[]): string[] {
  if (!first) return [];
  const rest = others.map(({ folded }) => folded).join("");
  const starts = [...withoutPrefixes(first.folded), ...unmixed(first.folded)];
  return rest === "" ? starts.flatMap((key) => [key, ...singular(key)]) : starts.map((key) => key + rest);
}

function isKnown({ index }: Proposing, kind: Kind, id: string): boolean {
  return kind === "country" || index.services.isKnown(id);
}

/** "20 numbers": how many, not which country. */
function isQuantity({ words }: Proposing, digits: Word): boolean {
  return words[words.indexOf(digits) + 1]?.class === "request";
}

function singular(key: string): string[] {
  if (key.length < MIN_PLURAL || !/^[a-z]+s$/.test(key)) return [];
  // "uses" is not the plural of "us".
  const stems = key.endsWith("es") ? [key.slice(0, -1), key.slice(0, -2)] : [key.slice(0, -1)];
  return stems.filter(({ length }) => length >= MIN_PLURAL - 1);
}

/** Our codes are ordinary words in many languages, so they count alone and beside one other word only. */
function codeHits({ index: { services }, words }: Proposing, { folded }: Word): Hit[] {
  if (words.length > 2 || !services.isCode(folded)) return [];
  return [{ id: folded, quality: services.popularity(folded) > 0.02 ? CODE.popular : CODE.other }];
}

/** Misspelt names and beginnings of names, for the words that are not names as they stand. */
function fuzzyMatches(
  input: Proposing,
  runs: readonly Word[][],
  isNamed: (span: readonly Word[]) => boolean,
): Match[] {
  const spans = runs
    .flatMap((run) => spansOf(run, MAX_FUZZY_SPAN))
    .filter((span) => isWorthGuessing(span) && !(span.length === 1 && isNamed(span)))
    .sort((a, b) => a.length - b.length)
    .slice(0, MAX_FUZZY);
  return spans.flatMap((span) => {
    const key = span.map(({ folded }) => folded).join("");
    const keys = span.length === 1 ? [...withoutPrefixes(key), ...unmixed(key)] : [key];
    return (["service", "country"] as const).flatMap((kind) => {
      const hits = keys.flatMap((one) => guesses(input, kind, one));
      if (hits.length === 0) return [];
      return [{ ...spanOf(span), kind, hits: merge(input, kind, hits), isStop: false, needsService: false }];
    });
  });
}

function isWorthGuessing(span: readonly Word[]): boolean {
  const [first, last] = [span[0], span.at(-1)];
  if (!first || !last) return false;
  if (span.some((word) => word.class === "negation" || word.class === "digits")) return false;
  if (span.length === 1) return first.class === "word" && first.folded.length >= MIN_BEGINNING.service;
  if (span.some(({ isDenial }) => isDenial)) return false;
  const length = span.reduce((sum, { folded }) => sum + folded.length, 0);
  // "new zeland": a name may begin with an ordinary word.
  const canBegin = !isStopWord(first) || (first.class === "request" && first.folded.length >= MIN_ORDINARY);
  const telling = span
    .filter((word) => !isStopWord(word))
    .reduce((sum, { folded }) => sum + folded.length, 0);
  return canBegin && !isStopWord(last) && length >= MIN_FUZZY_SPAN && telling * 2 >= length;
}

function guesses({ index }: Proposing, kind: Kind, key: string): Hit[] {
  const names = kind === "service" ? index.services.names : index.countries.names;
  const isKnown = kind === "service" ? index.services.isKnown : () => true;
  const beginnings = key.length >= MIN_BEGINNING[kind] ? names.beginning(key) : [];
  return [...beginnings, ...names.misspelt(key, isKnown)];
}
