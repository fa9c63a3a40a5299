import { type Cached, createCached } from "../../core/cached.ts";
import type { Clock } from "../../core/clock.ts";
import type { Database } from "../../db/client.ts";
import {
  type ProviderCode,
  selectCountryRows,
  selectListsVersion,
  selectProviderCountries,
  selectProviderServices,
  selectServiceRows,
} from "../../db/queries/provider-lists.ts";
import { selectSwitches } from "../../db/queries/switches.ts";
import type { Provider } from "../../providers/port/provider.ts";
import type { ServiceItem } from "../catalog.ts";
import type { BlockReasonOf } from "../names/blocklist.ts";
import type { CatalogData } from "../names/data.ts";

/** One provider's codes and our ids. Several codes may map to one id. */
export interface ProviderLists {
  readonly serviceCodes: ReadonlyMap<string, readonly string[]>;
  readonly serviceIds: ReadonlyMap<string, string>;
  readonly countryCodes: ReadonlyMap<string, readonly string[]>;
  readonly countryIds: ReadonlyMap<string, string>;
}

/** The services and countries on sale, their names and the providers' codes, as last read from the database. */
export interface Snapshot {
  readonly version: string;
  readonly providers: ReadonlyMap<string, ProviderLists>;
  /** Listed by a provider and not blocked, A–Z. */
  readonly services: readonly ServiceItem[];
  /** Those of them that an operator has taken off sale in all countries. */
  readonly offServices: ReadonlySet<string>;
  readonly serviceNames: ReadonlyMap<string, string>;
  /** Our id → the providers' names. */
  readonly providerNames: ReadonlyMap<string, readonly string[]>;
  readonly countryNames: ReadonlyMap<string, string>;
  /** No provider's list of services is there yet. */
  readonly isReading: boolean;
}

export interface SnapshotDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly data: CatalogData;
  readonly blockReasonOf: BlockReasonOf;
}

/** How often the version is compared: another replica or the operator may have changed the lists. */
const TTL_MS = 10_000;

/** Keeps the snapshot in memory and reads it again when its version in the database has changed. */
export function createSnapshot(deps: SnapshotDeps): Cached<Snapshot> {
  const cached: Cached<Snapshot> = createCached(deps.clock, TTL_MS, async () => {
    const version = await selectListsVersion(deps.db, deps.clock.now());
    const known = cached.peek();
    return known?.version === version ? known : await load(deps, version);
  });
  return cached;
}

async function load(deps: SnapshotDeps, version: string): Promise<Snapshot> {
  const names = [...deps.providers.keys()];
  const [serviceCodes, countryCodes, serviceRows, countryRows, switches] = await Promise.all([
    selectProviderServices(deps.db, names),
    selectProviderCountries(deps.db, names),
    selectServiceRows(deps.db),
    selectCountryRows(deps.db),
    selectSwitches(deps.db, deps.clock.now()),
  ]);
  const serviceNames = new Map([
    ...serviceRows.map((row) => [row.id, row.name] as const),
    ...deps.data.services,
  ]);
  const decisions = new Map(serviceRows.map((row) => [row.id, row.blocked]));
  const isSold = (id: string): boolean =>
    !(decisions.get(id) ?? deps.blockReasonOf(id, serviceNames.get(id) ?? "") !== undefined);
  return {
    version,
    providers: new Map(names.map((name) => [name, listsOf(name, serviceCodes, countryCodes)])),
    services: listedIds(deps, serviceCodes)
      .filter(isSold)
      .map((id) => ({ id, name: serviceNames.get(id) ?? id }))
      .sort(byName()),
    offServices: new Set(
      switches.flatMap(({ serviceId, countryId, provider }) =>
        serviceId !== null && countryId === null && provider === null ? [serviceId] : [],
      ),
    ),
    serviceNames,
    providerNames: grouped(serviceCodes, ({ id, name }) => [id, name]),
    isReading: serviceCodes.length === 0 && names.length > 0,
    countryNames: new Map(countryRows.map((row) => [row.id, row.name])),
  };
}

/** The service ids on sale. If providers list none but their numbers work for any service, the popular services are sold. */
function listedIds(deps: SnapshotDeps, codes: readonly ProviderCode[]): string[] {
  const listed = [...new Set(codes.map(({ id }) => id))];
  if (listed.length > 0) return listed;
  const sellsAny = [...deps.providers.values()].some(({ capabilities }) => capabilities.anyService);
  return sellsAny ? [...deps.data.popularServices] : [];
}

function listsOf(
  provider: string,
  services: readonly ProviderCode[],
  countries: readonly ProviderCode[],
): ProviderLists {
  const ownServices = services.filter((row) => row.provider === provider);
  const ownCountries = countries.filter((row) => row.provider === provider);
  return {
    serviceCodes: grouped(ownServices, ({ id, code }) => [id, code]),
    serviceIds: new Map(ownServices.map(({ code, id }) => [code, id])),
    countryCodes: grouped(ownCountries, ({ id, code }) => [id, code]),
    countryIds: new Map(ownCountries.map(({ code, id }) => [code, id])),
  };
}

function grouped<T>(
  items: readonly T[],
  pairOf: (item: T) => readonly [string, string],
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const [key, value] of items.map(pairOf)) {
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}

function byName(): (a: ServiceItem, b: ServiceItem) => number {
  const collator = new Intl.Collator("en", { sensitivity: "base", numeric: true });
  return (a, b) => collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);
}
