import type { Executor } from "../client.ts";

export interface PriceRuleRow {
  readonly provider: string | null;
  readonly countryId: string | null;
  readonly serviceId: string | null;
  readonly markupBasisPoints: bigint;
  readonly minProfitMicros: bigint;
  readonly createdAt: Date;
}

/** A bound; nobody keeps this many rules by hand. */
const MAX_RULES = 5000;

/** The operator's price rules, newest first. */
export async function selectPriceRules(db: Executor): Promise<PriceRuleRow[]> {
  const rows = await db
    .selectFrom("price_rules")
    .selectAll()
    .orderBy("created_at", "desc")
    .limit(MAX_RULES)
    .execute();
  return rows.map((row) => ({
    provider: row.provider,
    countryId: row.country_id,
    serviceId: row.service_id,
    markupBasisPoints: BigInt(row.markup_basis_points),
    minProfitMicros: row.min_profit_micros,
    createdAt: row.created_at,
  }));
}
