import { isSameScope, type Scope, wholeCatalogue } from "../../core/scope.ts";
import type { Catalog } from "../catalog.ts";
import { countryKey } from "../names/normalise.ts";

export interface FindScopesParts {
  readonly providers: readonly string[];
  /** Every name of every country. */
  readonly countries: ReadonlyMap<string, string>;
  readonly search: Catalog["search"];
}

const MAX_FOUND = 8;
const EVERYTHING = ["*", "all", "everything"];

/**
 * The parts of the catalogue that an operator's text may mean, the likeliest first: "whatsapp", "germany", "alpha",
 * "whatsapp germany alpha", "*". Providers are known by their exact names; the rest is read as a buyer's search is.
 */
export async function findScopes(parts: FindScopesParts, text: string): Promise<readonly Scope[]> {
  const words = text
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");
  const provider = parts.providers.find((name) => words.some((word) => word.toLowerCase() === name)) ?? null;
  const rest = words.filter((word) => word.toLowerCase() !== provider).join(" ");
  if (rest === "" || EVERYTHING.includes(rest.toLowerCase())) {
    const isNamed = provider !== null || rest !== "";
    return isNamed ? [{ ...wholeCatalogue, provider }] : [];
  }
  const found = await products(parts, rest);
  const scopes = found.map((product) => ({ ...product, provider }));
  return scopes
    .filter((scope, index) => scopes.findIndex((other) => isSameScope(scope, other)) === index)
    .slice(0, MAX_FOUND);
}

async function products(parts: FindScopesParts, text: string): Promise<readonly Omit<Scope, "provider">[]> {
  const named = parts.countries.get(countryKey(text)) ?? isoOf(parts, text);
  if (named !== undefined) return [{ serviceId: null, countryId: named }];
  const result = await parts.search(text, "en");
  switch (result.kind) {
    case "pair":
      return [{ serviceId: result.service.id, countryId: result.country.id }];
    case "countries":
      return result.countries.map(({ id }) => ({ serviceId: result.service.id, countryId: id }));
    case "services": {
      const countryId = result.country?.id ?? null;
      const services = result.services.map(({ id }) => ({ serviceId: id, countryId }));
      return countryId === null ? services : [{ serviceId: null, countryId }, ...services];
    }
    case "none":
      return [];
  }
}

/** The country of a text like "DE" in capitals; small letters may be a service's code. */
function isoOf(parts: FindScopesParts, text: string): string | undefined {
  if (!/^[A-Z]{2}$/.test(text)) return undefined;
  return [...parts.countries.values()].find((id) => id === text);
}
