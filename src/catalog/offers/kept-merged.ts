import { addMs, type Clock } from "../../core/clock.ts";
import type { HiddenOffers } from "../../db/queries/market.ts";
import { ANY_SERVICE } from "../../db/queries/offers.ts";
import { type PriceRule, type PriceTerms, termsFor } from "../prices/pricing.ts";
import { type CompactOffers, type OfferNames, type Sellable, sellable } from "./compact-offers.ts";
import { type MergedOffer, mergeByCountry } from "./merged-offers.ts";

/** An offer that no price list has shown for this long is hidden. */
export const OFFER_LIFETIME_MS = 15 * 60 * 1000;
/** The services whose offers are kept merged, ready to be shown. */
const MAX_MERGED = 200;

interface Merged {
  readonly own: CompactOffers | undefined;
  readonly any: CompactOffers | undefined;
  readonly rules: readonly PriceRule[];
  readonly hidden: string;
  readonly starting: string;
  /** The first of its offers is too old from then on. */
  readonly untilMs: number;
  readonly offers: ReadonlyMap<string, MergedOffer>;
}

/** What a look may show. */
export interface Contents {
  readonly services: ReadonlyMap<string, CompactOffers>;
  readonly rules: readonly PriceRule[];
}

/** Merges the offers of a service, and keeps the result for as long as nothing of it changes. */
export function createMerger(
  { clock, pricing }: { readonly clock: Clock; readonly pricing: PriceTerms },
  names: OfferNames,
) {
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
      starting: `${pricing.markupBasisPoints} ${pricing.minProfitMicros}`,
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

function isSame(
  last: Merged,
  inputs: Pick<Merged, "own" | "any" | "rules" | "hidden" | "starting">,
): boolean {
  return (
    last.own === inputs.own &&
    last.any === inputs.any &&
    last.rules === inputs.rules &&
    last.hidden === inputs.hidden &&
    last.starting === inputs.starting
  );
}
