import { z } from "zod";
import type { Catalog } from "../catalog/catalog.ts";
import type { Scope } from "../core/scope.ts";

/** A scope in a draft's JSON. */
export const scopeSchema = z.object({
  serviceId: z.string().max(40).nullable(),
  countryId: z.string().max(40).nullable(),
  provider: z.string().max(40).nullable(),
});

export type Naming = Pick<Catalog, "service" | "country">;

/** "WhatsApp · 🇬🇧 United Kingdom · alpha"; "Everything" for the whole catalogue. Plain text. */
export async function nameScope(catalog: Naming, scope: Scope): Promise<string> {
  const service = scope.serviceId === null ? undefined : await catalog.service(scope.serviceId);
  const parts = [
    scope.serviceId === null ? null : (service?.name ?? scope.serviceId),
    scope.countryId === null ? null : countryName(catalog, scope.countryId),
    scope.provider,
  ].filter((part) => part !== null);
  return parts.length === 0 ? "Everything" : parts.join(" · ");
}

function countryName(catalog: Naming, countryId: string): string {
  const { flag, name } = catalog.country(countryId, "en");
  return `${flag} ${name}`.trim();
}
