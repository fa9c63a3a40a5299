import { addMs } from "../../core/clock.ts";
import type { ScopeRow } from "../../db/queries/offer-scopes.ts";
import type { Provider } from "../../providers/port/provider.ts";
import type { ProviderLists } from "../lists/snapshot.ts";

/** One thing to ask a provider about its prices. */
export type Scope =
  /** Everything that it sells. */
  | { readonly kind: "all"; readonly name: string }
  /** A service in all countries. */
  | { readonly kind: "service"; readonly name: string; readonly serviceId: string }
  /** A service in one country. */
  | { readonly kind: "pair"; readonly name: string; readonly serviceId: string; readonly countryId: string }
  /** A service in some popular countries, where only pairs can be asked for. */
  | { readonly kind: "sample"; readonly name: string; readonly serviceId: string };

/** A provider that failed is left alone this long. */
const RETRY_AFTER_MS = 10_000;

/**
 * What to ask this provider to learn its prices of a service (in one country, or in all: null). Undefined: it
 * does not sell it.
 */
export function scopeFor(
  provider: Provider,
  lists: ProviderLists | undefined,
  serviceId: string,
  countryId: string | null,
): Scope | undefined {
  const { anyService, prices } = provider.capabilities;
  if (anyService) return { kind: "all", name: "*" };
  if (!lists?.serviceCodes.has(serviceId)) return undefined;
  if (prices === "all") return { kind: "all", name: "*" };
  if (prices === "per-service" || prices === "configured")
    return { kind: "service", name: serviceId, serviceId };
  if (countryId === null) return { kind: "sample", name: `${serviceId}/*`, serviceId };
  if (!lists.countryCodes.has(countryId)) return undefined;
  return pairScope(serviceId, countryId);
}

export function pairScope(serviceId: string, countryId: string): Extract<Scope, { kind: "pair" }> {
  return { kind: "pair", name: `${serviceId}/${countryId}`, serviceId, countryId };
}

/** Whether it is time to ask again. */
export function isDue(row: ScopeRow | undefined, maxAgeMs: number, now: Date): boolean {
  if (!row) return true;
  if (row.failedAt && row.failedAt > addMs(now, -RETRY_AFTER_MS)) return false;
  return isOlder(row, maxAgeMs, now);
}

/** Whether what is known from this provider may be wrong by now: old, or its last answer was an error. */
export function isStale(row: ScopeRow | undefined, maxAgeMs: number, now: Date): boolean {
  return !row || row.failedAt !== null || isOlder(row, maxAgeMs, now);
}

function isOlder(row: ScopeRow, maxAgeMs: number, now: Date): boolean {
  return row.observedAt === null || row.observedAt < addMs(now, -maxAgeMs);
}
