import { fold, withoutPrefixes } from "../names/fold.ts";
import { EXACT, type Kind, type Match, merge, type Proposing } from "./match.ts";
import type { Span, Word } from "./read-text.ts";

const MIN_WORD = 6;
/** Longer than any service and country run together. Each cut reads the whole rest, so a longer word costs too much. */
const MAX_WORD = 40;
const MIN_LONG_PART = 4;
const MIN_PART = 2;
const QUALITY = 0.95;

/** A service and a country written as one word: "whatsappindia", "usatelegram". The service must be one that many buy. */
export function splitRunTogether(input: Proposing, word: Word): Match[] {
  const { index, language } = input;
  const forms = withoutPrefixes(word.folded).filter(
    (form) => form.length >= MIN_WORD && form.length <= MAX_WORD,
  );
  for (const form of forms) {
    for (let cut = MIN_PART; cut <= form.length - MIN_PART; cut += 1) {
      const [left, right] = [form.slice(0, cut), fold(form.slice(cut))];
      if (Math.max(left.length, right.length) < MIN_LONG_PART) continue;
      for (const [service, country] of [
        [left, right],
        [right, left],
      ] as const) {
        const services = index.services.names
          .named(service, language)
          .filter(({ id, quality }) => quality >= EXACT && index.services.isKnown(id));
        if (services.length === 0) continue;
        const countries = countryHits(input, country);
        if (countries.length === 0) continue;
        const at = word.start + Math.min(cut, word.end - word.start - 1);
        const [head, tail] = [
          { start: word.start, end: at },
          { start: at, end: word.end },
        ];
        const isServiceFirst = service === left;
        return [
          matchOf(input, "service", services, isServiceFirst ? head : tail),
          matchOf(input, "country", countries, isServiceFirst ? tail : head),
        ];
      }
    }
  }
  return [];
}

function countryHits({ index, language }: Proposing, key: string) {
  const named = index.countries.names.named(key, language).filter(({ quality }) => quality >= EXACT);
  if (named.length > 0) return named;
  const id = index.words.dial.get(key);
  return id === undefined ? [] : [{ id, quality: 1 }];
}

function matchOf(
  input: Proposing,
  kind: Kind,
  hits: readonly { id: string; quality: number }[],
  span: Span,
): Match {
  const weaker = hits.map((hit) => ({ ...hit, quality: hit.quality * QUALITY }));
  return { ...span, kind, hits: merge(input, kind, weaker), isStop: false, needsService: false };
}
