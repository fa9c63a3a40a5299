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
  /** Set while the provider has refused purchases for want of funds: the least cost, and when it last did. */
  readonly shortage: { readonly costMicros: bigint; readonly at: Date; readonly toldAt: Date | null } | null;
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
  "short_of_micros",
  "short_at",
  "short_told_at",
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
  short_of_micros: bigint | null;
  short_at: Date | null;
  short_told_at: Date | null;
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
    shortage:
      raw.short_of_micros === null || raw.short_at === null
        ? null
        : { costMicros: raw.short_of_micros, at: raw.short_at, toldAt: raw.short_told_at },
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

/** Remembers that a purchase at this cost was refused for want of funds: offers that cost as much leave the menu. */
export async function markShortage(
  db: Executor,
  provider: string,
  costMicros: bigint,
  at: Date,
): Promise<void> {
  await ensureProviderHealth(db, provider, at);
  await db
    .updateTable("provider_health")
    .set((eb) => ({
      short_of_micros: eb.fn<bigint>("least", ["short_of_micros", eb.val(costMicros)]),
      short_at: at,
    }))
    .where("provider", "=", provider)
    .execute();
}

/** The funds suffice again. */
export async function clearShortage(tx: Executor, provider: string): Promise<void> {
  await tx
    .updateTable("provider_health")
    .set({ short_of_micros: null, short_at: null, short_told_at: null })
    .where("provider", "=", provider)
    .execute();
}

/** Operators have been told of the shortage. */
export async function markShortageTold(tx: Executor, provider: string, at: Date): Promise<void> {
  await tx
    .updateTable("provider_health")
    .set({ short_told_at: at })
    .where("provider", "=", provider)
    .execute();
}
