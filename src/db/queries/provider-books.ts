import { sql } from "kysely";
import type { Executor } from "../client.ts";

/** Our money at a provider, by our books. */
export interface ProviderBooks {
  /** Balance of the prepaid account: minus everything spent and lost there. */
  readonly prepaidMicros: bigint;
  /** Cost of rented numbers that are neither delivered nor given back. */
  readonly openCostMicros: bigint;
  /** Purchases whose outcome is not known, and stray numbers: while there are any, the books are not exact. */
  readonly unsettled: number;
}

/** Read in one statement, so that all figures are of the same moment. */
export async function selectProviderBooks(db: Executor, provider: string): Promise<ProviderBooks> {
  const account = `system:provider:${provider}:prepaid`;
  const result = await sql<{ prepaid: bigint; open_cost: bigint; unsettled: bigint }>`
    SELECT
      (SELECT coalesce(sum(e.amount_micros), 0)::bigint FROM entries e
        WHERE e.account_id = (SELECT id FROM accounts WHERE code = ${account})) AS prepaid,
      (SELECT coalesce(sum(cost_micros), 0)::bigint FROM orders
        WHERE provider = ${provider} AND state IN ('waiting', 'cancelling') AND closed_at IS NULL) AS open_cost,
      (SELECT count(*) FROM orders WHERE provider = ${provider} AND state IN ('placing', 'in_doubt') AND closed_at IS NULL)
        + (SELECT count(*) FROM orphans WHERE provider = ${provider} AND settled_at IS NULL) AS unsettled`.execute(
    db,
  );
  const row = result.rows[0];
  return {
    prepaidMicros: row?.prepaid ?? 0n,
    openCostMicros: row?.open_cost ?? 0n,
    unsettled: Number(row?.unsettled ?? 0n),
  };
}
