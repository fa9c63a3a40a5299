import { type Selectable, sql } from "kysely";
import type { Database, Executor } from "../client.ts";
import type { Offers as OffersTable } from "../schema.ts";
import { inTransaction } from "../transaction.ts";
import { isSwitchInForce } from "./switches.ts";

/** Stands for every service, for providers whose numbers can receive any. */
export const ANY_SERVICE = "*";

/** A row of `offers`. The provider's codes are its identity; "" where the provider has none. */
export interface OfferRow {
  readonly provider: string;
  readonly serviceId: string;
  readonly countryId: string;
  readonly serviceCode: string;
  readonly countryCode: string;
  readonly operator: string;
  readonly costMicros: bigint;
  readonly stock: number | null;
  readonly observedAt: Date;
}

/** What one price request covered: null means every code. */
export interface ObservedScope {
  readonly provider: string;
  readonly serviceCode: string | null;
  readonly countryCode: string | null;
}

export interface OfferFilter {
  readonly providers: readonly string[];
  readonly serviceIds: readonly string[];
  /** Undefined: all. */
  readonly countryIds?: readonly string[];
  readonly at: Date;
  /** Offers observed earlier do not count. */
  readonly since: Date;
}

export type OfferKey = Pick<OfferRow, "provider" | "serviceCode" | "countryCode" | "operator">;

/**
 * How long an offer is not sold after the provider refused its codes. A mapping that is really wrong then costs one
 * refused purchase in so long, and an offer that was refused by mistake is not lost for the day.
 */
export const REFUSED_MAPPING_MS = 10 * 60 * 1000;

const CHUNK = 500;
const MAX_ROUTE = 200;

/**
 * Replaces the offers of a scope by what was observed at `observedAt` (when the request was sent): missing offers are
 * deleted, known ones updated. Anything learnt since then, such as a refused purchase, stays. An offer whose codes were
 * refused stays away for {@link REFUSED_MAPPING_MS}, whatever the list shows.
 * The rows must have distinct keys.
 */
export async function replaceOffers(
  db: Database,
  scope: ObservedScope,
  rows: readonly OfferRow[],
  observedAt: Date,
): Promise<void> {
  // All writers use the same order, so that two of them cannot deadlock.
  const sorted = [...rows].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const refusedSince = new Date(observedAt.getTime() - REFUSED_MAPPING_MS);
  await inTransaction(db, async (tx) => {
    for (let start = 0; start < sorted.length; start += CHUNK) {
      await upsertOffers(tx, sorted.slice(start, start + CHUNK), refusedSince);
    }
    let gone = tx
      .deleteFrom("offers")
      .where("provider", "=", scope.provider)
      .where("observed_at", "<", observedAt)
      .where(isOpen(refusedSince));
    if (scope.serviceCode !== null) gone = gone.where("service_code", "=", scope.serviceCode);
    if (scope.countryCode !== null) gone = gone.where("country_code", "=", scope.countryCode);
    await gone.execute();
  });
}

function keyOf(row: OfferKey): string {
  return [row.serviceCode, row.countryCode, row.operator].join("\n");
}

/** False for a row whose codes were refused since then: it is the memory of that, so neither updated nor deleted. */
function isOpen(refusedSince: Date) {
  return sql<boolean>`NOT (offers.mapping_refused AND offers.observed_at > ${refusedSince})`;
}

