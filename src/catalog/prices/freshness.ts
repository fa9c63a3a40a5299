import { addMs, type Clock } from "../../core/clock.ts";
import { messageOf } from "../../core/errors.ts";
import type { Logger } from "../../core/logger.ts";
import type { Database } from "../../db/client.ts";
import { markFailed, markObserved, type ScopeRow, selectScopes } from "../../db/queries/offer-scopes.ts";
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

/** "unasked": there was no place for it in the budget, so that a more urgent one may still be answered. */
type Outcome = "answered" | "failed" | "unasked";

interface Running {
  readonly priority: Priority;
  readonly outcome: Promise<Outcome>;
}

export interface Freshness {
  /** Starts requests for prices older than `maxAgeMs`, or joins running ones. */
  refresh(subject: Subject, maxAgeMs: number, priority: Priority): Promise<readonly Refresh[]>;
  /** What could be requested for this. To be called before what is known of it is read, see {@link Plan}. */
  plan(subject: Subject): Promise<Plan>;
  /** As `refresh`, by what the caller has read. */
  begin(plan: Plan, seen: Seen, maxAgeMs: number, priority: Priority): readonly Refresh[];
  /** The part of the plan that was not read for so long: what it would show is missing. */
  unread(plan: Plan, seen: Seen, lifetimeMs: number): Plan;
  /** The state of the providers that sell this. */
  standing(plan: Plan, seen: Seen, maxAgeMs: number): Standing;
}

export interface Plan {
  readonly snapshot: Snapshot;
  readonly asks: readonly Ask[];
  readonly scopes: readonly string[];
  /** Copied before the rows are read: a request that ends meanwhile may be missing from them and must not be repeated. */
  readonly underWay: ReadonlyMap<string, Running>;
}

/** What the database says about the providers and scopes of a plan. */
export interface Seen {
  /** Providers whose offers are hidden, because their circuit is open or an operator switched them off: they are not asked. */
  readonly broken: ReadonlySet<string>;
  readonly scopes: readonly ScopeRow[];
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
  const running = new Map<string, Running>();

  async function start(ask: Ask, of: Plan, priority: Priority): Refresh {
    const key = keyOf(ask);
    const current = of.underWay.get(key) ?? running.get(key);
    if (current) {
      const outcome = await current.outcome;
      // Whoever asks for a person does not stand back with what was asked for nobody.
      if (outcome !== "unasked" || priority === current.priority) return outcome === "answered";
    }
    const lists = of.snapshot.providers.get(ask.provider.name);
    if (!lists) return false;
    const next = running.get(key) ?? begun({ ...ask, lists, priority }, key);
    return (await next.outcome) === "answered";
  }

  function begun(job: FetchJob, key: string): Running {
    const outcome = askProvider(deps, job).finally(() => running.delete(key));
    const task = { priority: job.priority, outcome };
    running.set(key, task);
    return task;
  }

  async function plan(subject: Subject): Promise<Plan> {
    const snapshot = await deps.snapshot();
    const asks = asksOf(deps, snapshot, subject);
    const scopes = [...new Set(asks.map(({ scope }) => scope.name))];
    return { snapshot, asks, scopes, underWay: new Map(running) };
  }

  function begin(of: Plan, seen: Seen, maxAgeMs: number, priority: Priority): readonly Refresh[] {
    const rows = byKey(seen.scopes);
    const now = deps.clock.now();
    return openAsks(of, seen)
      .filter((ask) => isDue(rows.get(keyOf(ask)), maxAgeMs, now))
      .map((ask) => start(ask, of, priority));
  }

  return {
    plan,
    begin,
    refresh: async (subject, maxAgeMs, priority) => {
      const planned = await plan(subject);
      return begin(planned, await read(deps, planned), maxAgeMs, priority);
    },
    unread: (of, seen, lifetimeMs) => {
      const rows = byKey(seen.scopes);
      const since = addMs(deps.clock.now(), -lifetimeMs);
      const asks = openAsks(of, seen).filter((ask) => {
        const observedAt = rows.get(keyOf(ask))?.observedAt ?? null;
        return observedAt === null || observedAt <= since;
      });
      return { ...of, asks };
    },
    standing: (of, seen, maxAgeMs) => {
      const asks = openAsks(of, seen);
      const rows = byKey(seen.scopes);
      const now = deps.clock.now();
      const failed = asks.filter((ask) => (rows.get(keyOf(ask))?.failedAt ?? null) !== null);
      return {
        isStale: asks.some((ask) => isStale(rows.get(keyOf(ask)), maxAgeMs, now)),
        isOutOfReach: of.asks.length > 0 && failed.length === asks.length,
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

/** The providers that sell what the plan is about. */
export function providersOf(plan: Plan): readonly string[] {
  return plan.asks.map(({ provider }) => provider.name);
}

function openAsks(plan: Plan, seen: Seen): readonly Ask[] {
  return plan.asks.filter(({ provider }) => !seen.broken.has(provider.name));
}

async function read(deps: FreshnessDeps, { asks, scopes }: Plan): Promise<Seen> {
  const providers = [...new Set(asks.map(({ provider }) => provider.name))];
  const [health, rows] = await Promise.all([
    selectProviderHealth(deps.db, providers),
    selectScopes(deps.db, providers, scopes),
  ]);
  const broken = health.filter(({ state }) => state === "open").map(({ provider }) => provider);
  return { broken: new Set(broken), scopes: rows };
}

function byKey(rows: readonly ScopeRow[]): ReadonlyMap<string, ScopeRow> {
  return new Map(rows.map((row) => [`${row.provider} ${row.scope}`, row]));
}

async function askProvider(deps: FreshnessDeps, job: FetchJob): Promise<Outcome> {
  const { db, clock, logger } = deps;
  const { provider, scope } = job;
  const at = clock.now();
  const giveUp = new AbortController();
  try {
    await Promise.race([fetchPrices(deps, job), timeLimit(clock, giveUp.signal)]);
    await markObserved(db, provider.name, scope.name, at);
    return "answered";
  } catch (error) {
    if (job.priority === "background" && error instanceof ProviderError && !error.wasAsked) return "unasked";
    const reason = error instanceof ProviderError ? error.reason : messageOf(error);
    logger.warn({ provider: provider.name, scope: scope.name, reason }, "prices not read; the old ones stay");
    await markFailed(db, provider.name, scope.name, clock.now()).catch((cause: unknown) =>
      logger.error({ provider: provider.name, reason: messageOf(cause) }, "failure not recorded"),
    );
    return "failed";
  } finally {
    giveUp.abort();
  }
}

async function timeLimit(clock: Clock, signal: AbortSignal): Promise<never> {
  await clock.sleep(GIVE_UP_MS, signal);
  throw new Error("no answer in time");
}
