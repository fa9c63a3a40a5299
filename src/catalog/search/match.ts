import type { Hit } from "./key-index.ts";
import type { ReadText, Span, Word } from "./read-text.ts";
import type { SearchIndex } from "./search-index.ts";

export type Kind = "service" | "country";

/** A part of the text that may name a service or a country. */
export interface Match extends Span {
  readonly kind: Kind;
  /** Best first; never empty. */
  readonly hits: readonly Hit[];
  /** A word such as "in" or "me" that is a code too: counts only in a text of two words. */
  readonly isStop: boolean;
  /** Bare digits: a calling code only beside a service. */
  readonly needsService: boolean;
}

/** From here a hit is as good as typed exactly. */
export const EXACT = 0.9;

export interface Proposing {
  readonly index: SearchIndex;
  readonly language: string;
  readonly read: ReadText;
  readonly words: readonly Word[];
}

export function isSure({ hits, isStop, needsService }: Match): boolean {
  return !isStop && !needsService && (hits[0]?.quality ?? 0) >= EXACT;
}

export function overlaps(a: Span, b: Span): boolean {
  return a.start < b.end && b.start < a.end;
}

export function spanOf(parts: readonly Span[]): Span {
  return { start: parts[0]?.start ?? 0, end: parts.at(-1)?.end ?? 0 };
}

/** One hit a thing, better ones first; of equally good ones what is sold, then what is more popular. */
export function merge({ index }: Pick<Proposing, "index">, kind: Kind, hits: readonly Hit[]): Hit[] {
  const byId = new Map<string, Hit>();
  for (const hit of hits) if ((byId.get(hit.id)?.quality ?? -1) < hit.quality) byId.set(hit.id, hit);
  const popularity = ({ id }: Hit): number =>
    kind === "country" ? index.countryPopularity(id) : index.services.popularity(id);
  const isSold = ({ id }: Hit): boolean => kind === "country" || index.services.item(id) !== undefined;
  // Popular things move guesses, never names.
  const rank = (hit: Hit): number =>
    hit.quality >= EXACT ? hit.quality : Math.min(EXACT - 0.001, hit.quality + popularity(hit));
  const close = (hit: Hit): number => Math.round(rank(hit) * 100);
  return [...byId.values()].sort(
    (a, b) =>
      close(b) - close(a) ||
      Number(isSold(b)) - Number(isSold(a)) ||
      popularity(b) - popularity(a) ||
      rank(b) - rank(a),
  );
}
