import { sql } from "kysely";
import type { Executor } from "../client.ts";

/** What a shop has and has done so far. */
export interface ShopBeginnings {
  /** Providers that answered when they were last asked and have money. */
  readonly paidProviders: readonly string[];
  readonly offers: number;
  readonly hasPriceRules: boolean;
  /** Orders that were charged, of owners and of everybody else. */
  readonly hasOwnersSale: boolean;
  readonly hasSale: boolean;
}

/** `providers` are those of the configuration: what another left behind does not count. */
export async function selectShopBeginnings(
  db: Executor,
  { providers, ownerIds }: { providers: readonly string[]; ownerIds: readonly number[] },
): Promise<ShopBeginnings> {
  const charged = sql`o.state IN ('received', 'waiting_again', 'finished')`;
  const owners = sql`EXISTS (SELECT FROM buyers b WHERE b.id = o.buyer_id AND b.telegram_id = ANY(${ownerIds}::bigint[]))`;
  const { rows } = await sql<{
    paid_providers: string[];
    offers: string;
    has_price_rules: boolean;
    has_owners_sale: boolean;
    has_sale: boolean;
  }>`
    SELECT
      ARRAY(SELECT provider FROM provider_health WHERE provider = ANY(${providers}::text[])
            AND state = 'closed' AND balance_micros > 0 ORDER BY provider) AS paid_providers,
      (SELECT count(*) FROM offers WHERE provider = ANY(${providers}::text[])) AS offers,
      EXISTS (SELECT FROM price_rules) AS has_price_rules,
      EXISTS (SELECT FROM orders o WHERE ${charged} AND ${owners}) AS has_owners_sale,
      EXISTS (SELECT FROM orders o WHERE ${charged} AND NOT ${owners}) AS has_sale`.execute(db);
  const [row] = rows;
  if (!row) throw new Error("a statement without FROM returned no row");
  return {
    paidProviders: row.paid_providers,
    offers: Number(row.offers),
    hasPriceRules: row.has_price_rules,
    hasOwnersSale: row.has_owners_sale,
    hasSale: row.has_sale,
  };
}
