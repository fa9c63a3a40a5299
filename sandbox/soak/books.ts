import { formatUsd } from "../../src/core/money.ts";
import type { Database } from "../../src/db/client.ts";
import type { Outside } from "../world.ts";
import { type OrderFact, selectSpentBySupplier } from "./facts.ts";
import { type Pairing, takenFor } from "./pairing.ts";
import type { Witness } from "./witness.ts";

/** A supplier's account beside our ledger's account of it. */
export interface SupplierBooks {
  readonly supplier: string;
  /** What it has kept, less what no shop could know: numbers whose only SMS was pushed and never arrived. */
  readonly keptMicros: bigint;
  readonly bookedMicros: bigint;
  /** Of what is booked: purchases in doubt of which nobody can say whether they took place. */
  readonly possibleMicros: bigint;
}

export async function compareBooks(
  db: Database,
  outside: Outside,
  witness: Witness,
  pairing: Pairing,
  orders: readonly OrderFact[],
): Promise<SupplierBooks[]> {
  const booked = await selectSpentBySupplier(db);
  return [...outside.providers].map(([supplier, { market }]) => {
    const untold = market.rentals().filter((rental) => {
      const order = pairing.orderOf(supplier, rental.id);
      if (takenFor(rental) === 0n || order === undefined || order.bookedMicros > 0n) return false;
      // Paid for at the purchase: our books know it when the order ends.
      if (rental.sms.length === 0) return order.closedAt === null;
      return !witness.isAnyTold(supplier, rental.id, order.closedAt);
    });
    return {
      supplier,
      keptMicros: market.spentMicros() - untold.reduce((sum, rental) => sum + rental.costMicros, 0n),
      bookedMicros: booked.get(supplier) ?? 0n,
      possibleMicros: orders
        .filter(({ provider }) => provider === supplier)
        .reduce((sum, order) => sum + order.possibleLossMicros, 0n),
    };
  });
}

/** Micro-dollars that the supplier has kept and the ledger does not know of, or the other way round; 0: none. */
export function driftOf({ keptMicros, bookedMicros, possibleMicros }: SupplierBooks): bigint {
  if (bookedMicros < keptMicros) return keptMicros - bookedMicros;
  const excessMicros = bookedMicros - keptMicros - possibleMicros;
  return excessMicros > 0n ? excessMicros : 0n;
}

export function describeBooks({ supplier, keptMicros, bookedMicros, possibleMicros }: SupplierBooks): string {
  return `${supplier}: kept ${formatUsd(keptMicros)}, booked ${formatUsd(bookedMicros)}, of it possible ${formatUsd(possibleMicros)}`;
}
