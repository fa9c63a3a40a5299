import type { HiddenOffers, MarketOffer } from "../../db/queries/market.ts";

/** Numbers for names that come again and again. */
export interface Names {
  numberOf(name: string): number;
  nameOf(number: number): string;
}

export function createNames(): Names {
  const numbers = new Map<string, number>();
  const names: string[] = [];
  return {
    numberOf(name) {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      numbers.set(name, names.length);
      return names.push(name) - 1;
    },
    nameOf: (number) => names[number] ?? "",
  };
}

/** The offers of one service in columns, 24 bytes an offer. */
export interface CompactOffers {
  readonly providers: Uint16Array;
  readonly countries: Uint16Array;
  /** Micro-dollars. */
  readonly costs: Float64Array;
  /** -1: not told. */
  readonly stocks: Int32Array;
  /** Milliseconds since 1970. */
  readonly observed: Float64Array;
}

export interface OfferNames {
  readonly providers: Names;
  readonly countries: Names;
}

export function compact(offers: readonly MarketOffer[], names: OfferNames): CompactOffers {
  const size = offers.length;
  const columns = {
    providers: new Uint16Array(size),
    countries: new Uint16Array(size),
    costs: new Float64Array(size),
    stocks: new Int32Array(size),
    observed: new Float64Array(size),
  };
  for (const [at, [provider, country, cost, stock, observedMs]] of offers.entries()) {
    columns.providers[at] = names.providers.numberOf(provider);
    columns.countries[at] = names.countries.numberOf(country);
    columns.costs[at] = cost;
    columns.stocks[at] = stock ?? -1;
    columns.observed[at] = observedMs;
  }
  return columns;
}

/** One provider's offer as it is read out of the columns. */
export interface Sellable {
  readonly provider: string;
  readonly countryId: string;
  readonly cost: number;
  readonly stock: number | null;
  readonly observedMs: number;
}

/** The offers that can be bought now: observed after `sinceMs`, and not hidden. */
export function* sellable(
  offers: CompactOffers,
  names: OfferNames,
  filter: { readonly sinceMs: number; readonly hidden: readonly HiddenOffers[] },
): Generator<Sellable> {
  const hidden = new Map(filter.hidden.map((row) => [names.providers.numberOf(row.provider), row]));
  for (let at = 0; at < offers.costs.length; at += 1) {
    const observedMs = offers.observed[at] ?? 0;
    const cost = offers.costs[at] ?? 0;
    const provider = offers.providers[at] ?? 0;
    if (observedMs <= filter.sinceMs || isHidden(hidden.get(provider), cost)) continue;
    const stock = offers.stocks[at] ?? -1;
    yield {
      provider: names.providers.nameOf(provider),
      countryId: names.countries.nameOf(offers.countries[at] ?? 0),
      cost,
      stock: stock < 0 ? null : stock,
      observedMs,
    };
  }
}

function isHidden(rule: HiddenOffers | undefined, cost: number): boolean {
  if (!rule) return false;
  if (rule.isOpen) return true;
  return (
    (rule.fromMicros !== null && cost >= rule.fromMicros) ||
    (rule.aboveMicros !== null && cost > rule.aboveMicros)
  );
}
