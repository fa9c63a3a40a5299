import { sql } from "kysely";
import type { Scope } from "../../core/scope.ts";
import type { Executor } from "../client.ts";
import type { ScopeRow } from "./offer-scopes.ts";
import { isPauseInForce, isSwitchInForce } from "./switches.ts";

/** The subject of price rules in `catalog_changes`; every other subject is the id of a service. */
export const RULES = "";

/** What a process keeps in memory, and from which transaction on it may have missed a change. */
export interface KnownSubject {
  readonly subject: string;
  readonly mark: string;
}

/** A provider whose offers are hidden: all of them, or the dear ones while money is short. */
export interface HiddenOffers {
  readonly provider: string;
  readonly isOpen: boolean;
  /** Offers that cost as much are hidden; null: none for want of funds. */
  readonly fromMicros: number | null;
  /** Offers that cost more are hidden; null: no limit. */
  readonly aboveMicros: number | null;
}

export interface MarketState {
  /** The mark of everything that was not changed. */
  readonly mark: string;
  readonly changed: readonly string[];
  readonly hidden: readonly HiddenOffers[];
  /** The operator's decisions about the services that were asked for. */
  readonly decisions: readonly { readonly serviceId: string; readonly isBlocked: boolean }[];
  readonly scopes: readonly ScopeRow[];
  /** What operators have taken off sale, as far as these services are concerned. */
  readonly switches: readonly Scope[];
  /** Nothing new is sold now. */
  readonly isPaused: boolean;
}

interface RawState {
  mark: string;
  changed: string[];
  hidden: HiddenOffers[];
  decisions: { serviceId: string; isBlocked: boolean }[];
  scopes: { provider: string; scope: string; observedMs: number | null; failedMs: number | null }[];
  switches: Scope[];
  isPaused: boolean;
}

/** One round trip for everything about a tap on these services that can change: which offers must be read again, and what hides them. */
export async function selectMarketState(
  db: Executor,
  ask: {
    readonly known: readonly KnownSubject[];
    readonly providers: readonly string[];
    readonly serviceIds: readonly string[];
    readonly scopes: readonly string[];
    readonly at: Date;
  },
): Promise<MarketState> {
  const result = await sql<RawState>`
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS mark,
      ARRAY(SELECT subject FROM unnest(${ask.known.map(({ subject }) => subject)}::text[],
                                       ${ask.known.map(({ mark }) => mark)}::xid8[]) AS known (subject, mark)
            WHERE EXISTS (SELECT FROM catalog_changes AS c WHERE c.subject = known.subject AND c.xid >= known.mark)) AS changed,
      (SELECT coalesce(json_agg(json_build_object('provider', provider, 'isOpen', state = 'open',
          'fromMicros', short_of_micros,
          'aboveMicros', CASE WHEN short_of_micros IS NOT NULL THEN balance_micros END) ORDER BY provider), '[]')
       FROM provider_health WHERE provider = ANY(${ask.providers})
         AND (state = 'open' OR short_of_micros IS NOT NULL)) AS hidden,
      (SELECT coalesce(json_agg(json_build_object('serviceId', id, 'isBlocked', blocked)), '[]')
       FROM services WHERE id = ANY(${ask.serviceIds}) AND blocked IS NOT NULL) AS decisions,
      (SELECT coalesce(json_agg(json_build_object('provider', provider, 'scope', scope,
          'observedMs', extract(epoch FROM observed_at) * 1000, 'failedMs', extract(epoch FROM failed_at) * 1000)), '[]')
       FROM offer_scopes WHERE provider = ANY(${ask.providers}) AND scope = ANY(${ask.scopes})) AS scopes,
      (SELECT coalesce(json_agg(json_build_object('serviceId', service_id, 'countryId', country_id, 'provider', provider)
          ORDER BY id), '[]')
       FROM switches WHERE ${isSwitchInForce(ask.at)}
         AND (service_id IS NULL OR service_id = ANY(${ask.serviceIds}))) AS switches,
      EXISTS (SELECT FROM pauses WHERE kind = 'sales' AND ${isPauseInForce(ask.at)}) AS "isPaused"`.execute(
    db,
  );
  const raw = result.rows[0];
  if (!raw) throw new Error("the market was not read");
  const date = (ms: number | null): Date | null => (ms === null ? null : new Date(ms));
  return {
    ...raw,
    scopes: raw.scopes.map(({ provider, scope, observedMs, failedMs }) => ({
      provider,
      scope,
      observedAt: date(observedMs),
      failedAt: date(failedMs),
    })),
  };
}

/** Provider, country, cost in micro-dollars, stock, when it was observed (milliseconds since 1970). */
export type MarketOffer = readonly [string, string, number, number | null, number];

/** No service has more offers; a longer list is a fault and is cut. */
const MAX_OFFERS = 50_000;

/**
 * The offers of each service that are in stock and whose codes were not refused, with the mark from which on changes may be
 * missing. Costs fit a JSON number: they are far below 2^53 micro-dollars.
 */
export async function selectMarketOffers(
  db: Executor,
  providers: readonly string[],
  serviceIds: readonly string[],
): Promise<{ readonly mark: string; readonly offers: Readonly<Record<string, readonly MarketOffer[]>> }> {
  const result = await sql<{ mark: string; offers: Record<string, MarketOffer[]> }>`
    WITH sellable AS (
      SELECT service_id, json_build_array(provider, country_id, cost_micros, stock,
               extract(epoch FROM observed_at) * 1000) AS offer
      FROM offers
      WHERE provider = ANY(${providers}) AND service_id = ANY(${serviceIds}) AND NOT mapping_refused
        AND stock IS DISTINCT FROM 0
      LIMIT ${MAX_OFFERS}
    ), by_service AS (SELECT service_id, json_agg(offer) AS offers FROM sellable GROUP BY service_id)
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS mark,
           (SELECT coalesce(json_object_agg(service_id, offers), '{}') FROM by_service) AS offers`.execute(
    db,
  );
  return result.rows[0] ?? { mark: "0", offers: {} };
}

/** The mark of what a statement that begins now reads. */
export async function selectMark(db: Executor): Promise<string> {
  const result = await sql<{ mark: string }>`
    SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS mark`.execute(db);
  return result.rows[0]?.mark ?? "0";
}

/** Forgets changes that no process still asks for. Returns how many. */
export async function purgeCatalogChanges(db: Executor, before: Date): Promise<number> {
  const result = await sql`DELETE FROM catalog_changes WHERE at < ${before}`.execute(db);
  return Number(result.numAffectedRows ?? 0n);
}
