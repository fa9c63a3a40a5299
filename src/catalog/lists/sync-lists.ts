import { addMs, type Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import type { Database } from "../../db/client.ts";
import { deleteOffersOlderThan } from "../../db/queries/housekeeping.ts";
import { markFailed, markObserved, selectScopes } from "../../db/queries/offer-scopes.ts";
import {
  insertUnmappedCountries,
  insertUnmappedServices,
  type MappedCode,
  replaceProviderList,
} from "../../db/queries/provider-lists.ts";
import { inTransaction } from "../../db/transaction.ts";
import type { Provider } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import type { Mapped, Mapper } from "../names/mapping.ts";

const LISTS_SCOPE = "#lists";
const MAX_AGE_MS = 6 * 60 * 60 * 1000;
const RETRY_AFTER_MS = 2 * 60 * 1000;
const FORGET_OFFERS_MS = 24 * 60 * 60 * 1000;
/** A limit against broken answers; the largest known list has 2,033 rows. */
const MAX_ROWS = 20_000;

export interface ListDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly mapper: Mapper;
  /** Called when the lists have changed. */
  readonly onChange: () => void;
}

export interface Lists {
  /** Reads every provider's lists now. Never rejects: after a failure the provider's old lists stay. */
  sync(): Promise<void>;
  /** Reads the lists that are older than six hours, or whose last failure is two minutes old. */
  syncDue(): Promise<void>;
}

/** Reads the providers' lists of services and countries, maps them to our ids and stores them. */
export function createLists(deps: ListDeps): Lists {
  const running = new Map<string, Promise<void>>();

  function syncOne(provider: Provider): Promise<void> {
    const current = running.get(provider.name);
    if (current) return current;
    const task = syncProvider(deps, provider).finally(() => running.delete(provider.name));
    running.set(provider.name, task);
    return task;
  }

  return {
    sync: async () => {
      await Promise.all([...deps.providers.values()].map(syncOne));
      await deleteOffersOlderThan(deps.db, addMs(deps.clock.now(), -FORGET_OFFERS_MS));
    },
    syncDue: async () => {
      const names = await dueProviders(deps);
      await Promise.all([...deps.providers.values()].filter(({ name }) => names.has(name)).map(syncOne));
    },
  };
}

async function dueProviders(deps: ListDeps): Promise<Set<string>> {
  const rows = await selectScopes(deps.db, [...deps.providers.keys()], [LISTS_SCOPE]);
  const now = deps.clock.now();
  const fine = rows.filter(({ observedAt, failedAt }) =>
    failedAt ? failedAt > addMs(now, -RETRY_AFTER_MS) : observedAt && observedAt > addMs(now, -MAX_AGE_MS),
  );
  const due = new Set(deps.providers.keys());
  for (const { provider } of fine) due.delete(provider);
  return due;
}

async function syncProvider(deps: ListDeps, provider: Provider): Promise<void> {
  const { db, clock, logger } = deps;
  const at = clock.now();
  try {
    const [services, countries] = await Promise.all([
      provider.capabilities.anyService ? [] : provider.services({ priority: "background" }),
      provider.countries({ priority: "background" }),
    ]);
    await store(deps, provider.name, {
      services: mapped(services, (service) => deps.mapper.service(service)),
      countries: mapped(countries, (country) => deps.mapper.country(country)),
      at,
    });
    await markObserved(db, provider.name, LISTS_SCOPE, at);
    deps.onChange();
    const counts = { services: services.length, countries: countries.length };
    logger.info({ provider: provider.name, ...counts }, "lists read");
  } catch (error) {
    const reason = error instanceof ProviderError ? error.reason : messageOf(error);
    logger.warn({ provider: provider.name, reason }, "lists not read; the old ones stay");
    await markFailed(db, provider.name, LISTS_SCOPE, at).catch((cause: unknown) =>
      logger.error({ provider: provider.name, reason: messageOf(cause) }, "failure not recorded"),
    );
  }
}

interface MappedRow extends MappedCode {
  /** The provider's name, set only if our tables do not have it. */
  readonly ownName: string | null;
}

function mapped<T extends { code: string; name: string }>(
  items: readonly T[],
  map: (item: T) => Mapped,
): MappedRow[] {
  const rows = new Map<string, MappedRow>();
  for (const item of items.slice(0, MAX_ROWS)) {
    const { id, name } = map(item);
    rows.set(item.code, { code: item.code, name: item.name, id, ownName: name });
  }
  return [...rows.values()];
}

async function store(
  deps: ListDeps,
  provider: string,
  lists: { services: readonly MappedRow[]; countries: readonly MappedRow[]; at: Date },
): Promise<void> {
  const { services, countries, at } = lists;
  await inTransaction(deps.db, async (tx) => {
    // An empty list is ignored: it is far more often a fault than a provider that sells nothing.
    if (services.length > 0) {
      await replaceProviderList(tx, "services", provider, services, at);
      await insertUnmappedServices(tx, ownNames(services), at);
    }
    if (countries.length > 0) {
      await replaceProviderList(tx, "countries", provider, countries, at);
      await insertUnmappedCountries(tx, ownNames(countries), at);
    }
  });
}

function ownNames(rows: readonly MappedRow[]): { id: string; name: string }[] {
  const names = new Map<string, string>();
  for (const row of rows) if (row.ownName !== null && !names.has(row.id)) names.set(row.id, row.ownName);
  // Sorted by id, so that two transactions lock rows in the same order and cannot deadlock.
  return [...names].map(([id, name]) => ({ id, name })).sort((a, b) => (a.id < b.id ? -1 : 1));
}
