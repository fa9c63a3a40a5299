import type { SearchData } from "../names/search-data.ts";
import { type Match, overlaps } from "./match.ts";
import type { Word } from "./read-text.ts";
import type { SearchIndex } from "./search-index.ts";

/** What a match is judged by. */
export interface Around {
  readonly index: SearchIndex;
  readonly language: string;
  readonly words: readonly Word[];
  /** Words that no match explains. */
  readonly unexplained: readonly Word[];
}

/** Letters of a code or an abbreviation, in any script: "it", "usa", "сша". No place is named after these. */
const ABBREVIATION = 3;
const CODE = /^[a-z]{2,3}$/;
/** So much of a text that names a country alone must be that country or a wish. */
const LONE_COVERED = 0.8;

/** A service that may be no service: "ok india", "will germany". It may be listed, but opens no card. */
export function isServiceUnsure(match: Match, around: Around): boolean {
  const word = onlyWord(match, around.words);
  return word !== undefined && isOrdinary(word, around) && !isBesideCode(word, around);
}

/**
 * A country that may be no country: an ordinary word that is a code too ("google it"), or part of the name of some other
 * place ("atlanta georgia", "little italy"). It may be listed, but opens no card.
 */
export function isCountryUnsure(match: Match, around: Around): boolean {
  const { words } = around;
  const word = onlyWord(match, words);
  if (word !== undefined && isOrdinary(word, around)) {
    return !isInCapitals(word, words) && !isBesideCode(word, around);
  }
  return isPartOfName(match, around);
}

/**
 * A text without a service in which a country is asked for, and not only spoken of: the country alone, "for turkey please",
 * "cheap turkish number"; but not "i am from turkey", "english please".
 */
export function isCountryAskedFor(match: Match, coverage: number, around: Around): boolean {
  const { index, words, unexplained } = around;
  const others = words.filter((word) => !overlaps(word, match));
  if (others.length === 0) return true;
  if (isPartOfName(match, around) || coverage < LONE_COVERED) return false;
  if (others.some((word) => word.isWish && !isOwned(word, around))) return true;
  const isAdjective = index.countries.isAdjective(keyOf(match, words));
  return (
    !isAdjective && unexplained.length === 0 && others.every(({ folded }) => index.words.links.has(folded))
  );
}

/**
 * "not india", "no number from india": the word before, other words of a wish not counted, says no to it. Of a service only a
 * negation does: "no tengo whatsapp" asks for WhatsApp.
 */
export function isNegated(match: Match, words: readonly Word[]): boolean {
  const before = words.filter((word) => word.end <= match.start);
  const said = before.findLast((word) => word.class !== "request" || word.isDenial);
  return match.kind === "country" ? said?.isDenial === true : said?.class === "negation";
}

/**
 * Some word says no, to whatever it may be. At the end of a text a word of a wish only asks: "ada wa india ga".
 */
export function hasDenial(chosen: readonly Match[], { index, language, words }: Around): boolean {
  const asks = (word: Word): boolean =>
    word === words.at(-1) && index.words.requestOf.get(language)?.has(word.folded) === true;
  return words.some((word) => word.isDenial && !asks(word) && !chosen.some((match) => overlaps(match, word)));
}

/** The word right beside it makes another place of the country's name, or may do so. */
function isPartOfName(match: Match, { index, words, unexplained }: Around): boolean {
  const inside = words.filter((word) => overlaps(word, match));
  const [first, last] = [inside[0], inside.at(-1)];
  const name = keyOf(match, words);
  if (!first || !last || name.length <= ABBREVIATION) return false;
  const beside = [words[words.indexOf(first) - 1], words[words.indexOf(last) + 1]];
  return beside.some((word) => {
    if (word === undefined) return false;
    // "new american number" is a new number.
    if (index.words.places.has(word.folded)) return !index.countries.isAdjective(name);
    return word.class === "word" && unexplained.includes(word);
  });
}

function keyOf(match: Match, words: readonly Word[]): string {
  const inside = words.filter((word) => overlaps(word, match));
  return inside.map(({ folded }) => folded).join("");
}

function onlyWord(match: Match, words: readonly Word[]): Word | undefined {
  const inside = words.filter((word) => overlaps(word, match));
  return inside.length === 1 ? inside[0] : undefined;
}

/** Made of ordinary words only: "to go" is not Togo. */
export function isOfOrdinaryWords(match: Match, around: Pick<Around, "index" | "words">): boolean {
  const inside = around.words.filter((word) => overlaps(word, match));
  return inside.length > 0 && inside.every((word) => isOrdinary(word, around));
}

function isOrdinary(word: Word, { index }: Pick<Around, "index">): boolean {
  const isAround = word.class !== "word" && word.class !== "digits";
  return isAround || isEveryday(word, index.words, [...index.words.everyday.keys()]);
}

function isEveryday({ folded }: Word, data: SearchData, languages: readonly string[]): boolean {
  return languages.some((language) => data.everyday.get(language)?.has(folded) === true);
}

/** "WhatsApp IT"; in a text that is all in capitals they tell nothing. */
function isInCapitals(word: Word, words: readonly Word[]): boolean {
  const isUpper = ({ raw }: Word): boolean => raw === raw.toUpperCase();
  const cased = words.filter(({ raw }) => raw.toUpperCase() !== raw.toLowerCase());
  return isUpper(word) && (cased.length === 1 || !cased.every(isUpper));
}

/** "tg my": whoever writes one side as a code writes the other as a code too, unless both are words of their language. */
function isBesideCode(word: Word, { index, language, words }: Around): boolean {
  const other = words.find((one) => one !== word);
  if (words.length !== 2 || other === undefined || !CODE.test(word.folded)) return false;
  const isWordOf = (one: Word): boolean => isEveryday(one, index.words, [language]);
  return CODE.test(other.folded) && !isWordOf(word) && !isWordOf(other) && other.class === "word";
}

/** "my number": spoken of, and not wished for. */
function isOwned(word: Word, { index, words }: Around): boolean {
  const before = words[words.indexOf(word) - 1];
  return before !== undefined && index.words.own.has(before.folded);
}
