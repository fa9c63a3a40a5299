import type { Hit } from "./key-index.ts";
import type { Word } from "./read-text.ts";
import type { SearchIndex } from "./search-index.ts";

const ISO = { upper: 0.965, lower: 0.92 };

/** The country whose ISO code of two or three letters this is; capitals are surer. */
export function isoHits(index: SearchIndex, { raw, folded }: Pick<Word, "raw" | "folded">): Hit[] {
  if (!/^[a-z]{2,3}$/.test(folded)) return [];
  const upper = folded.toUpperCase();
  const id = folded.length === 3 ? index.words.alpha3.get(upper) : upper;
  if (id === undefined || !index.isCountry(id)) return [];
  return [{ id, quality: raw === upper ? ISO.upper : ISO.lower }];
}