async function upsertOffers(tx: Executor, rows: readonly OfferRow[], refusedSince: Date): Promise<void> {
  await tx
    .insertInto("offers")
    .values(
      rows.map((row) => ({
        provider: row.provider,
        service_id: row.serviceId,
        country_id: row.countryId,
        service_code: row.serviceCode,
        country_code: row.countryCode,
        operator: row.operator,
        cost_micros: row.costMicros,
        stock: row.stock,
        observed_at: row.observedAt,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(["provider", "service_code", "country_code", "operator"])
        .doUpdateSet((eb) => ({
          service_id: eb.ref("excluded.service_id"),
          country_id: eb.ref("excluded.country_id"),
          cost_micros: eb.ref("excluded.cost_micros"),
          stock: eb.ref("excluded.stock"),
          observed_at: eb.ref("excluded.observed_at"),
          mapping_refused: false,
        }))
        .whereRef("offers.observed_at", "<=", "excluded.observed_at")
        .where(isOpen(refusedSince)),
    )
    .execute();
}

/**
 * What can be bought now: in stock, observed recently, mapping accepted, circuit closed, not taken off sale. While a provider is short of
 * money, offers that cost more than its balance, or as much as it has refused, are left out.
 */
function sellable(db: Executor, filter: OfferFilter) {
  let query = db
    .selectFrom("offers")
    .where("offers.provider", "in", filter.providers)
    .where("offers.service_id", "in", [...filter.serviceIds, ANY_SERVICE])
    .where("offers.observed_at", ">", filter.since)
    .where("offers.mapping_refused", "=", false)
    .where(sql<boolean>`offers.stock IS DISTINCT FROM 0`)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom("provider_health")
            .select("provider_health.provider")
            .whereRef("provider_health.provider", "=", "offers.provider")
            .where((is) =>
              is.or([
                is("provider_health.state", "=", "open"),
                is("provider_health.short_of_micros", "<=", is.ref("offers.cost_micros")),
                is.and([
                  is("provider_health.short_of_micros", "is not", null),
                  is("provider_health.balance_micros", "<", is.ref("offers.cost_micros")),
                ]),
              ]),
            ),
        ),
      ),
    );
  query = query.where((eb) =>
    eb.not(
      eb.exists(
        eb
          .selectFrom("switches")
          .select("switches.id")
          .where(
            sql<boolean>`coalesce(switches.provider, offers.provider) = offers.provider
              AND coalesce(switches.country_id, offers.country_id) = offers.country_id
              AND (switches.service_id IS NULL OR switches.service_id = ANY(${filter.serviceIds}))`,
          )
          .where(isSwitchInForce(filter.at)),
      ),
    ),
  );
  if (filter.countryIds) query = query.where("offers.country_id", "in", filter.countryIds);
  return query;
}

/** Single offers at or under the ceiling, cheapest first. */
export async function selectRoute(
  db: Executor,
  filter: OfferFilter,
  ceilingMicros: bigint,
): Promise<OfferRow[]> {
  if (isEmpty(filter)) return [];
  const rows = await sellable(db, filter)
    .selectAll("offers")
    .where("offers.cost_micros", "<=", ceilingMicros)
    .orderBy("offers.cost_micros")
    .limit(MAX_ROUTE)
    .execute();
  return rows.map(toOffer);
}

function toOffer(row: Selectable<OffersTable>): OfferRow {
  return {
    provider: row.provider,
    serviceId: row.service_id,
    countryId: row.country_id,
    serviceCode: row.service_code,
    countryCode: row.country_code,
    operator: row.operator,
    costMicros: row.cost_micros,
    stock: row.stock,
    observedAt: row.observed_at,
  };
}

/** All offers of these services in these countries, also those that cannot be bought, cheapest first. */
export async function selectOffersInCountry(
  db: Executor,
  filter: Pick<OfferFilter, "providers" | "serviceIds"> & { readonly countryIds?: readonly string[] },
): Promise<readonly (OfferRow & { readonly isRefused: boolean })[]> {
  const { providers, serviceIds, countryIds = [] } = filter;
  if (isEmpty({ ...filter, countryIds })) return [];
  const rows = await db
    .selectFrom("offers")
    .selectAll()
    .where("provider", "in", providers)
    .where("service_id", "in", [...serviceIds, ANY_SERVICE])
    .where("country_id", "in", countryIds)
    .orderBy("cost_micros")
    .limit(MAX_ROUTE)
    .execute();
  return rows.map((row) => ({ ...toOffer(row), isRefused: row.mapping_refused }));
}

function isEmpty(filter: Pick<OfferFilter, "providers" | "serviceIds" | "countryIds">): boolean {
  return filter.providers.length === 0 || filter.serviceIds.length === 0 || filter.countryIds?.length === 0;
}

function one(db: Executor, key: OfferKey) {
  return db
    .updateTable("offers")
    .where("provider", "=", key.provider)
    .where("service_code", "=", key.serviceCode)
    .where("country_code", "=", key.countryCode)
    .where("operator", "=", key.operator);
}

/** After a purchase that found no number: not offered until the provider's list is read again. */
export async function markSoldOut(db: Executor, key: OfferKey, at: Date): Promise<void> {
  await one(db, key).set({ stock: 0, observed_at: at }).execute();
}

/** After a purchase that showed the true cost. */
export async function markCost(db: Executor, key: OfferKey, costMicros: bigint, at: Date): Promise<void> {
  await one(db, key).set({ cost_micros: costMicros, observed_at: at }).execute();
}

/** The provider does not know our codes: not offered until a price list shows it {@link REFUSED_MAPPING_MS} later. */
export async function markMappingRefused(db: Executor, key: OfferKey, at: Date): Promise<void> {
  await one(db, key).set({ mapping_refused: true, observed_at: at }).execute();
}
