import type { Executor } from "../client.ts";

/** When a provider was last asked for a set of prices, and how that went. */
export interface ScopeRow {
  readonly provider: string;
  readonly scope: string;
  readonly observedAt: Date | null;
  readonly failedAt: Date | null;
}

export async function selectScopes(
  db: Executor,
  providers: readonly string[],
  scopes: readonly string[],
): Promise<ScopeRow[]> {
  if (providers.length === 0 || scopes.length === 0) return [];
  const rows = await db
    .selectFrom("offer_scopes")
    .selectAll()
    .where("provider", "in", providers)
    .where("scope", "in", scopes)
    .execute();
  return rows.map((row) => ({
    provider: row.provider,
    scope: row.scope,
    observedAt: row.observed_at,
    failedAt: row.failed_at,
  }));
}

/** Records that the provider answered; this clears an earlier failure. */
export async function markObserved(db: Executor, provider: string, scope: string, at: Date): Promise<void> {
  await db
    .insertInto("offer_scopes")
    .values({ provider, scope, observed_at: at, failed_at: null })
    .onConflict((conflict) =>
      conflict.columns(["provider", "scope"]).doUpdateSet({ observed_at: at, failed_at: null }),
    )
    .execute();
}

/** Records that the provider did not answer; its earlier offers stay. */
export async function markFailed(db: Executor, provider: string, scope: string, at: Date): Promise<void> {
  await db
    .insertInto("offer_scopes")
    .values({ provider, scope, observed_at: null, failed_at: at })
    .onConflict((conflict) => conflict.columns(["provider", "scope"]).doUpdateSet({ failed_at: at }))
    .execute();
}
