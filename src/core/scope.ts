/** A part of the catalogue: everything that fits all of the ids that are set. Null fits everything. */
export interface Scope {
  readonly serviceId: string | null;
  readonly countryId: string | null;
  readonly provider: string | null;
}

/** One product at one provider: the smallest part. */
export interface ScopeSubject extends Scope {
  readonly serviceId: string;
  readonly countryId: string;
  readonly provider: string;
}

export const wholeCatalogue: Scope = { serviceId: null, countryId: null, provider: null };

/** True: the other part of the catalogue is within this one. */
export function includes(scope: Scope, other: Scope): boolean {
  return (
    (scope.provider === null || scope.provider === other.provider) &&
    (scope.countryId === null || scope.countryId === other.countryId) &&
    (scope.serviceId === null || scope.serviceId === other.serviceId)
  );
}

/** True: both name the same part of the catalogue. */
export function isSameScope(a: Scope, b: Scope): boolean {
  return a.serviceId === b.serviceId && a.countryId === b.countryId && a.provider === b.provider;
}

/** "wa/GB/alpha", with a star for everything: how logs and the audit name a part of the catalogue. */
export function scopeName(scope: Scope): string {
  return [scope.serviceId, scope.countryId, scope.provider].map((id) => id ?? "*").join("/");
}
