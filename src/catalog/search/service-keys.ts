import type { ServiceItem } from "../catalog.ts";
import type { CatalogData } from "../names/data.ts";
import { fold, foldedKey, splitWords } from "../names/fold.ts";
import { russianCases } from "./forms.ts";
import { createKeyIndexBuilder, type KeyIndex } from "./key-index.ts";

const QUALITY = { name: 1, nickname: 0.98, form: 0.97, provider: 0.96, part: 0.95, word: 0.62 };
const SEPARATORS = /[/,+|&()[\]]/;
const MIN_PART = 3;
const MIN_WORD = 4;

export interface ServiceKeys {
  readonly names: KeyIndex;
  /** What is on sale with a name of several words, this one the first. */
  withFirstWord(key: string): readonly string[];
  /** Undefined: not on sale. */
  item(id: string): ServiceItem | undefined;
  /** True for our service codes. */
  isCode(id: string): boolean;
  /** True: bought by many, so that a misspelt short name or several services at once are believed. */
  isKnown(id: string): boolean;
  /** 0–0.1, the more popular the more. */
  popularity(id: string): number;
}

/**
 * Everything that people call a service. Services that we know but that are not on sale are in it too, so that the name of
 * one does not find another that is spelt alike. `providerNames`: the providers' names of a service.
 */
export function serviceKeys(
  data: CatalogData,
  services: readonly ServiceItem[],
  providerNames: ReadonlyMap<string, readonly string[]>,
): ServiceKeys {
  const sold = new Map(services.map((service) => [service.id, service]));
  const ranks = new Map(data.popularServices.map((id, rank) => [id, rank]));
  const index = createKeyIndexBuilder();
  const firstWords = new Map<string, string[]>();
  const add = (name: string, id: string, quality: number): void =>
    index.add(foldedKey(name), { id, quality, language: null });
  const note = (first: string, id: string): void => {
    firstWords.set(first, [...(firstWords.get(first) ?? []), id]);
  };

  const all = new Map([...data.services, ...services.map(({ id, name }) => [id, name] as const)]);
  for (const [id, name] of all) {
    add(name, id, QUALITY.name);
    for (const nickname of data.serviceNicknames.get(id) ?? []) {
      add(nickname, id, QUALITY.nickname);
      for (const form of russianCases(nickname)) add(form, id, QUALITY.form);
    }
    const others = [
      ...(data.serviceNames.get(id) ?? []),
      ...(sold.has(id) ? (providerNames.get(id) ?? []) : []),
    ];
    for (const other of others) add(other, id, QUALITY.provider);
    for (const full of [name, ...others]) {
      for (const part of partsOf(full)) add(part, id, QUALITY.part);
      const [first = "", ...later] = splitWords(full).map(fold);
      for (const word of later) if (word.length >= MIN_WORD) add(word, id, QUALITY.word);
      if (sold.has(id) && later.length > 0 && first.length >= MIN_WORD) note(first, id);
    }
  }
  return {
    names: index.build(),
    withFirstWord: (key) => firstWords.get(key) ?? [],
    item: (id) => sold.get(id),
    isCode: (id) => data.services.has(id),
    isKnown: (id) => ranks.has(id) || data.serviceNicknames.has(id),
    popularity: (id) => {
      const rank = ranks.get(id);
      if (rank !== undefined) return 0.1 - rank / 1000;
      return data.serviceNicknames.has(id) ? 0.02 : 0;
    },
  };
}

/** "Google / YouTube / Gmail" is also called by each part. */
function partsOf(name: string): string[] {
  const parts = name.split(SEPARATORS);
  return parts.length < 2 ? [] : parts.filter((part) => foldedKey(part).length >= MIN_PART);
}
