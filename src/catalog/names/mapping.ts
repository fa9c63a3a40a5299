import type { ProviderCountry, ProviderService } from "../../providers/port/provider.ts";
import type { CatalogData } from "./data.ts";
import { countryKey, nameKey, unmappedId } from "./normalise.ts";

/** What a provider's code means to us; `name` is set where none of our tables names it. */
export interface Mapped {
  readonly id: string;
  readonly name: string | null;
}

export interface Mapper {
  service(service: ProviderService): Mapped;
  country(country: ProviderCountry): Mapped;
}

/** "Google / YouTube / Gmail", "OpenAI (ChatGPT)", "Sber+Cooper": one service under several names. */
const LIST_SEPARATORS = /[/,+|&()[\]]/;
/** "USA (virtual)", "England 2": how a provider tells its pools of one country apart. */
const POOL_WORDS = /\b(?:virtual|physical|real|premium|new|\d+)\b/gi;
const MIN_PART = 2;

/**
 * Maps by name, never by code: the same code means different things at different providers (`tk` is TikTok at one
 * and MVideo at another). A name that no table knows gets an id of its own and is sold under that name.
 * `countries`: every name of every country → its id.
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
      // The name comes before the upstream's ISO code: published tables have been seen with swapped codes.
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

/** The whole name first, then what stands before a bracket, then each part of a list. */
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
