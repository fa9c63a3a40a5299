import { addMs, type Clock } from "../../core/clock.ts";
import { createGathered } from "../../core/gather.ts";
import type { Database } from "../../db/client.ts";
import {
  type HiddenOffers,
  type KnownSubject,
  type MarketState,
  RULES,
  selectMark,
  selectMarketOffers,
  selectMarketState,
} from "../../db/queries/market.ts";
import { ANY_SERVICE } from "../../db/queries/offers.ts";
import { selectPriceRules } from "../../db/queries/price-rules.ts";
import type { Provider } from "../../providers/port/provider.ts";
import { type PriceRule, type PriceTerms, termsFor } from "../prices/pricing.ts";
import {
  type CompactOffers,
  compact,
  createNames,
  type OfferNames,
  type Sellable,
  sellable,
} from "./compact-offers.ts";
import { type MergedOffer, mergeByCountry } from "./merged-offers.ts";

/** An offer that no price list has shown for this long is hidden. */
export const OFFER_LIFETIME_MS = 15 * 60 * 1000;
/** What was read so long ago is read again: changes are not kept for ever (workers/housekeeping.ts). */
const KEPT_MS = 60 * 60 * 1000;
/** A shop with more services forgets those that nobody looked at the longest. */
const MAX_SERVICES = 5_000;
/** The services whose offers are kept merged, ready to be shown. */
const MAX_MERGED = 200;

export interface MarketDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly providers: ReadonlyMap<string, Provider>;
  /** Applies if no rule in the database does. */
  readonly pricing: PriceTerms;
}

/** The offers of some services as they are at one moment, and what was read with them. */
export interface MarketView extends Pick<MarketState, "scopes" | "decisions"> {
  /** Providers with an open circuit. */
  readonly broken: ReadonlySet<string>;
  /** One merged offer for each country. The same object for as long as nothing changes, so that more can be kept with it. */
  offers(serviceId: string): ReadonlyMap<string, MergedOffer>;
  /** The single offers for this service in a country. */
  inCountry(serviceId: string, countryId: string): readonly Sellable[];
}

/**
 * The offers of all providers in this process's memory. Each look costs one small query, which tells what has changed since
 * they were read, by whomever; only that is read again. So what is shown is never older than the look. Looks at the same
 * moment share a query and a view, which then shows more services than each has asked for.
 */
export interface Market {
  look(serviceIds: readonly string[], scopes?: readonly string[]): Promise<MarketView>;
}

interface Kept<T> {
  readonly content: T;
  readonly mark: string;
  readonly atMs: number;
}

interface Merged {
  readonly own: CompactOffers | undefined;
  readonly any: CompactOffers | undefined;
  readonly rules: readonly PriceRule[];
  readonly hidden: string;
  /** The first of its offers is too old from then on. */
  readonly untilMs: number;
  readonly offers: ReadonlyMap<string, MergedOffer>;
}

export function createMarket(deps: MarketDeps): Market {
  const { db, clock } = deps;
  const providers = [...deps.providers.keys()];
  const names = { providers: createNames(), countries: createNames() };
  const services = new Map<string, Kept<CompactOffers>>();
  let rules: Kept<readonly PriceRule[]> | undefined;

  /**
   * Reads again what was changed or never read, and remembers of the rest that it is up to date. Returns what this look may
   * show: another look at the same moment may read again, or forget, what this one has found up to date.
   */
  async function catchUp(
    wanted: readonly string[],
    asked: readonly KnownSubject[],
    state: MarketState,
  ): Promise<Contents> {
    const changed = new Set(state.changed);
    // What another look began to keep meanwhile was not asked about: it may lack a change that this look must see.
    const unchanged = new Set(asked.map(({ subject }) => subject).filter((id) => !changed.has(id)));
    const missing: string[] = [];
    const found = new Map<string, CompactOffers>();
    for (const id of wanted) {
      const kept = services.get(id);
      if (!kept || !unchanged.has(id) || !isRecent(kept)) {
        missing.push(id);
        continue;
      }
      found.set(id, kept.content);
      keep(id, { ...kept, mark: laterMark(kept.mark, state.mark) });
    }
    const known = rules && unchanged.has(RULES) && isRecent(rules) ? rules.content : undefined;
    const [read, ruled] = await Promise.all([readOffers(missing), known ?? readRules()]);
    return { services: new Map([...found, ...read]), rules: ruled };
  }

  /** The last kept are forgotten last. */
  function keep(id: string, content: Kept<CompactOffers>): void {
    services.delete(id);
    services.set(id, content);
    const [oldest] = services.keys();
    if (services.size > MAX_SERVICES && oldest !== undefined) services.delete(oldest);
  }

  function isRecent(kept: Kept<unknown>): boolean {
    return clock.now().getTime() - kept.atMs < KEPT_MS;
  }

  async function readOffers(ids: readonly string[]): Promise<ReadonlyMap<string, CompactOffers>> {
    if (ids.length === 0) return new Map();
    const read = await selectMarketOffers(db, providers, ids);
    const atMs = clock.now().getTime();
    const contents = new Map(ids.map((id) => [id, compact(read.offers[id] ?? [], names)]));
    for (const [id, content] of contents) keep(id, { content, mark: read.mark, atMs });
    return contents;
  }

  async function readRules(): Promise<readonly PriceRule[]> {
    // The mark first: what changes after it is read again.
    const mark = await selectMark(db);
    const content = await selectPriceRules(db);
    rules = { content, mark, atMs: clock.now().getTime() };
    return content;
  }

  function known(wanted: readonly string[]): KnownSubject[] {
    const marks = wanted.flatMap((subject) => {
      const kept = services.get(subject);
      return kept ? [{ subject, mark: kept.mark }] : [];
    });
    return rules ? [...marks, { subject: RULES, mark: rules.mark }] : marks;
  }

  const shelf = createMerger(deps, names);

  async function lookAt({ serviceIds, scopes }: Subjects): Promise<MarketView> {
    const wanted = [...new Set([...serviceIds, ANY_SERVICE])];
    const asked = known(wanted);
    const state = await selectMarketState(db, { known: asked, providers, serviceIds, scopes });
    const contents = await catchUp(wanted, asked, state);
    const { hidden } = state;
    return {
      scopes: state.scopes,
      decisions: state.decisions,
      broken: new Set(hidden.filter(({ isOpen }) => isOpen).map(({ provider }) => provider)),
      offers: (serviceId) => shelf.offers(serviceId, contents, hidden),
      inCountry: (serviceId, countryId) =>
        shelf.sellable(serviceId, contents, hidden).filter((row) => row.countryId === countryId),
    };
  }

  const gathered = createGathered(async (looks: readonly Subjects[]) => {
    const view = await lookAt({
      serviceIds: [...new Set(looks.flatMap(({ serviceIds }) => serviceIds))],
      scopes: [...new Set(looks.flatMap(({ scopes }) => scopes))],
    });
    return () => view;
  });

  return { look: (serviceIds, scopes = []) => gathered({ serviceIds, scopes }) };
}

