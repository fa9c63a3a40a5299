import type { Scope } from "../core/scope.ts";
import type { Pricing } from "./offers/kept-merged.ts";
import type { PriceRule } from "./prices/pricing.ts";

/** The price of a product as buyers see it, and what its number costs us. */
export interface PricedOffer {
  readonly priceMicros: bigint;
  readonly costMicros: bigint;
}

/** The same offer priced as today and in another way. */
export interface ComparedOffer {
  readonly serviceId: string;
  readonly countryId: string;
  readonly before: PricedOffer;
  readonly after: PricedOffer;
}

/** One provider's offer with everything that makes its price. */
export interface ExplainedOffer extends PricedOffer {
  readonly provider: string;
  readonly operator: string;
  readonly stock: number | null;
  readonly observedAt: Date;
  /** Null: the starting terms of the environment. */
  readonly rule: PriceRule | null;
  readonly ceilingMicros: bigint;
  /** Why buyers do not get it; null: they do. */
  readonly hiddenBecause: HiddenBecause | null;
}

export type HiddenBecause = "off" | "out" | "no money" | "old" | "sold out" | "codes refused";

/** What the operators' desk asks of the catalogue. */
export interface CatalogInspection {
  /**
   * What these services cost today and would cost by `after`, in every country where they can be bought. By the same
   * functions that make the prices which buyers see.
   */
  compare(serviceIds: readonly string[], after: Pricing): Promise<readonly ComparedOffer[]>;
  /** All offers of a product, the cheapest first, those that are hidden last. */
  explain(serviceId: string, countryId: string): Promise<readonly ExplainedOffer[]>;
  /** The parts of the catalogue that an operator's text may mean, the likeliest first. */
  findScopes(text: string): Promise<readonly Scope[]>;
}
