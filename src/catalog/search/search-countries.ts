import type { CatalogData } from "../names/data.ts";
import { countryKey } from "../names/normalise.ts";
import { editDistance, forgiven } from "./distance.ts";

export interface CountryMatch {
  readonly id: string;
  /** 0–1. 1: an exact name. */
  readonly score: number;
}

/** Finds the country that these words name. Undefined: none. */
export type CountrySearch = (words: readonly string[]) => CountryMatch | undefined;

const ISO_SCORE = 0.85;
const MIN_PREFIX = 3;

/**
 * `index` maps every name in every language to a country id. Matches in this order: a name, a two-letter code, the
 * beginning of a name, a misspelt name. If several countries match, the more popular one wins.
 */
export function createCountrySearch(data: CatalogData, index: ReadonlyMap<string, string>): CountrySearch {
  const ranks = new Map(data.popularCountries.map((id, rank) => [id, rank]));
  const byFirstLetter = new Map<string, (readonly [string, string])[]>();
  for (const [key, id] of index) {
    const initial = key.charAt(0);
    const group = byFirstLetter.get(initial);
    if (group) group.push([key, id]);
    else byFirstLetter.set(initial, [[key, id]]);
  }

  return (words) => {
    const text = words.join(" ");
    const key = text.startsWith("+") ? text : countryKey(text);
    const exact = index.get(key);
    if (exact !== undefined) return { id: exact, score: 1 };
    const code = key.toUpperCase();
    if (data.countries.has(code)) return { id: code, score: ISO_SCORE };
    if (key.length < MIN_PREFIX) return undefined;
    let best: CountryMatch | undefined;
    for (const [name, id] of byFirstLetter.get(key.charAt(0)) ?? []) {
      const score = likeness(key, name) + bonus(ranks.get(id));
      if (score >= 0.5 && (best === undefined || score > best.score)) best = { id, score };
    }
    return best;
  };
}

function bonus(rank: number | undefined): number {
  return rank === undefined ? 0 : 0.1 - rank / 1000;
}

/** Always below 0.9, so that a guess never beats an exact name. */
function likeness(typed: string, name: string): number {
  if (name.startsWith(typed)) return 0.5 + (0.35 * typed.length) / name.length;
  const limit = forgiven(typed.length);
  const distance = editDistance(typed, name, limit);
  return distance > limit || limit === 0 ? 0 : 0.85 - 0.12 * distance;
}
