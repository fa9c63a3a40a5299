import { addMs, type Clock } from "../../core/clock.ts";
import type { PriceStep } from "../../core/price-step.ts";
import { includes, type Scope } from "../../core/scope.ts";
import type { HiddenOffers } from "../../db/queries/market.ts";
import { ANY_SERVICE } from "../../db/queries/offers.ts";
import { nextChangeMs, type PriceRule, type PriceTerms, rulesAt, termsFor } from "../prices/pricing.ts";
import { type CompactOffers, type OfferNames, type Sellable, sellable } from "./compact-offers.ts";
import { type MergedOffer, mergeByCountry } from "./merged-offers.ts";

/** An offer that no price list has shown for this long is hidden. */
export const OFFER_LIFETIME_MS = 15 * 60 * 1000;
/** The services whose offers are kept merged, ready to be shown. */
const MAX_MERGED = 200;

/** How the shop makes prices: its rules, also those that begin later, and its step. The same object until one changes. */
export interface Pricing {
  readonly rules: readonly PriceRule[];
  readonly step: PriceStep;
}

/** What a look may show. */
export interface Contents {
  readonly services: ReadonlyMap<string, CompactOffers>;
  readonly pricing: Pricing;
}

/** What must not be shown. */
export interface Hiding {
  readonly hidden: readonly HiddenOffers[];
  readonly switches: readonly Scope[];
}

interface Merged {
  readonly own: CompactOffers | undefined;
  readonly any: CompactOffers | undefined;
  readonly pricing: Pricing;
  readonly hiding: string;
  /** The terms where no rule says others, as they were. */
  readonly starting: string;
  /** From then on the first of its offers is too old, or other rules apply. */
  readonly untilMs: number;
  readonly offers: ReadonlyMap<string, MergedOffer>;
}

export interface MergerDeps {
  readonly clock: Clock;
  /** Applies if no rule does. */
  readonly pricing: PriceTerms;
}

/** Merges the offers of a service, and keeps the result for as long as nothing of it changes. */
export function createMerger({ clock, pricing: starting }: MergerDeps, names: OfferNames) {
  const merged = new Map<string, Merged>();

  function offers(serviceId: string, contents: Contents, given: Hiding): ReadonlyMap<string, MergedOffer> {
    const hiding = ofService(serviceId, given);
    const inputs = {
      own: contents.services.get(serviceId),
      any: contents.services.get(ANY_SERVICE),
      pricing: contents.pricing,
      hiding: JSON.stringify(hiding),
      starting: `${starting.markupBasisPoints} ${starting.minProfitMicros}`,
    };
    const last = merged.get(serviceId);
    merged.delete(serviceId);
    const isCurrent = last && clock.now().getTime() < last.untilMs && isSame(last, inputs);
    const current = isCurrent ? last : { ...inputs, ...merge(serviceId, contents, hiding) };
    merged.set(serviceId, current);
    const [oldest] = merged.keys();
    if (merged.size > MAX_MERGED && oldest !== undefined) merged.delete(oldest);
    return current.offers;
  }

  function merge(serviceId: string, contents: Contents, hiding: Hiding): Pick<Merged, "offers" | "untilMs"> {
    const rows = rowsOf(serviceId, contents, hiding);
    const oldestMs = rows.reduce((oldest, row) => Math.min(oldest, row.observedMs), Number.POSITIVE_INFINITY);
    return {
      offers: priced(serviceId, rows, contents.pricing),
      untilMs: Math.min(oldestMs + OFFER_LIFETIME_MS, nextChangeMs(contents.pricing.rules, clock.now())),
    };
  }

  /** The price of each country by the rules of this moment. */
  function priced(
    serviceId: string,
    rows: readonly Sellable[],
    { rules, step }: Pricing,
  ): ReadonlyMap<string, MergedOffer> {
    const current = rulesAt(rules, clock.now());
    return mergeByCountry(
      rows,
      ({ provider, countryId }) => termsFor(current, starting, { provider, countryId, serviceId }),
      step,
    );
  }

  /** The offers that can be bought now. */
  function rowsOf(serviceId: string, contents: Contents, hiding: Hiding): readonly Sellable[] {
    const filter = { sinceMs: addMs(clock.now(), -OFFER_LIFETIME_MS).getTime(), hidden: hiding.hidden };
    const parts = [serviceId, ANY_SERVICE].flatMap((id) => contents.services.get(id) ?? []);
    const rows = parts.flatMap((part) => [...sellable(part, names, filter)]);
    if (hiding.switches.length === 0) return rows;
    return rows.filter((row) => !hiding.switches.some((off) => includes(off, { ...row, serviceId })));
  }

  return { offers, priced, rowsOf };
}

/** A look may have read the switches of other services as well, which change nothing here. */
function ofService(serviceId: string, { hidden, switches }: Hiding): Hiding {
  return {
    hidden,
    switches: switches.filter((off) => off.serviceId === null || off.serviceId === serviceId),
  };
}

function isSame(
  last: Merged,
  inputs: Pick<Merged, "own" | "any" | "pricing" | "hiding" | "starting">,
): boolean {
  return (
    last.own === inputs.own &&
    last.any === inputs.any &&
    last.pricing === inputs.pricing &&
    last.hiding === inputs.hiding &&
    last.starting === inputs.starting
  );
}