interface Subjects {
  readonly serviceIds: readonly string[];
  readonly scopes: readonly string[];
}

/** What a look may show. */
interface Contents {
  readonly services: ReadonlyMap<string, CompactOffers>;
  readonly rules: readonly PriceRule[];
}

/** Merges the offers of a service, and keeps the result for as long as nothing of it changes. */
function createMerger({ clock, pricing }: MarketDeps, names: OfferNames) {
  const merged = new Map<string, Merged>();

  function offers(
    serviceId: string,
    contents: Contents,
    hidden: readonly HiddenOffers[],
  ): ReadonlyMap<string, MergedOffer> {
    const nowMs = clock.now().getTime();
    const inputs = {
      own: contents.services.get(serviceId),
      any: contents.services.get(ANY_SERVICE),
      rules: contents.rules,
      hidden: JSON.stringify(hidden),
    };
    const last = merged.get(serviceId);
    merged.delete(serviceId);
    const isCurrent = last && nowMs < last.untilMs && isSame(last, inputs);
    const current = isCurrent ? last : { ...inputs, ...merge(serviceId, contents, hidden) };
    merged.set(serviceId, current);
    const [oldest] = merged.keys();
    if (merged.size > MAX_MERGED && oldest !== undefined) merged.delete(oldest);
    return current.offers;
  }

  function merge(
    serviceId: string,
    contents: Contents,
    hidden: readonly HiddenOffers[],
  ): Pick<Merged, "offers" | "untilMs"> {
    const rows = sellableOf(serviceId, contents, hidden);
    const oldestMs = rows.reduce((oldest, row) => Math.min(oldest, row.observedMs), Number.POSITIVE_INFINITY);
    return {
      offers: mergeByCountry(rows, ({ provider, countryId }) =>
        termsFor(contents.rules, pricing, { provider, countryId, serviceId }),
      ),
      untilMs: oldestMs + OFFER_LIFETIME_MS,
    };
  }

  function sellableOf(
    serviceId: string,
    contents: Contents,
    hidden: readonly HiddenOffers[],
  ): readonly Sellable[] {
    const filter = { sinceMs: addMs(clock.now(), -OFFER_LIFETIME_MS).getTime(), hidden };
    const parts = [serviceId, ANY_SERVICE].flatMap((id) => contents.services.get(id) ?? []);
    return parts.flatMap((part) => [...sellable(part, names, filter)]);
  }

  return { offers, sellable: sellableOf };
}

function isSame(last: Merged, inputs: Pick<Merged, "own" | "any" | "rules" | "hidden">): boolean {
  return (
    last.own === inputs.own &&
    last.any === inputs.any &&
    last.rules === inputs.rules &&
    last.hidden === inputs.hidden
  );
}

/** Two looks at the same moment may end in another order than they began. Marks are numbers of transactions. */
function laterMark(a: string, b: string): string {
  return BigInt(a) > BigInt(b) ? a : b;
}
