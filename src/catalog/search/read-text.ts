import { fold, withoutPrefixes } from "../names/fold.ts";
import type { SearchData } from "../names/search-data.ts";

/** Where in the text something stands: from `start` up to before `end`. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type WordClass =
  /** May be part of a name. */
  | "word"
  /** Belongs to a wish and names nothing: "need", "number". */
  | "request"
  /** Belongs to a conversation: "thanks". */
  | "talk"
  /** "not", "except". */
  | "negation"
  | "digits";

export interface Word extends Span {
  readonly kind: "word";
  /** As typed. */
  readonly raw: string;
  readonly folded: string;
  readonly class: WordClass;
  /** A word of a wish that tells that something is wanted. */
  readonly isWish: boolean;
  /** Says no, or may do so: a negation, or a word such as "no" where the buyer's language has no other use for it. */
  readonly isDenial: boolean;
}

/** Ordinary beside a name: it names nothing by itself. */
export const isStopWord = (word: Word): boolean => word.class === "request" || word.class === "talk";

/** A flag or a calling code with its "+": a country beyond doubt. */
export interface Sign extends Span {
  readonly kind: "sign";
  readonly countryId: string;
}

export interface ReadText {
  readonly text: string;
  readonly tokens: readonly (Word | Sign)[];
}

/** More words than this are not read: a wish is short. */
const MAX_WORDS = 24;
const MAX_TEXT = 200;
const FLAG = "[\\u{1f1e6}-\\u{1f1ff}]{2}";
/** England, Scotland and Wales have flags of their own: a black flag and letters that are not shown. */
const PART_FLAG = "\\u{1f3f4}[\\u{e0020}-\\u{e007e}]+\\u{e007f}";
const DIAL = "(?:\\+\\s?|(?<![\\p{L}\\p{N}])00)[\\p{Nd}]{1,7}(?![\\p{L}\\p{N}])";
const TOKEN = new RegExp(`${FLAG}|${PART_FLAG}|${DIAL}|[\\p{L}\\p{N}\\p{M}]+`, "gu");
/** "without", as English writes it in short. */
const SHORT_WITHOUT = /(?<![\p{L}\p{N}])w\/o(?![\p{L}\p{N}])/giu;
/** Signs that only join or direct letters. */
const INVISIBLE = /[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u00ad]/g;

/**
 * Reads what was typed: flags, calling codes and words, each with its place. Reads at most 200 characters and 24 words.
 * `language` is the buyer's.
 */
export function readText(
  typed: string,
  data: SearchData,
  isCountry: (id: string) => boolean,
  language: string,
): ReadText {
  const text = typed.slice(0, MAX_TEXT).replace(INVISIBLE, "").replace(SHORT_WITHOUT, "without");
  const tokens: (Word | Sign)[] = [];
  for (const match of text.matchAll(TOKEN)) {
    if (tokens.length >= MAX_WORDS) break;
    const [raw] = match;
    const span = { start: match.index, end: match.index + raw.length };
    const countryId = signOf(raw, data, isCountry);
    if (countryId !== undefined) tokens.push({ kind: "sign", countryId, ...span });
    else if (/[\p{L}\p{N}]/u.test(raw)) tokens.push(wordOf(raw.replace(/^\+\s?/, ""), span, data));
  }
  return { text, tokens: withDenials(tokens, data, language) };
}

function wordOf(raw: string, span: Span, data: SearchData): Word {
  // One letter of a typed text can stand for eighteen when it is folded.
  const folded = fold(raw).slice(0, MAX_TEXT);
  const isWish = withoutPrefixes(folded).some((form) => data.wish.has(form));
  const wordClass = classOf(folded, data);
  return {
    kind: "word",
    raw,
    folded,
    class: wordClass,
    isWish,
    isDenial: wordClass === "negation",
    ...span,
  };
}

/** Marks "no" and the like. The buyer's language excuses such a word only in a text whose wish is in that language. */
function withDenials(
  tokens: readonly (Word | Sign)[],
  { denials, requestOf }: SearchData,
  language: string,
): (Word | Sign)[] {
  const own = requestOf.get(language);
  const isOwn = ({ folded }: Word): boolean =>
    withoutPrefixes(folded).some((form) => own?.has(form) === true);
  const isOwnText = tokens.every(
    (token) => token.kind === "sign" || token.class !== "request" || isOwn(token),
  );
  const saysNo = (word: Word): boolean => {
    if (denials.get(language)?.has(word.folded)) return true;
    if (isOwnText && isOwn(word)) return false;
    return [...denials.values()].some((all) => all.has(word.folded));
  };
  return tokens.map((token) =>
    token.kind === "word" && saysNo(token) ? { ...token, isDenial: true } : token,
  );
}

function classOf(folded: string, data: SearchData): WordClass {
  if (/^\d+$/.test(folded)) return "digits";
  const forms = withoutPrefixes(folded);
  if (forms.some((form) => data.negations.has(form))) return "negation";
  if (forms.some((form) => data.request.has(form))) return "request";
  return forms.some((form) => data.talk.has(form)) ? "talk" : "word";
}

/** The country of a flag or a calling code; undefined for anything else. */
function signOf(raw: string, data: SearchData, isCountry: (id: string) => boolean): string | undefined {
  const letters = [...raw].map((symbol) => symbol.codePointAt(0) ?? 0);
  const [first = 0] = letters;
  if (first >= 0x1f1e6 && first <= 0x1f1ff) {
    const id = String.fromCharCode(...letters.map((letter) => letter - 0x1f1e6 + 65));
    return isCountry(id) ? id : undefined;
  }
  if (first === 0x1f3f4) return "GB";
  const digits = /^(?:\+\s?|00)(\p{Nd}+)$/u.exec(raw)?.[1];
  return digits === undefined ? undefined : data.dial.get(fold(digits));
}
