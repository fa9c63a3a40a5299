import type { Clock } from "../../core/clock.ts";
import { createGathered } from "../../core/gather.ts";
import type { PriceStep } from "../../core/price-step.ts";
import { includes } from "../../core/scope.ts";
import type { Database } from "../../db/client.ts";
import {
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
import type { PriceTerms } from "../prices/pricing.ts";
import { type CompactOffers, compact, createNames, type Sellable } from "./compact-offers.ts";
import { type Contents, createMerger, type Pricing } from "./kept-merged.ts";
import type { MergedOffer } from "./merged-offers.ts";

/** What was read so long ago is read again: changes are not kept for ever (workers/housekeeping.ts). */
const KEPT_MS = 60 * 60 * 1000;
/** A shop with more services forgets those that nobody looked at the longest. */
const MAX_SERVICES = 5_000;
/** The offers of so many services are read by one statement, which has a limit of its own. */
const SERVICES_A_READ = 8;

export interface MarketDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly providers: ReadonlyMap<string, Provider>;
  /** Applies if no rule in the database does. */
  readonly pricing: PriceTerms;
  /** What prices are rounded up to, as it is set now; left out: cents. */
  readonly priceStep?: () => PriceStep;
}

/** The offers of some services as they are at one moment, and what was read with them. */
export interface MarketView
  extends Pick<MarketState, "scopes" | "decisions" | "switches" | "hidden" | "isPaused"> {
  /** Providers that are not asked for prices: their circuit is open, or an operator has switched them off. */
  readonly broken: ReadonlySet<string>;
  readonly pricing: Pricing;
  /** One merged offer for each country. The same object for as long as nothing changes, so that more can be kept with it. */
  offers(serviceId: string): ReadonlyMap<string, MergedOffer>;
  /** The same by other rules or another step. */
  offersBy(serviceId: string, pricing: Pricing): ReadonlyMap<string, MergedOffer>;
  /** The single offers for this service in a country. */
  inCountry(serviceId: string, countryId: string): readonly Sellable[];
  /** True: operators have taken this off sale, as a whole or at each of these providers. Country null: everywhere. */
  isOff(product: { serviceId: string; countryId: string | null }, providers: readonly string[]): boolean;
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

export function createMarket(deps: MarketDeps): Market {
  const { db, clock } = deps;
  const providers = [...deps.providers.keys()];
  const stepNow = (): PriceStep => deps.priceStep?.() ?? "0.01";
  const names = { providers: createNames(), countries: createNames() };
  const services = new Map<string, Kept<CompactOffers>>();
  let pricing: Kept<Pricing> | undefined;

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
    const isPricingKnown = unchanged.has(RULES) && pricing?.content.step === stepNow();
    const known = pricing && isPricingKnown && isRecent(pricing) ? pricing.content : undefined;
    const [read, priced] = await Promise.all([readOffers(missing), known ?? readPricing()]);
    return { services: new Map([...found, ...read]), pricing: priced };
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
    const parts: (readonly string[])[] = [];
    for (let from = 0; from < ids.length; from += SERVICES_A_READ)
      parts.push(ids.slice(from, from + SERVICES_A_READ));
    const read = await Promise.all(parts.map(readTogether));
    return new Map(read.flatMap((contents) => [...contents]));
  }

  async function readTogether(ids: readonly string[]): Promise<ReadonlyMap<string, CompactOffers>> {
    const read = await selectMarketOffers(db, providers, ids);
    const atMs = clock.now().getTime();
    const contents = new Map(ids.map((id) => [id, compact(read.offers[id] ?? [], names)]));
    for (const [id, content] of contents) keep(id, { content, mark: read.mark, atMs });
    return contents;
  }

  async function readPricing(): Promise<Pricing> {
    // The mark first: what changes after it is read again.
    const mark = await selectMark(db);
    const content = { rules: await selectPriceRules(db, clock.now()), step: stepNow() };
    pricing = { content, mark, atMs: clock.now().getTime() };
    return content;
  }

  function known(wanted: readonly string[]): KnownSubject[] {
    const marks = wanted.flatMap((subject) => {
      const kept = services.get(subject);
      return kept ? [{ subject, mark: kept.mark }] : [];
    });
    return pricing ? [...marks, { subject: RULES, mark: pricing.mark }] : marks;
  }

  const shown = createMerger(deps, names);

  async function lookAt({ serviceIds, scopes }: Subjects): Promise<MarketView> {
    const wanted = [...new Set([...serviceIds, ANY_SERVICE])];
    const asked = known(wanted);
    const at = clock.now();
    const state = await selectMarketState(db, { known: asked, providers, serviceIds, scopes, at });
    const contents = await catchUp(wanted, asked, state);
    return viewOf(state, contents, shown);
  }

  return { look: shared(lookAt) };
}

function viewOf(state: MarketState, contents: Contents, shown: ReturnType<typeof createMerger>): MarketView {
  const { hidden, switches } = state;
  const hiding = { hidden, switches };
  const offProviders = switches.flatMap(({ serviceId, countryId, provider }) =>
    provider !== null && serviceId === null && countryId === null ? [provider] : [],
  );
  const outProviders = hidden.filter(({ isOpen }) => isOpen).map(({ provider }) => provider);
  return {
    ...state,
    broken: new Set([...outProviders, ...offProviders]),
    pricing: contents.pricing,
    offers: (serviceId) => shown.offers(serviceId, contents, hiding),
    offersBy: (serviceId, pricing) =>
      shown.priced(serviceId, shown.rowsOf(serviceId, contents, hiding), pricing),
    inCountry: (serviceId, countryId) =>
      shown.rowsOf(serviceId, contents, hiding).filter((row) => row.countryId === countryId),
    isOff: (product, providers) => {
      const isOffAt = (provider: string | null) =>
        switches.some((off) => includes(off, { ...product, provider }));
      return isOffAt(null) || (providers.length > 0 && providers.every(isOffAt));
    },
  };
}

/** Looks of the same moment become one. */
function shared(lookAt: (subjects: Subjects) => Promise<MarketView>): Market["look"] {
  const look = createGathered(async (looks: readonly Subjects[]) => {
    const view = await lookAt({
      serviceIds: [...new Set(looks.flatMap(({ serviceIds }) => serviceIds))],
      scopes: [...new Set(looks.flatMap(({ scopes }) => scopes))],
    });
    return () => view;
  });
  return (serviceIds, scopes = []) => look({ serviceIds, scopes });
}

interface Subjects {
  readonly serviceIds: readonly string[];
  readonly scopes: readonly string[];
}

/** Two looks at the same moment may end in another order than they began. Marks are numbers of transactions. */
function laterMark(a: string, b: string): string {
  return BigInt(a) > BigInt(b) ? a : b;
}
