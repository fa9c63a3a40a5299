import type { ApiKeyRow } from "../db/queries/api-keys.ts";
import type { ApiOrderRow } from "../db/queries/api-orders.ts";
import type { KeyRefusal } from "../orders/by-key/key-orders.ts";

/** Who buys. */
export type BuyingKey = Pick<ApiKeyRow, "id" | "chainId" | "buyerId">;

export interface BuyRequest {
  readonly serviceId: string;
  readonly countryId: string;
  /** Null: at any price. */
  readonly maxPriceMicros: bigint | null;
  /** The client's own name for this purchase: the same name again is the same purchase, for a day. Null: none. */
  readonly name: string | null;
}

export type BuyRefusal =
  | { readonly kind: "refused"; readonly refusal: KeyRefusal | { readonly code: "name_reused" } }
  /** `priceMicros` is what it costs. */
  | { readonly kind: "too_dear"; readonly priceMicros: bigint };

export type BuyOutcome =
  /** The caller tells the number, and then that it was told, or that nobody was there any more. */
  | { readonly kind: "number"; readonly order: ApiOrderRow & { readonly phone: string } }
  /** No number, or none in time. */
  | { readonly kind: "none" }
  | BuyRefusal;
