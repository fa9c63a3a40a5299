import type { Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import type { Database } from "../../db/client.ts";
import { markFailed, markObserved, selectScopes } from "../../db/queries/offer-scopes.ts";
import { selectProviderHealth } from "../../db/queries/provider-health.ts";
import type { Priority, Provider } from "../../providers/port/provider.ts";
import { ProviderError } from "../../providers/port/provider-error.ts";
import type { Snapshot } from "../lists/snapshot.ts";
import { type FetchJob, fetchPrices } from "./fetch-prices.ts";
import { isDue, isStale, type Scope, scopeFor } from "./scopes.ts";

export interface FreshnessDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly popularCountries: readonly string[];
  readonly snapshot: () => Promise<Snapshot>;
}

interface Subject {
  readonly serviceId: string;
  /** Null: all countries. */
  readonly countryId: string | null;
  /** Set: only this provider. */
  readonly provider?: string;
}

/** A running price request. Resolves to true if the provider answered, else false; never rejects. */
export type Refresh = Promise<boolean>;

export interface Freshness {
  /** Starts requests for prices older than `maxAgeMs`, or joins running ones. */
  refresh(subject: Subject, maxAgeMs: number, priority: Priority): Promise<readonly Refresh[]>;
  /** The state of the providers that sell this. */
  standing(subject: Subject, maxAgeMs: number): Promise<Standing>;
}

interface Standing {
  /** Some provider's prices are old, or its last request failed. */
  readonly isStale: boolean;
  /** Providers sell it, but none of them can be reached now. */
  readonly isOutOfReach: boolean;
}

/** The last resort against a request that never ends: the timeouts of single requests are far shorter. */
const GIVE_UP_MS = 60_000;

interface Ask {
  readonly provider: Provider;
  readonly scope: Scope;
}

/**
 * Keeps offers fresh on demand. Concurrent callers with the same subject share one request to the provider. Providers are
 * requested independently, so that a slow one does not delay the prices of the others.
 */
export function createFreshness(deps: FreshnessDeps): Freshness {
  const running = new Map<string, Refresh>();

  function start(ask: Ask, snapshot: Snapshot, priority: Priority): Refresh {
    const key = keyOf(ask);
    const current = running.get(key);
    if (current) return current;
    const lists = snapshot.providers.get(ask.provider.name);
    if (!lists) return Promise.resolve(false);
    const task = askProvider(deps, { ...ask, lists, priority }).finally(() => running.delete(key));
    running.set(key, task);
    return task;
  }

  return {
    refresh: async (subject, maxAgeMs, priority) => {
      const snapshot = await deps.snapshot();
      const asks = await openAsks(deps, snapshot, subject);
      // Copied before the rows are read: a request that ends meanwhile may be missing from them and must not be repeated.
      const underWay = new Map(running);
      const rows = await scopeRows(deps, asks);
      const now = deps.clock.now();
      return asks
        .filter((ask) => isDue(rows.get(keyOf(ask)), maxAgeMs, now))
        .map((ask) => underWay.get(keyOf(ask)) ?? start(ask, snapshot, priority));
    },
    standing: async (subject, maxAgeMs) => {
      const snapshot = await deps.snapshot();
      const all = asksOf(deps, snapshot, subject);
      const asks = await openAsks(deps, snapshot, subject);
      const rows = await scopeRows(deps, asks);
      const now = deps.clock.now();
      const failed = asks.filter((ask) => (rows.get(keyOf(ask))?.failedAt ?? null) !== null);
      return {
        isStale: asks.some((ask) => isStale(rows.get(keyOf(ask)), maxAgeMs, now)),
        isOutOfReach: all.length > 0 && failed.length === asks.length,
      };
    },
  };
}

function keyOf(ask: Ask): string {
  return `${ask.provider.name} ${ask.scope.name}`;
}

function asksOf(deps: FreshnessDeps, snapshot: Snapshot, subject: Subject): Ask[] {
  const all = [...deps.providers.values()];
  const asked = all.filter(({ name }) => subject.provider === undefined || name === subject.provider);
  return asked.flatMap((provider) => {
    const lists = snapshot.providers.get(provider.name);
    const scope = scopeFor(provider, lists, subject.serviceId, subject.countryId);
    return scope ? [{ provider, scope }] : [];
  });
}

/** Leaves out providers with an open circuit: their offers are hidden, and only probes may call them. */
async function openAsks(deps: FreshnessDeps, snapshot: Snapshot, subject: Subject): Promise<Ask[]> {
  const asks = asksOf(deps, snapshot, subject);
  const health = await selectProviderHealth(
    deps.db,
    asks.map(({ provider }) => provider.name),
  );
  const broken = new Set(health.filter(({ state }) => state === "open").map(({ provider }) => provider));
  return asks.filter(({ provider }) => !broken.has(provider.name));
}

async function scopeRows(deps: FreshnessDeps, asks: readonly Ask[]) {
  const rows = await selectScopes(
    deps.db,
    [...new Set(asks.map(({ provider }) => provider.name))],
    [...new Set(asks.map(({ scope }) => scope.name))],
  );
  return new Map(rows.map((row) => [`${row.provider} ${row.scope}`, row]));
}

async function askProvider(deps: FreshnessDeps, job: FetchJob): Refresh {
  const { db, clock, logger } = deps;
  const { provider, scope } = job;
  const at = clock.now();
  const giveUp = new AbortController();
  try {
    await Promise.race([fetchPrices(deps, job), timeLimit(clock, giveUp.signal)]);
    await markObserved(db, provider.name, scope.name, at);
    return true;
  } catch (error) {
    const reason = error instanceof ProviderError ? error.reason : messageOf(error);
    logger.warn({ provider: provider.name, scope: scope.name, reason }, "prices not read; the old ones stay");
    await markFailed(db, provider.name, scope.name, clock.now()).catch((cause: unknown) =>
      logger.error({ provider: provider.name, reason: messageOf(cause) }, "failure not recorded"),
    );
    return false;
  } finally {
    giveUp.abort();
  }
}

async function timeLimit(clock: Clock, signal: AbortSignal): Promise<never> {
  await clock.sleep(GIVE_UP_MS, signal);
  throw new Error("no answer in time");
}
