import { sql } from "kysely";
import type { Executor } from "../client.ts";

export interface ShopFacts {
  readonly openOrders: number;
  readonly doubts: number;
  readonly availableMicros: bigint;
  readonly heldMicros: bigint;
  /** What buyers owe, those whose data is deleted included. */
  readonly debtMicros: bigint;
  readonly revenueMicros: bigint;
  readonly costMicros: bigint;
  readonly lossMicros: bigint;
  readonly inboxOpen: number;
  readonly outboxOpen: number;
  readonly findings: number;
  readonly providers: readonly ProviderFacts[];
}

export interface ProviderFacts {
  readonly provider: string;
  readonly state: string;
  readonly reason: string | null;
  readonly balanceMicros: bigint | null;
}

/** The main figures of the shop, read in one statement. Sums come back as text, because sum(bigint) is numeric. */
export async function selectShopFacts(db: Executor): Promise<ShopFacts> {
  const result = await sql<Record<string, string>>`
    WITH system AS (
      SELECT a.code, coalesce(sum(e.amount_micros), 0)::bigint AS micros
      FROM accounts a JOIN entries e ON e.account_id = a.id WHERE a.kind = 'system' GROUP BY a.code)
    SELECT
      (SELECT count(*) FROM orders WHERE closed_at IS NULL)::text AS open_orders,
      (SELECT count(*) FROM orders WHERE state = 'in_doubt' AND closed_at IS NULL)::text AS doubts,
      (SELECT coalesce(sum(balance_micros), 0) FROM accounts WHERE kind = 'available')::text AS available,
      (SELECT coalesce(sum(balance_micros), 0) FROM accounts WHERE kind = 'held')::text AS held,
      (SELECT coalesce(-sum(micros), 0) FROM system WHERE code LIKE 'system:debt%')::text AS debt,
      (SELECT coalesce(sum(micros), 0) FROM system WHERE code = 'system:revenue')::text AS revenue,
      (SELECT coalesce(sum(micros), 0) FROM system WHERE code LIKE 'system:provider:%:cost')::text AS cost,
      (SELECT coalesce(sum(micros), 0) FROM system WHERE code LIKE 'system:provider:%:loss')::text AS provider_loss,
      (SELECT coalesce(-sum(micros), 0) FROM system WHERE code = 'system:loss')::text AS loss,
      (SELECT count(*) FROM inbox WHERE done_at IS NULL)::text AS inbox,
      (SELECT count(*) FROM outbox WHERE sent_at IS NULL AND dropped_at IS NULL)::text AS outbox,
      (SELECT count(*) FROM findings WHERE closed_at IS NULL)::text AS findings`.execute(db);
  const row = result.rows[0] ?? {};
  const providers = await db
    .selectFrom("provider_health")
    .select(["provider", "state", "reason", "balance_micros as balanceMicros"])
    .orderBy("provider")
    .execute();
  const micros = (name: string): bigint => BigInt(row[name] ?? "0");
  return {
    openOrders: Number(row.open_orders ?? 0),
    doubts: Number(row.doubts ?? 0),
    availableMicros: micros("available"),
    heldMicros: micros("held"),
    debtMicros: micros("debt"),
    revenueMicros: micros("revenue"),
    costMicros: micros("cost"),
    lossMicros: micros("provider_loss") + micros("loss"),
    inboxOpen: Number(row.inbox ?? 0),
    outboxOpen: Number(row.outbox ?? 0),
    findings: Number(row.findings ?? 0),
    providers,
  };
}
