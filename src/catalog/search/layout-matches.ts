import { fold, foldedKey } from "../names/fold.ts";
import { isoHits } from "./iso-hits.ts";
import { layoutNames, swapLayout } from "./layouts.ts";
import { EXACT, type Match, merge, overlaps, type Proposing, spanOf } from "./match.ts";
import { isStopWord, type Span, type Word } from "./read-text.ts";

const LAYOUT = 0.95;
const MIN_LAYOUT = 4;

/** Words typed with the keyboard set to another language: "dfncfg hjccbz" is "ватсап россия". */
export function layoutMatches(input: Proposing, isNamed: (span: readonly Word[]) => boolean): Match[] {
  const chunks = [...input.read.text.matchAll(/\S+/gu)].map(({ 0: text, index }) => ({
    text,
    start: index,
    end: index + text.length,
  }));
  const isOpen = (chunk: Span): boolean => {
    const inside = input.words.filter((word) => overlaps(word, chunk));
    return inside.length > 0 && !isNamed(inside) && !inside.every(isStopWord);
  };
  const long: Match[] = [];
  const short: Match[] = [];
  for (const layout of layoutNames) {
    const swapped = chunks.map((chunk) => (isOpen(chunk) ? foldedKey(swapLayout(chunk.text, layout)) : ""));
    for (let start = 0; start < chunks.length; start += 1) {
      for (let end = start + 1; end <= Math.min(start + 2, chunks.length); end += 1) {
        const parts = swapped.slice(start, end);
        const key = parts.join("");
        if (parts.includes("") || key.length < 2) continue;
        const target = key.length >= MIN_LAYOUT ? long : short;
        target.push(...layoutHits(input, key, spanOf(chunks.slice(start, end))));
      }
    }
  }
  return long.length > 0 ? [...long, ...short] : [];
}

function layoutHits(input: Proposing, key: string, span: Span): Match[] {
  const { index, language } = input;
  return (["service", "country"] as const).flatMap((kind) => {
    const keys = kind === "service" ? index.services.names : index.countries.names;
    const iso = kind === "country" && key.length === 2 ? isoHits(index, { raw: key, folded: fold(key) }) : [];
    const hits = [...keys.named(key, language), ...iso].map((hit) => ({
      ...hit,
      quality: hit.quality * LAYOUT,
    }));
    const sure = hits.filter(({ quality }) => quality >= EXACT - 0.04);
    if (sure.length === 0) return [];
    return [{ ...span, kind, hits: merge(input, kind, sure), isStop: false, needsService: false }];
  });
}
