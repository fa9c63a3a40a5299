import type { ProviderCountry, ProviderService } from "../../providers/port/provider.ts";
import type { CatalogData } from "./data.ts";
import { countryKey, nameKey, unmappedId } from "./normalise.ts";

/** Our id for a provider's code. `name` is set only if our tables do not have it. */
export interface Mapped {
  readonly id: string;
  readonly name: string | null;
}

export interface Mapper {
  service(service: ProviderService): Mapped;
  country(country: ProviderCountry): Mapped;
}

/** Separates the names of one service: "Google / YouTube / Gmail", "OpenAI (ChatGPT)", "Sber+Cooper". */
const LIST_SEPARATORS = /[/,+|&()[\]]/;
/** Words that distinguish a provider's pools of one country: "USA (virtual)", "England 2". */
const POOL_WORDS = /\b(?:virtual|physical|real|premium|new|\d+)\b/gi;
const MIN_PART = 2;

/**
 * Maps a provider's services and countries to ours by name, never by code: the same code means different services at
 * different providers (`tk` is TikTok at one and MVideo at another). An unknown name gets a new id and is sold under that
 * name. `countries`: every name of every country → country id.
 */
export function createMapper(data: CatalogData, countries: ReadonlyMap<string, string>): Mapper {
  const services = serviceIndex(data);
  return {
    service: ({ code, name }) => {
      const known = namesIn(name)
        .map((part) => services.get(part))
        .find((id) => id !== undefined);
      return known === undefined ? unmapped(nameKey(name), code, name) : { id: known, name: null };
    },
    country: ({ code, name, iso2 }) => {
      // The name takes precedence over the upstream's ISO code: published tables had swapped codes.
      const known = countryKeysIn(name)
        .map((key) => countries.get(key))
        .find((id) => id !== undefined);
      const id = known ?? (iso2 !== null && data.countries.has(iso2) ? iso2 : undefined);
      return id === undefined ? unmapped(countryKey(name), code, name) : { id, name: null };
    },
  };
}

function unmapped(key: string, code: string, name: string): Mapped {
  return { id: unmappedId(key, code), name: name.trim() === "" ? code : name.trim() };
}

function serviceIndex(data: CatalogData): ReadonlyMap<string, string> {
  const index = new Map<string, string>();
  const add = (name: string, id: string): void => {
    const key = nameKey(name);
    if (key !== "" && !index.has(key)) index.set(key, id);
  };
  for (const [id, name] of data.services) add(name, id);
  for (const [id, names] of data.serviceNames) for (const name of names) add(name, id);
  return index;
}

/** The names to try: the whole name, the part before a bracket, then each part of a list. */
function namesIn(name: string): string[] {
  const parts = name
    .split(LIST_SEPARATORS)
    .map(nameKey)
    .filter((key) => key.length >= MIN_PART);
  return [nameKey(name), ...parts];
}

function countryKeysIn(name: string): string[] {
  const withoutBrackets = name.replace(/[([].*?[)\]]/g, " ");
  return [name, withoutBrackets, withoutBrackets.replace(POOL_WORDS, " ")].map(countryKey);
}
