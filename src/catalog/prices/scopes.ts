import { addMs } from "../../core/clock.ts";
import type { ScopeRow } from "../../db/queries/offer-scopes.ts";
import type { Provider } from "../../providers/port/provider.ts";
import type { ProviderLists } from "../lists/snapshot.ts";

/** What one price request to a provider covers. */
export type Scope =
  /** All services in all countries. */
  | { readonly kind: "all"; readonly name: string }
  /** One service in all countries. */
  | { readonly kind: "service"; readonly name: string; readonly serviceId: string }
  /** One service in one country. */
  | { readonly kind: "pair"; readonly name: string; readonly serviceId: string; readonly countryId: string }
  /** One service in some popular countries, for providers that answer only for a pair. */
  | { readonly kind: "sample"; readonly name: string; readonly serviceId: string };

/** The pause after a failed request. */
const RETRY_AFTER_MS = 10_000;

/**
 * The request that brings this provider's prices of a service. `countryId` null: in all countries. Undefined: the provider
 * does not sell the service.
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

/** True: the prices are old enough to be requested again, and no failure is recent. */
export function isDue(row: ScopeRow | undefined, maxAgeMs: number, now: Date): boolean {
  if (!row) return true;
  if (row.failedAt && row.failedAt > addMs(now, -RETRY_AFTER_MS)) return false;
  return isOlder(row, maxAgeMs, now);
}

/** True: the known prices may be wrong, because they are old or the last request failed. */
export function isStale(row: ScopeRow | undefined, maxAgeMs: number, now: Date): boolean {
  return !row || row.failedAt !== null || isOlder(row, maxAgeMs, now);
}

function isOlder(row: ScopeRow, maxAgeMs: number, now: Date): boolean {
  return row.observedAt === null || row.observedAt < addMs(now, -maxAgeMs);
}
