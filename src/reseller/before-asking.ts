import type { Catalog } from "../catalog/catalog.ts";
import type { Clock } from "../core/clock.ts";
import type { Database } from "../db/client.ts";
import { selectBalance } from "../db/queries/ledger.ts";
import type { OrderLimits } from "../orders/limits.ts";
import { foresee } from "./admit.ts";
import type { BuyingKey, BuyRefusal, BuyRequest } from "./buying.ts";

export interface BeforeAskingDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly catalog: Pick<Catalog, "knownPrice">;
  readonly limits: OrderLimits;
}

/** A price that was read long ago may have fallen to half of it meanwhile, but hardly to less. */
const MAY_HAVE_FALLEN_TO = { numerator: 1n, denominator: 2n } as const;

/**
 * What our own memory and rows say against a purchase: balance, limits, and the price as far as it is known. So a key that
 * cannot buy makes us ask no supplier and store no quote. No lock is taken: what passes is judged again with the purchase.
 */
export async function refusalBeforeAsking(
  { db, clock, catalog, limits }: BeforeAskingDeps,
  { id: keyId, chainId, buyerId }: BuyingKey,
  { serviceId, countryId, maxPriceMicros }: BuyRequest,
): Promise<BuyRefusal | undefined> {
  const known = await catalog.knownPrice({ serviceId, countryId });
  const leastMicros = known ? leastOf(known) : 1n;
  const admission = { keyId, chainId, buyerId, priceMicros: leastMicros, at: clock.now() };
  const refusal = await foresee(db, limits, admission);
  if (refusal) return { kind: "refused", refusal };
  if (known && maxPriceMicros !== null && leastMicros > maxPriceMicros)
    return { kind: "too_dear", priceMicros: known.priceMicros };
  const { availableMicros } = await selectBalance(db, buyerId);
  return availableMicros < leastMicros
    ? { kind: "refused", refusal: { code: "insufficient_funds" } }
    : undefined;
}

function leastOf({ priceMicros, isOld }: { priceMicros: bigint; isOld: boolean }): bigint {
  const { numerator, denominator } = MAY_HAVE_FALLEN_TO;
  return isOld ? (priceMicros * numerator) / denominator : priceMicros;
}
