import MiniSearch from "minisearch";
import type { ServiceItem } from "../catalog.ts";
import type { CatalogData } from "../names/data.ts";
import { nameKey, words } from "../names/normalise.ts";
import { editDistance, forgiven } from "./distance.ts";

export interface ServiceMatch {
  readonly service: ServiceItem;
  /** 0–1. 1: an exact name. Below 0.35: not worth showing. */
  readonly score: number;
}

/** Finds the services that these words name, best first, at most `limit`. */
export type ServiceSearch = (words: readonly string[], limit: number) => ServiceMatch[];

interface Entry {
  readonly service: ServiceItem;
  readonly keys: readonly string[];
  /** Up to 0.1 for popular services. */
  readonly bonus: number;
}

const CODE_SCORE = 0.75;
const MAX_CANDIDATES = 40;
const WORD_FOUND = 0.4;
/** The score if one of several typed words is the whole name of the service: "amazon prime video". */
const WORD_IS_NAME = 0.5;
/** The shortest word that may match a service by itself when other words are not understood. */
const MIN_NAME_WORD = 3;

/**
 * Searches names, nicknames, providers' names and our codes, also by their beginning and with typing errors. `otherNames`
 * are the providers' names of a service.
 */
export function createServiceSearch(
  data: CatalogData,
  services: readonly ServiceItem[],
  otherNames: ReadonlyMap<string, readonly string[]>,
): ServiceSearch {
  const entries = services.map((service) => entryOf(data, service, otherNames.get(service.id) ?? []));
  const exact = exactIndex(entries);
  const withheld = withheldKeys(data, new Set(services.map(({ id }) => id)));
  const byId = new Map(entries.map((entry) => [entry.service.id, entry]));
  const index = textIndex(entries, data, otherNames);

  function candidates(typed: readonly string[]): Map<Entry, number> {
    const found = new Map<Entry, number>();
    const look = (query: string, atLeast: number): void => {
      for (const { id } of index.search(query, { combineWith: "AND" }).slice(0, MAX_CANDIDATES)) {
        const entry = byId.get(String(id));
        if (entry && !found.has(entry)) found.set(entry, atLeast);
      }
    };
    look(typed.join(" "), WORD_FOUND);
    // One name typed as several words, "insta gram". No bonus: unrelated words must not match a name by chance.
    if (typed.length > 1) look(typed.join(""), 0);
    if (found.size > 0) return found;
    for (const word of typed) {
      const entry = word.length < MIN_NAME_WORD ? undefined : exact.get(word);
      if (entry) found.set(entry, WORD_IS_NAME);
    }
    return found;
  }

  return (typed, limit) => {
    const key = typed.join("");
    if (key === "") return [];
    const named = exact.get(key);
    // The exact name of a service that is not sold must not find services with a similar spelling.
    if (!named && withheld.has(key)) return [];
    const scores = new Map<Entry, number>();
    for (const [entry, atLeast] of candidates(typed)) scores.set(entry, score(key, entry, atLeast));
    const coded = byId.get(key);
    if (coded) scores.set(coded, Math.max(scores.get(coded) ?? 0, CODE_SCORE + coded.bonus));
    if (named) scores.set(named, 1);
    return [...scores]
      .map(([entry, value]) => ({ service: entry.service, score: value }))
      .sort((a, b) => b.score - a.score)
      .slice(0, limit);
  };
}

/** All names of the services that we know but do not sell. */
function withheldKeys(data: CatalogData, sold: ReadonlySet<string>): ReadonlySet<string> {
  const known = [...data.services].map(([id, name]) => ({ id, name })).filter(({ id }) => !sold.has(id));
  return new Set(known.flatMap((service) => entryOf(data, service, []).keys));
}

function entryOf(data: CatalogData, service: ServiceItem, otherNames: readonly string[]): Entry {
  const rank = data.popularServices.indexOf(service.id);
  const names = [
    service.name,
    ...(data.serviceNicknames.get(service.id) ?? []),
    ...(data.serviceNames.get(service.id) ?? []),
    ...otherNames,
  ];
  const keys = new Set(names.map(nameKey).filter((key) => key !== ""));
  return { service, keys: [...keys], bonus: rank < 0 ? 0 : 0.1 - rank / 1000 };
}

/** Maps names to services. If two services share a name, the more popular one wins. */
function exactIndex(entries: readonly Entry[]): ReadonlyMap<string, Entry> {
  const index = new Map<string, Entry>();
  for (const entry of [...entries].sort((a, b) => b.bonus - a.bonus)) {
    for (const key of entry.keys) if (!index.has(key)) index.set(key, entry);
  }
  // A service's name takes precedence over another service's nickname.
  for (const entry of entries) index.set(nameKey(entry.service.name), entry);
  return index;
}

function textIndex(
  entries: readonly Entry[],
  data: CatalogData,
  otherNames: ReadonlyMap<string, readonly string[]>,
): MiniSearch {
  const index = new MiniSearch({
    fields: ["name", "others"],
    tokenize: (text) => text.split(" "),
    processTerm: (term) => term,
    searchOptions: {
      boost: { name: 2 },
      prefix: (term) => term.length >= 2,
      fuzzy: (term) => (term.length >= 4 ? 0.25 : false),
      maxFuzzy: 2,
      boostDocument: (id) => 1 + (bonuses.get(String(id)) ?? 0) * 10,
    },
  });
  const bonuses = new Map(entries.map(({ service, bonus }) => [service.id, bonus]));
  index.addAll(
    entries.map(({ service, keys }) => ({
      id: service.id,
      name: words(service.name).join(" "),
      others: [
        ...keys,
        ...(data.serviceNicknames.get(service.id) ?? []).flatMap(words),
        ...(otherNames.get(service.id) ?? []).flatMap(words),
      ].join(" "),
    })),
  );
  return index;
}

/** Always below 1, so that a guess never beats an exact name. */
function score(typed: string, entry: Entry, atLeast: number): number {
  const best = Math.max(atLeast, ...entry.keys.map((key) => likeness(typed, key)));
  return Math.min(best + entry.bonus, 0.99);
}

function likeness(typed: string, name: string): number {
  if (name === typed) return 0.95;
  if (name.startsWith(typed)) return 0.5 + (0.35 * typed.length) / name.length;
  const limit = forgiven(typed.length);
  if (limit === 0) return 0;
  const distance = editDistance(typed, name, limit);
  if (distance <= limit) return 0.88 - 0.12 * distance;
  return editDistance(typed, name.slice(0, typed.length), 1) <= 1 ? 0.5 : 0;
}
