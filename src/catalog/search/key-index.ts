import { soundKey } from "../names/fold.ts";
import { editDistance } from "./distance.ts";

/** One name of one thing. `quality` 0–1: how surely somebody who types exactly this means it. */
export interface Entry {
  readonly id: string;
  readonly quality: number;
  /** The language of the name; null: none in particular. */
  readonly language: string | null;
}

export interface Hit {
  readonly id: string;
  /** 0–1; 0.9 and above: as good as typed exactly. */
  readonly quality: number;
}

export interface KeyIndex {
  /** Things with exactly this name. `language`: names in the buyer's language are preferred. */
  named(key: string, language: string): Hit[];
  /** Things whose name sounds like this, whatever the script. */
  sounding(key: string): Hit[];
  /** Things whose name begins like this. */
  beginning(key: string): Hit[];
  /** Things whose name sounds like this with one or two letters wrong. `isKnown`: things to find by a short word too. */
  misspelt(key: string, isKnown: (id: string) => boolean): Hit[];
}

const SOUND_QUALITY = 0.92;
const SHORT_SOUND_QUALITY = 0.8;
const MIN_SOUND = 5;
const MIN_FUZZY = 4;
const MIN_TWO_ERRORS = 7;
const MIN_FUZZY_OF_UNKNOWN = 7;
const MAX_BEGINNINGS = 40;
const OWN_LANGUAGE_BONUS = 0.02;

/** Collects names; call `build` when all are in. */
export function createKeyIndexBuilder() {
  const names = new Map<string, Entry[]>();
  return {
    /** If the thing already has this name, the better quality stays. */
    add(key: string, entry: Entry): void {
      if (key === "") return;
      const entries = names.get(key);
      if (!entries) names.set(key, [entry]);
      else if (!entries.some(({ id, quality }) => id === entry.id && quality >= entry.quality))
        entries.push(entry);
    },
    build: (): KeyIndex => createKeyIndex(names),
  };
}

function createKeyIndex(names: ReadonlyMap<string, readonly Entry[]>): KeyIndex {
  const sounds = soundIndex(names);
  const sorted = [...names.keys()].sort();
  const fuzzy = createFuzzyIndex([...sounds.keys()]);

  return {
    named: (key, language) =>
      best(
        (names.get(key) ?? []).map((entry) => ({
          id: entry.id,
          quality: Math.min(1, entry.quality + (entry.language === language ? OWN_LANGUAGE_BONUS : 0)),
        })),
      ),
    sounding: (key) => {
      const sound = soundKey(key);
      const quality = sound.length >= MIN_SOUND ? SOUND_QUALITY : SHORT_SOUND_QUALITY;
      return best(
        (sounds.get(sound) ?? []).map((entry) => ({ id: entry.id, quality: quality * entry.quality })),
      );
    },
    beginning: (key) => {
      const hits: Hit[] = [];
      for (
        let at = firstAtOrAfter(sorted, key);
        at < sorted.length && hits.length < MAX_BEGINNINGS;
        at += 1
      ) {
        const name = sorted[at] ?? "";
        if (!name.startsWith(key)) break;
        const quality = 0.55 + (0.3 * key.length) / name.length;
        for (const { id } of names.get(name) ?? []) hits.push({ id, quality });
      }
      return best(hits);
    },
    misspelt: (key, isKnown) => {
      const sound = soundKey(key);
      const hits = fuzzy(sound).flatMap(({ name, distance }) => {
        const quality = fuzzyQuality(Math.min(name.length, sound.length), distance);
        return (sounds.get(name) ?? []).map((entry) => ({ id: entry.id, quality: quality * entry.quality }));
      });
      return best(hits.filter(({ id }) => sound.length >= MIN_FUZZY_OF_UNKNOWN || isKnown(id)));
    },
  };
}

function fuzzyQuality(length: number, distance: number): number {
  if (distance === 0) return SOUND_QUALITY;
  if (distance === 1) return length >= 6 ? 0.83 : length === 5 ? 0.79 : 0.74;
  return length >= 9 ? 0.76 : 0.7;
}

/** One hit a thing, the best first. */
function best(hits: readonly Hit[]): Hit[] {
  const byId = new Map<string, Hit>();
  for (const hit of hits) if ((byId.get(hit.id)?.quality ?? -1) < hit.quality) byId.set(hit.id, hit);
  return [...byId.values()].sort((a, b) => b.quality - a.quality);
}

function soundIndex(names: ReadonlyMap<string, readonly Entry[]>): ReadonlyMap<string, readonly Entry[]> {
  const sounds = new Map<string, Entry[]>();
  for (const [key, entries] of names) {
    if (key.length < MIN_FUZZY - 1) continue;
    const sound = soundKey(key);
    const known = sounds.get(sound);
    if (known) known.push(...entries);
    else sounds.set(sound, [...entries]);
  }
  return sounds;
}

function firstAtOrAfter(sorted: readonly string[], key: string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? "") < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Finds keys within one or two edits. Each key has a signature, a bit for every letter it has: an edit takes away
 * at most one letter and brings at most one, so most keys are ruled out without computing a distance.
 */
function createFuzzyIndex(all: readonly string[]): (sound: string) => { name: string; distance: number }[] {
  const byLength = new Map<number, { names: string[]; signatures: Int32Array }>();
  for (const name of all.filter(({ length }) => length >= MIN_FUZZY)) {
    const group = byLength.get(name.length) ?? { names: [], signatures: new Int32Array() };
    group.names.push(name);
    byLength.set(name.length, group);
  }
  for (const group of byLength.values()) group.signatures = Int32Array.from(group.names, signatureOf);

  return (sound) => {
    if (sound.length < MIN_FUZZY) return [];
    const limit = sound.length >= MIN_TWO_ERRORS ? 2 : 1;
    const signature = signatureOf(sound);
    const found: { name: string; distance: number }[] = [];
    for (let length = sound.length - limit; length <= sound.length + limit; length += 1) {
      const group = byLength.get(length);
      if (!group) continue;
      for (let at = 0; at < group.names.length; at += 1) {
        const other = group.signatures[at] ?? 0;
        if (bitCount(signature & ~other) > limit || bitCount(other & ~signature) > limit) continue;
        const name = group.names[at] ?? "";
        const distance = editDistance(sound, name, limit);
        if (distance <= limit) found.push({ name, distance });
      }
    }
    return found;
  };
}

function signatureOf(text: string): number {
  let bits = 0;
  for (let at = 0; at < text.length; at += 1) bits |= 1 << (text.charCodeAt(at) & 31);
  return bits;
}

function bitCount(bits: number): number {
  let count = bits - ((bits >> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >> 2) & 0x33333333);
  return (((count + (count >> 4)) & 0xf0f0f0f) * 0x1010101) >> 24;
}
