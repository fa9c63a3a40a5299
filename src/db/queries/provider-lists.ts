import { sql } from "kysely";
import type { Executor } from "../client.ts";
import { storable } from "../storable.ts";
import { isPauseInForce, isSwitchInForce } from "./switches.ts";

/** One code of a provider and our id for it. */
export interface MappedCode {
  readonly code: string;
  /** The provider's name for it. */
  readonly name: string;
  readonly id: string;
}

export interface ProviderCode extends MappedCode {
  readonly provider: string;
}

/** A service or country whose name comes only from a provider. */
export interface NamedId {
  readonly id: string;
  readonly name: string;
}

/** A row of `services`: a name that our own tables lack, or an operator's decision about a service. */
export interface ServiceRow extends NamedId {
  /** Null: the blocklist decides. */
  readonly blocked: boolean | null;
}

const CHUNK = 1000;

function* chunks<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK);
}

const lists = {
  services: { table: "provider_services", id: "service_id" },
  countries: { table: "provider_countries", id: "country_id" },
} as const;

/** Replaces one of the provider's lists; its codes must be distinct. Another replica may be doing the same. */
export async function replaceProviderList(
  tx: Executor,
  list: keyof typeof lists,
  provider: string,
  codes: readonly MappedCode[],
  at: Date,
): Promise<void> {
  const { table, id } = lists[list];
  await tx.deleteFrom(table).where("provider", "=", provider).execute();
  for (const chunk of chunks(codes)) {
    const rows = chunk.map((row) => sql`(${provider}, ${row.code}, ${storable(row.name)}, ${row.id}, ${at})`);
    await sql`
      INSERT INTO ${sql.table(table)} (provider, code, name, ${sql.ref(id)}, seen_at) VALUES ${sql.join(rows)}
      ON CONFLICT (provider, code) DO UPDATE SET name = excluded.name,
        ${sql.ref(id)} = excluded.${sql.ref(id)}, seen_at = excluded.seen_at`.execute(tx);
  }
}

/** Names things after the provider that named them first. */
export async function insertUnmappedServices(
  tx: Executor,
  items: readonly NamedId[],
  at: Date,
): Promise<void> {
  for (const chunk of chunks(items)) {
    const rows = chunk.map(({ id, name }) => ({ id, name: storable(name), updated_at: at }));
    await tx
      .insertInto("services")
      .values(rows)
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
  }
}

/** Names things after the provider that named them first. */
export async function insertUnmappedCountries(
  tx: Executor,
  items: readonly NamedId[],
  at: Date,
): Promise<void> {
  for (const chunk of chunks(items)) {
    const rows = chunk.map(({ id, name }) => ({ id, name: storable(name), updated_at: at }));
    await tx
      .insertInto("countries")
      .values(rows)
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
  }
}

export async function selectProviderServices(
  db: Executor,
  providers: readonly string[],
): Promise<ProviderCode[]> {
  if (providers.length === 0) return [];
  const rows = await db
    .selectFrom("provider_services")
    .select(["provider", "code", "name", "service_id as id"])
    .where("provider", "in", providers)
    .orderBy("provider")
    .orderBy("code")
    .execute();
  return rows;
}

export async function selectProviderCountries(
  db: Executor,
  providers: readonly string[],
): Promise<ProviderCode[]> {
  if (providers.length === 0) return [];
  const rows = await db
    .selectFrom("provider_countries")
    .select(["provider", "code", "name", "country_id as id"])
    .where("provider", "in", providers)
    .orderBy("provider")
    .orderBy("code")
    .execute();
  return rows;
}

export async function selectServiceRows(db: Executor): Promise<ServiceRow[]> {
  return await db.selectFrom("services").select(["id", "name", "blocked"]).execute();
}

/** What decides whether a product is sold at all. */
export interface SaleState {
  /** The provider's name for a service that no table of ours names. */
  readonly name: string | null;
  /** The operator's decision about the blocklist; null: none. */
  readonly isBlocked: boolean | null;
  /** An operator has taken the service, the country or both off sale. */
  readonly isOff: boolean;
  readonly isPaused: boolean;
}

export async function selectSaleState(
  db: Executor,
  product: { serviceId: string; countryId: string },
  at: Date,
): Promise<SaleState> {
  const { serviceId, countryId } = product;
  const result = await sql<SaleState>`
    SELECT (SELECT name FROM services WHERE id = ${serviceId}) AS name,
      (SELECT blocked FROM services WHERE id = ${serviceId}) AS "isBlocked",
      EXISTS (SELECT FROM switches WHERE provider IS NULL AND coalesce(service_id, ${serviceId}) = ${serviceId}
        AND coalesce(country_id, ${countryId}) = ${countryId} AND ${isSwitchInForce(at)}) AS "isOff",
      EXISTS (SELECT FROM pauses WHERE kind = 'sales' AND ${isPauseInForce(at)}) AS "isPaused"`.execute(db);
  const [state] = result.rows;
  if (!state) throw new Error("the state of a product was not read");
  return state;
}

export async function selectCountryRows(db: Executor): Promise<NamedId[]> {
  return await db.selectFrom("countries").select(["id", "name"]).execute();
}

/** A text that changes whenever a list, a name without a mapping or a decision of the operator changes. */
export async function selectListsVersion(db: Executor, at: Date): Promise<string> {
  const result = await sql<{ version: string }>`
    SELECT concat_ws('/',
      (SELECT string_agg(provider || ':' || extract(epoch FROM seen_at)::text, ',' ORDER BY provider)
         FROM (SELECT provider, max(seen_at) AS seen_at FROM provider_services GROUP BY provider) AS services_seen),
      (SELECT string_agg(provider || ':' || extract(epoch FROM seen_at)::text, ',' ORDER BY provider)
         FROM (SELECT provider, max(seen_at) AS seen_at FROM provider_countries GROUP BY provider) AS countries_seen),
      (SELECT count(*) || ':' || coalesce(max(extract(epoch FROM updated_at)), 0) || ':'
              || count(*) FILTER (WHERE blocked) || ':' || count(*) FILTER (WHERE NOT blocked) FROM services),
      (SELECT count(*) FROM countries),
      (SELECT string_agg(service_id, ',' ORDER BY service_id) FROM switches
        WHERE country_id IS NULL AND provider IS NULL AND ${isSwitchInForce(at)})) AS version`.execute(db);
  return result.rows[0]?.version ?? "";
}
