/** What a pretend supplier sells, and what it has rented out. */

export interface MarketService {
  readonly code: string;
  readonly name: string;
}

export interface MarketCountry {
  readonly code: string;
  readonly name: string;
  readonly iso2: string;
  readonly phoneCode: string;
}

export interface MarketOffer {
  readonly serviceCode: string;
  readonly countryCode: string;
  readonly operator: string | null;
  costMicros: bigint;
  stock: number;
}

export type RentalStatus = "waiting" | "received" | "waiting_again" | "finished" | "cancelled" | "expired";

export interface MarketSms {
  readonly code: string | null;
  readonly text: string | null;
  readonly at: Date;
}

export interface MarketRental {
  readonly id: string;
  readonly serial: number;
  readonly serviceCode: string | null;
  readonly countryCode: string;
  readonly operator: string | null;
  readonly phone: string;
  /** The supplier keeps the price even if no SMS comes. */
  readonly isKeptUnused: boolean;
  readonly costMicros: bigint;
  readonly createdAt: Date;
  readonly cancelOpensAt: Date;
  readonly expiresAt: Date;
  status: RentalStatus;
  sms: MarketSms[];
  /** When the next automatic SMS arrives. Null: none. */
  smsDueAt: Date | null;
}

/** Settings of automatic SMS. */
export interface AutoDeliver {
  readonly afterMs: number;
  /** Asked once for each rented number; false: it gets no SMS by itself. Default: every number gets one. */
  readonly accepts?: () => boolean;
}

export interface MarketLedgerEntry {
  readonly at: Date;
  readonly kind: "deposit" | "escrow" | "charge" | "capture" | "refund";
  readonly rentalId: string | null;
  readonly amountMicros: bigint;
  readonly balanceMicros: bigint;
  readonly escrowMicros: bigint;
}

export interface MarketPurchase {
  /** Null: any service. */
  readonly serviceCode: string | null;
  readonly countryCode: string;
  readonly operator?: string | null;
  readonly ceilingMicros?: bigint;
}

export type BuyOutcome =
  | { readonly kind: "bought"; readonly rental: MarketRental }
  | { readonly kind: "bad_service" | "bad_country" | "no_stock" | "no_funds" }
  | { readonly kind: "price_moved"; readonly minCostMicros: bigint };

export type MarketCancelOutcome =
  | { readonly kind: "cancelled"; readonly rental: MarketRental }
  | { readonly kind: "too_early"; readonly retryAfterMs: number }
  | { readonly kind: "has_sms" | "over" | "unknown" };
