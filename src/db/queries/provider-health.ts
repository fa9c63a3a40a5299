import type { Executor } from "../client.ts";

export interface ProviderHealthRow {
  readonly provider: string;
  readonly state: "closed" | "open";
  readonly reason: string | null;
  readonly failures: number;
  readonly openedAt: Date | null;
  readonly nextProbeAt: Date | null;
  readonly toldAt: Date | null;
  readonly balanceMicros: bigint | null;
  readonly escrowMicros: bigint | null;
  readonly balanceAt: Date | null;
  /** When the provider was last heard of: an answer or a failure that was worth a row. */
  readonly updatedAt: Date;
}

const columns = [
  "provider",
  "state",
  "reason",
  "failures",
  "opened_at",
  "next_probe_at",
  "told_at",
  "balance_micros",
  "escrow_micros",
  "balance_at",
  "updated_at",
] as const;

interface Raw {
  provider: string;
  state: string;
  reason: string | null;
  failures: number;
  opened_at: Date | null;
  next_probe_at: Date | null;
  told_at: Date | null;
  balance_micros: bigint | null;
  escrow_micros: bigint | null;
  balance_at: Date | null;
  updated_at: Date;
}

function toRow(raw: Raw): ProviderHealthRow {
  return {
    provider: raw.provider,
    state: raw.state === "open" ? "open" : "closed",
    reason: raw.reason,
    failures: raw.failures,
    openedAt: raw.opened_at,
    nextProbeAt: raw.next_probe_at,
    toldAt: raw.told_at,
    balanceMicros: raw.balance_micros,
    escrowMicros: raw.escrow_micros,
    balanceAt: raw.balance_at,
    updatedAt: raw.updated_at,
  };
}

/** What is known of these providers. A provider that has neither answered nor failed yet has no row. */
export async function selectProviderHealth(
  db: Executor,
  providers: readonly string[],
): Promise<ProviderHealthRow[]> {
  if (providers.length === 0) return [];
  const rows = await db
    .selectFrom("provider_health")
    .select(columns)
    .where("provider", "in", providers)
    .execute();
  return rows.map(toRow);
}

/** The row, locked until the transaction ends; undefined when there is none yet. */
export async function lockProviderHealth(
  tx: Executor,
  provider: string,
): Promise<ProviderHealthRow | undefined> {
  const row = await tx
    .selectFrom("provider_health")
    .select(columns)
    .where("provider", "=", provider)
    .forUpdate()
    .executeTakeFirst();
  return row && toRow(row);
}

/** Creates the row, so that {@link lockProviderHealth} can lock it. */
export async function ensureProviderHealth(tx: Executor, provider: string, at: Date): Promise<void> {
  await tx
    .insertInto("provider_health")
    .values({ provider, state: "closed", updated_at: at })
    .onConflict((conflict) => conflict.column("provider").doNothing())
    .execute();
}

/** Stores the circuit of a locked row. */
export async function saveCircuit(
  tx: Executor,
  provider: string,
  circuit: Pick<ProviderHealthRow, "state" | "reason" | "failures" | "openedAt" | "nextProbeAt" | "toldAt">,
  at: Date,
): Promise<void> {
  await tx
    .updateTable("provider_health")
    .set({
      state: circuit.state,
      reason: circuit.reason,
      failures: circuit.failures,
      opened_at: circuit.openedAt,
      next_probe_at: circuit.nextProbeAt,
      told_at: circuit.toldAt,
      updated_at: at,
    })
    .where("provider", "=", provider)
    .execute();
}

/** Stores the balance that the provider tells. */
export async function saveBalance(
  tx: Executor,
  provider: string,
  balance: { balanceMicros: bigint; escrowMicros: bigint | null },
  at: Date,
): Promise<void> {
  await tx
    .updateTable("provider_health")
    .set({ balance_micros: balance.balanceMicros, escrow_micros: balance.escrowMicros, balance_at: at })
    .where("provider", "=", provider)
    .execute();
}
